"""The calendars of the busy folder: about 30 meetings a week at work and at home."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

_WORKING_DAYS = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_WEEKLY = "RRULE:FREQ=WEEKLY"
_BIWEEKLY = "RRULE:FREQ=WEEKLY;INTERVAL=2"


class Write(Protocol):
    """Writes a file of the folder."""

    def __call__(self, name: str, text: str) -> None:
        """Write this text to the file of this name."""


class Meeting(NamedTuple):
    """A meeting: the number of its weekday from 0, its start, and lines that it has beside those of all."""

    title: str
    weekday: int
    start: time
    minutes: int
    lines: tuple[str, ...] = ()


_WORK = (
    Meeting("Stand-up", 0, time(9, 15), 15, (_WORKING_DAYS,)),
    Meeting("Steering group", 0, time(10), 90, (_WEEKLY, "LOCATION:Room 4")),
    Meeting("1:1 with Mia", 0, time(14), 30, (_WEEKLY,)),
    Meeting("Northwind weekly", 0, time(15), 60, (_WEEKLY,)),
    Meeting("Focus time", 0, time(16), 60, (_WEEKLY,)),
    Meeting("Budget review", 1, time(10), 60),
    Meeting("Interview: candidate 14", 1, time(11), 60),
    Meeting("Interview: candidate 17", 1, time(13), 60),
    Meeting("Design critique", 1, time(14), 60, (_WEEKLY,)),
    Meeting("Supplier", 1, time(14, 30), 60, ("STATUS:TENTATIVE",)),
    Meeting("Sprint planning", 2, time(9, 30), 120, (_BIWEEKLY,)),
    Meeting("Lunch talk", 2, time(12), 60, ("TRANSP:TRANSPARENT",)),
    Meeting("1:1 with Tom", 2, time(13, 30), 30, (_WEEKLY,)),
    Meeting("Landlord on site", 2, time(15), 60, ("LOCATION:New office",)),
    Meeting("Board preparation", 3, time(9, 30), 60),
    Meeting("Architecture", 3, time(11), 60, (_WEEKLY,)),
    Meeting("Panel feedback", 3, time(13), 45),
    Meeting("Town hall", 3, time(16), 60),
    Meeting("Demo", 4, time(11), 60, (_WEEKLY,)),
    Meeting("Retro", 4, time(14), 60, (_BIWEEKLY,)),
    Meeting("Payroll cut-off", 4, time(15, 30), 30),
)
_HOME = (
    Meeting("Call with the bank", 0, time(14, 15), 30),
    Meeting("Dentist", 1, time(8), 45),
    Meeting("Choir rehearsal", 1, time(19, 30), 120, (_WEEKLY,)),
    Meeting("Swimming (Leo)", 2, time(17), 60, (_WEEKLY,)),
    Meeting("Parents’ evening", 3, time(18), 90),
)


def write_calendars(write: Write, monday: date) -> None:
    """Write the calendars of the week that begins on this date."""
    for name, meetings in (("work", _WORK), ("home", _HOME)):
        write(f"{name}.ics", "\r\n".join(_calendar(name, meetings, monday)) + "\r\n")


def _calendar(name: str, meetings: Iterable[Meeting], monday: date) -> Iterable[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//busy//{name}//EN")
    for number, one in enumerate(meetings):
        starts = datetime.combine(monday + timedelta(days=one.weekday), one.start)
        ends = starts + timedelta(minutes=one.minutes)
        yield from ("BEGIN:VEVENT", f"UID:{name}-{number}@example.org", "DTSTAMP:20261101T000000Z")
        yield f"DTSTART;TZID=Europe/Berlin:{starts:%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID=Europe/Berlin:{ends:%Y%m%dT%H%M%S}"
        yield from (f"SUMMARY:{one.title}", *one.lines, "END:VEVENT")
    yield "END:VCALENDAR"
