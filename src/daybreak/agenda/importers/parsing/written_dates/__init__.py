"""Dates as people write them, in a field that is for a date."""

from daybreak.agenda.importers.parsing.written_dates.readings import (
    DateHints,
    WrittenDate,
    is_written_recurrence,
    list_readings,
)

__all__ = ["DateHints", "WrittenDate", "is_written_recurrence", "list_readings"]
