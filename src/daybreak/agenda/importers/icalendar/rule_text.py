"""Parsing of the text of an RRULE."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from daybreak.agenda.importers.icalendar.days import DayFilter, RRuleFrequency, Skip
from daybreak.agenda.importers.icalendar.rules import RecurrenceRule
from daybreak.agenda.importers.icalendar.values import DateOutOfRange, is_placeholder, parse_moment, shorten

ReportCallback = Callable[[str, str], None]
"""A receiver of what was ignored, such as “INTERVAL of the recurrence rule”, and why."""

_WEEKDAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_WEEKDAY_NAMES = tuple(_WEEKDAYS)
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NONE = re.compile(r"-\d+|0+")
_INTEGER = re.compile(r"[+-]?\d{1,7}", re.ASCII)
_MAX_NUMBER = 10**12
_COUNTED_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "RSCALE", "SKIP"})
_DAY_PARTS = frozenset({"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"})
_PARTS = _COUNTED_PARTS | _DAY_PARTS | {"BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}
_GREGORIAN = frozenset({"", "GREGORIAN", "GREGORY", "ISO8601"})
_UNREADABLE = "its value cannot be used"
_PARTLY_UNREADABLE = "one of its values cannot be used"


def parse_rule(text: str) -> RecurrenceRule:
    """Return the rule that the value of an RRULE defines.

    Raises:
        ValueError: it is not a rule, or a part of it is wrong or unknown; the message names the part.
    """

    def refuse(part: str, reason: str) -> None:
        raise ValueError(f"{part} “{shorten(text)}” cannot be followed: {reason}")

    parts = _RuleParts(text, refuse)
    frequency = parts.frequency()
    if frequency is None:
        raise ValueError(f"the recurrence rule “{shorten(text)}” has no known FREQ")
    return _make_rule(parts, frequency)


def read_rule(text: str, report: ReportCallback) -> RecurrenceRule | None:
    """Return the rule without the parts that cannot be used; None if it cannot be followed.

    Args:
        text: the value of an RRULE or EXRULE.
        report: it is called for each ignored part, and for an ignored rule.
    """
    parts = _RuleParts(text, report)
    frequency = parts.frequency()
    if frequency is None:
        written = parts.values.get("FREQ", "")
        report(
            "the recurrence rule", f"FREQ={shorten(written)} is not known" if written else "it has no FREQ"
        )
        return None
    scale = parts.values.get("RSCALE", "")
    if scale not in _GREGORIAN:
        report("the recurrence rule", f"the calendar RSCALE={shorten(scale)} is not supported")
        return None
    rule = _make_rule(parts, frequency)
    return replace(rule, until=None) if rule.until and is_placeholder(rule.until) else rule


def _make_rule(parts: "_RuleParts", frequency: RRuleFrequency) -> RecurrenceRule:
    parts.report_unknown()
    until, until_is_utc = parts.until()
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
        skip=parts.skip(),
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
        named = {int(value) for value in _values(parts, name) if _INTEGER.fullmatch(value)}
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
    if not counts and any(nth is not None for nth, _ in weekdays):
        parts.report("the numbers in BYDAY", "they have a meaning in a month or a year only")
    weeks = parts.numbers("BYWEEKNO", -53, 53)
    if weeks and frequency != RRuleFrequency.YEARLY:
        parts.report("BYWEEKNO", "it has a meaning with FREQ=YEARLY only")
        weeks = frozenset()
    return DayFilter(
        months=months,
        week_numbers=weeks,
        year_days=parts.numbers("BYYEARDAY", -366, 366),
        month_days=parts.numbers("BYMONTHDAY", -31, 31),
        weekdays=frozenset(weekday for nth, weekday in weekdays if nth is None or not counts),
        nth_in_month=frozenset() if in_year else numbered,
        nth_in_year=numbered if in_year else frozenset(),
        week_start=parts.week_start(),
    )


class _RuleParts:
    """The NAME=VALUE pairs of a rule; of a repeated name the last value counts."""

    def __init__(self, text: str, report: ReportCallback) -> None:
        # Some programs write the name of the property into its value.
        plain = text.strip().upper().removeprefix("RRULE:").removeprefix("EXRULE:")
        pairs = (part.partition("=") for part in plain.split(";") if part.strip())
        self.values = {name.strip(): value.strip() for name, _, value in pairs}
        self._report = report

    def report(self, part: str, reason: str) -> None:
        self._report(f"{part} of the recurrence rule", reason)

    def report_unknown(self) -> None:
        for name in sorted(self.values.keys() - _PARTS):
            self.report(shorten(name), "the part is unknown")

    def frequency(self) -> RRuleFrequency | None:
        name = self.values.get("FREQ", "")
        return RRuleFrequency[name] if name in RRuleFrequency.__members__ else None

    def number(self, name: str) -> int | None:
        text = self.values.get(name, "")
        # COUNT=-1 and INTERVAL=0 are what some exporters write for “none”.
        if not text or _NONE.fullmatch(text):
            return None
        if not text.isascii() or not text.isdigit():
            self.report(name, _UNREADABLE)
            return None
        return min(int(text[:20]), _MAX_NUMBER)

    def numbers(self, name: str, minimum: int, maximum: int) -> frozenset[int]:
        """Return the numbers of a part in the range, in which zero counts only as the minimum."""
        texts = [text.strip() for text in self.values.get(name, "").split(",") if text.strip()]
        numbers = [int(text) for text in texts if _INTEGER.fullmatch(text)]
        allowed = [one for one in numbers if minimum <= one <= maximum and (one or minimum == 0)]
        if len(allowed) < len(texts):
            self.report(name, _PARTLY_UNREADABLE if allowed else _UNREADABLE)
        return frozenset(allowed)

    def weekdays(self) -> list[tuple[int | None, int]]:
        names = [name.strip() for name in self.values.get("BYDAY", "").split(",") if name.strip()]
        found = [day for day in map(_WEEKDAY.fullmatch, names) if day and (not day[1] or int(day[1]))]
        if len(found) < len(names):
            self.report("BYDAY", _PARTLY_UNREADABLE if found else _UNREADABLE)
        return [(int(day[1]) if day[1] else None, _WEEKDAYS[day[2]]) for day in found]

    def week_start(self) -> int:
        name = self.values.get("WKST") or "MO"
        if name not in _WEEKDAYS:
            self.report("WKST", "it is not a day of the week")
        return _WEEKDAYS.get(name, 0)

    def skip(self) -> Skip:
        name = self.values.get("SKIP") or "OMIT"
        if name not in Skip.__members__:
            self.report("SKIP", _UNREADABLE)
        return Skip.__members__.get(name, Skip.OMIT)

    def until(self) -> tuple[date | datetime | None, bool]:
        text = self.values.get("UNTIL")
        try:
            return parse_moment(text) if text else (None, False)
        except DateOutOfRange:
            # A year such as 9999 means “no end”.
            return None, False
        except ValueError:
            self.report("UNTIL", "it is not a date or a time")
            return None, False
