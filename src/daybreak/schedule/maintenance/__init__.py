"""Periodic maintenance tasks, executed as runs."""
