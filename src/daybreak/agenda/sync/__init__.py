"""Synchronisation of a source's stored rows with its parsed files."""
