"""Recurring entries: reading of their rules, dates and overrides, and their occurrences in a window."""
