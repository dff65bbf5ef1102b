"""Dates, times, durations and counts in English."""

from dataclasses import dataclass
from datetime import date, datetime

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MINUTES_PER_HOUR = 60
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_MAX_DAYS_BY_WEEKDAY = 6
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


@dataclass(frozen=True, slots=True)
class Tense:
    """The reader's date and time to which the tense of a sentence refers; ``now`` is in the reader's zone."""

    today: date
    now: datetime

    def is_past(self, moment: date | datetime) -> bool:
        """Return whether a date or an instant of the reader has passed; today has not."""
        return moment < self.now if isinstance(moment, datetime) else moment < self.today


def long_date(day: date) -> str:
    """Return the date in full, e.g. “Sunday 29 March 2026”; of a datetime, its own date."""
    return f"{_without_year(day)} {day.year}"


def weekday(number: int) -> str:
    """Return the name of a day of the week; 0 is Monday."""
    return _WEEKDAYS[number]


def day_month(day: date, today: date) -> str:
    """Return the date, with its year only if that is not today's, e.g. “Sunday 29 March”."""
    return long_date(day) if day.year != today.year else _without_year(day)


def near_date(day: date, today: date) -> str:
    """Return the date in everyday words: “today”, “Friday”, “Friday 4 December” from a week on."""
    days = (day - today).days
    if days in _NEAR_DAYS:
        return _NEAR_DAYS[days]
    return _WEEKDAYS[day.weekday()] if abs(days) <= _MAX_DAYS_BY_WEEKDAY else day_month(day, today)


def near_moment(moment: date | datetime, today: date) -> str:
    """Return a date or a time in everyday words: “today at 09:30”, “Friday”."""
    if isinstance(moment, datetime):
        return f"{near_date(moment.date(), today)} at {clock_time(moment)}"
    return near_date(moment, today)


def on_near_moment(moment: date | datetime, today: date) -> str:
    """Return when something is: “today at 09:30”, “on Friday”."""
    day = moment.date() if isinstance(moment, datetime) else moment
    said = near_moment(moment, today)
    return said if (day - today).days in _NEAR_DAYS else f"on {said}"


def full_date(day: date, today: date) -> str:
    """Return the date in everyday words, in full from two days on: “today”, “Thursday 26 March”."""
    return _NEAR_DAYS.get((day - today).days) or day_month(day, today)


def on_full_moment(moment: date | datetime, today: date) -> str:
    """Return when something is: “today”, “tomorrow at 09:30”, “on Thursday 26 March”."""
    day = date_of(moment)
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    on = "" if (day - today).days in _NEAR_DAYS else "on "
    return f"{on}{full_date(day, today)}{at}"


def calendar_date(day: date, today: date) -> str:
    """Return the date without its weekday: “27 November”; with its year if that is not today's."""
    shown = f"{day.day} {_MONTHS[day.month - 1]}"
    return shown if day.year == today.year else f"{shown} {day.year}"


def ordinal(number: int) -> str:
    """Return “third”, or “11th” above ten."""
    if 0 < number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    suffix = "th" if number % 100 in _TEENS else _SUFFIXES.get(number % 10, "th")
    return f"{number}{suffix}"


def _without_year(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def date_of(moment: date | datetime) -> date:
    """Return the date of a moment, in its own zone."""
    return moment.date() if isinstance(moment, datetime) else moment


def clock_time(at: datetime) -> str:
    """Return the time in the datetime's own zone, e.g. “09:30”."""
    return f"{at.hour:02}:{at.minute:02}"


def duration(minutes: int) -> str:
    """Return a duration of zero minutes or more in words, e.g. “1 h 30 min”, “2 h” or “45 min”."""
    hours, rest = divmod(minutes, _MINUTES_PER_HOUR)
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, e.g. “1 task”, “2 entries”; ``noun`` is a regular one in the singular."""
    return f"{count} {noun}" if count == 1 else f"{count} {_plural_of(noun)}"


def _plural_of(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"
