"""Comparison of titles and ids, for the identity of items."""
