"""Parsing of the text of an RRULE."""

import re
from calendar import monthrange
from datetime import date, datetime

from daybreak.agenda.importers.icalendar.days import DayFilter, RRuleFrequency
from daybreak.agenda.importers.icalendar.rules import RecurrenceRule
from daybreak.agenda.importers.icalendar.values import parse_moment, shorten

_WEEKDAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_WEEKDAY_NAMES = tuple(_WEEKDAYS)
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,4}", re.ASCII)
_MAX_NUMBER = 10**12


def parse_rule(text: str) -> RecurrenceRule:
    """Return the rule that the value of an RRULE defines.

    Raises:
        ValueError: it is not a rule; the message names the part that is wrong.
    """
    parts = _RuleParts(text)
    until, until_is_utc = parts.until()
    frequency = parts.frequency()
    return RecurrenceRule(
        frequency=frequency,
        interval=parts.number("INTERVAL") or 1,
        count=parts.number("COUNT"),
        until=until,
        until_is_utc=until_is_utc,
        hours=tuple(sorted(parts.numbers("BYHOUR", 0, 23))),
        minutes=tuple(sorted(parts.numbers("BYMINUTE", 0, 59))),
        # RFC 5545 allows the leap second 60, which Python's clocks do not have.
        seconds=tuple(sorted({min(second, 59) for second in parts.numbers("BYSECOND", 0, 60)})),
        days=_parse_days(parts, frequency),
        positions=parts.numbers("BYSETPOS", -366, 366),
    )


def names_time(text: str, wall: datetime) -> bool:
    """Return whether the weekdays, days of the month, months and hours of a rule include those of a time."""
    parts = dict(part.upper().split("=", 1) for part in text.split(";") if "=" in part)
    days = {found[2] for found in map(_WEEKDAY.fullmatch, _values(parts, "BYDAY")) if found}
    if days and _WEEKDAY_NAMES[wall.weekday()] not in days:
        return False
    length = monthrange(wall.year, wall.month)[1]
    own = {"BYMONTHDAY": {wall.day, wall.day - length - 1}, "BYMONTH": {wall.month}, "BYHOUR": {wall.hour}}
    for name, numbers in own.items():
        named = {int(value) for value in _values(parts, name) if _NUMBER.fullmatch(value)}
        if named and not named & numbers:
            return False
    return True


def _values(parts: dict[str, str], name: str) -> list[str]:
    return [value.strip() for value in parts.get(name, "").split(",")]


def _parse_days(parts: "_RuleParts", frequency: RRuleFrequency) -> DayFilter:
    weekdays = parts.weekdays()
    months = parts.numbers("BYMONTH", 1, 12)
    in_year = frequency == RRuleFrequency.YEARLY and not months
    counts = frequency <= RRuleFrequency.MONTHLY
    numbered = frozenset((nth, weekday) for nth, weekday in weekdays if nth is not None and counts)
    return DayFilter(
        months=months,
        week_numbers=parts.numbers("BYWEEKNO", -53, 53)
        if frequency == RRuleFrequency.YEARLY
        else frozenset(),
        year_days=parts.numbers("BYYEARDAY", -366, 366),
        month_days=parts.numbers("BYMONTHDAY", -31, 31),
        weekdays=frozenset(weekday for nth, weekday in weekdays if nth is None or not counts),
        nth_in_month=frozenset() if in_year else numbered,
        nth_in_year=numbered if in_year else frozenset(),
        week_start=parts.week_start(),
    )


class _RuleParts:
    """The NAME=VALUE pairs of a rule; of a repeated name the last value counts."""

    def __init__(self, text: str) -> None:
        self.text = text
        pairs = (part.partition("=") for part in text.strip().upper().split(";") if part.strip())
        self.values = {name.strip(): value.strip() for name, _, value in pairs}

    def frequency(self) -> RRuleFrequency:
        try:
            return RRuleFrequency[self.values.get("FREQ", "")]
        except KeyError:
            raise ValueError(f"the recurrence rule “{shorten(self.text)}” has no known FREQ") from None

    def number(self, name: str) -> int | None:
        text = self.values.get(name, "")
        # COUNT=-1 and INTERVAL=0 are what some exporters write for “none”.
        if not text or re.fullmatch(r"-\d+|0+", text):
            return None
        if not text.isascii() or not text.isdigit():
            raise ValueError(f"{name}={shorten(text)} of the recurrence rule is not a number")
        return min(int(text[:20]), _MAX_NUMBER)

    def numbers(self, name: str, minimum: int, maximum: int) -> frozenset[int]:
        if name not in self.values:
            return frozenset()
        try:
            numbers = frozenset(int(text[:8]) for text in self.values[name].split(",") if text.strip())
        except ValueError:
            numbers = frozenset()
        if not numbers or min(numbers) < minimum or max(numbers) > maximum or (minimum < 0 and 0 in numbers):
            raise ValueError(f"{name}={shorten(self.values[name])} of the recurrence rule cannot be used")
        return numbers

    def weekdays(self) -> list[tuple[int | None, int]]:
        if "BYDAY" not in self.values:
            return []
        names = [name.strip() for name in self.values["BYDAY"].split(",") if name.strip()]
        found = [_WEEKDAY.fullmatch(name) for name in names]
        weekdays = [(int(day[1]) if day[1] else None, _WEEKDAYS[day[2]]) for day in found if day is not None]
        if not names or len(weekdays) < len(found) or any(nth == 0 for nth, _ in weekdays):
            raise ValueError(f"BYDAY={shorten(self.values['BYDAY'])} of the recurrence rule cannot be used")
        return weekdays

    def week_start(self) -> int:
        name = self.values.get("WKST", "MO")
        if name not in _WEEKDAYS:
            raise ValueError(f"WKST={shorten(name)} of the recurrence rule is not a day of the week")
        return _WEEKDAYS[name]

    def until(self) -> tuple[date | datetime | None, bool]:
        text = self.values.get("UNTIL")
        return parse_moment(text) if text else (None, False)
