"""Calendars that both Daybreak and recurring-ical-events read, and the decisions about their differences."""
