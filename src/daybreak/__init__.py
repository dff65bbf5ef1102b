"""Daybreak: a daily brief from calendars, tasks and notes."""
