"""iCalendar files: RFC 5545 events, tasks and journal entries, with recurrences.

bytes → ``decoding`` → ``components`` → ``entries`` (one group per UID) → ``series`` → ``events``, ``todos``.
"""

from daybreak.agenda.importers.icalendar.importer import ICalendarImporter

__all__ = ["ICalendarImporter"]
