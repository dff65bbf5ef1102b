"""Reading of a recurring entry: its rules, dates and overrides. What cannot be read costs only itself."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from daybreak.agenda.importers.icalendar.components import Property
from daybreak.agenda.importers.icalendar.days import RRuleFrequency
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.rule_text import read_rule
from daybreak.agenda.importers.icalendar.rules import RecurrenceRule, RuleTooExpensive
from daybreak.agenda.importers.icalendar.series import Series, TimedEntry
from daybreak.agenda.importers.icalendar.timestamps import (
    UTC_ZONE,
    DayTest,
    Duration,
    Timestamp,
    TimestampReader,
)
from daybreak.agenda.model import Moment

WarnCallback = Callable[[CalendarEntry, str], None]
TimingReader = Callable[[CalendarEntry], tuple[Timestamp, Duration]]

_DAY = timedelta(days=1)
_DATE_SEPARATOR = re.compile("[,;]")
_MAX_RULES = 20
_MAX_DAY_TESTS = 1_000


class NoStart(ValueError):
    """An entry without a start."""


def read_series(group: UidGroup, timing: TimingReader, warn: WarnCallback) -> Series:
    """Return the series of a group; what cannot be read of it is ignored with a warning.

    Raises:
        ValueError: the start of the master cannot be read; the message has the reason.
    """
    reader = _SeriesReader(timing, warn)
    if group.master is not None:
        reader.read_master(group.master)
    for override in group.overrides.values():
        reader.add_override(override)
    reader.series.this_and_future.sort(key=lambda pair: pair[0])
    return reader.series


class _SeriesReader:
    def __init__(self, timing: TimingReader, warn: WarnCallback) -> None:
        self._timing = timing
        self._warn = warn
        self._has_day: DayTest | None = None
        self.series = Series(master=None)

    def read_master(self, entry: CalendarEntry) -> None:
        start, duration = self._timing(entry)
        timestamps = entry.calendar.timestamps
        start = timestamps.in_calendar_zone(start, entry.component)
        rules = self._read_rules(entry, "RRULE", start)
        self._has_day = _RuleDays(rules, start)
        self.series = Series(
            TimedEntry(entry, start, duration), rules, self._read_rules(entry, "EXRULE", start)
        )
        for value, _ in self._read_dates(entry, "EXDATE", start):
            self.series.excluded.add(_recurrence_key(value, start, timestamps, self._has_day))
        for value, length in self._read_dates(entry, "RDATE", start):
            self.series.extra_dates.append(timestamps.convert(value, start))
            if length is not None and not (start.is_all_day and length.approximate < _DAY):
                self.series.durations[self.series.extra_dates[-1].moment] = length

    def _read_rules(self, entry: CalendarEntry, name: str, start: Timestamp) -> list[RecurrenceRule]:
        def ignore(detail: str, reason: str) -> None:
            self._warn(entry, entry.describe_ignored(detail, reason))

        texts = dict.fromkeys(found.value.strip() for found in entry.component.get_all(name))
        written = [text for text in texts if text]
        if len(written) > _MAX_RULES:
            ignore("a recurrence rule", f"it has more than {_MAX_RULES}")
        rules = [read_rule(text, ignore) for text in written[:_MAX_RULES]]
        return [_adapt_until(rule, start, entry.calendar.timestamps) for rule in rules if rule is not None]

    def _read_dates(
        self, entry: CalendarEntry, name: str, start: Timestamp
    ) -> list[tuple[Timestamp, Duration | None]]:
        """Return the values of a property, and the lengths of those that are a PERIOD."""
        dates: list[tuple[Timestamp, Duration | None]] = []
        faults: set[str] = set()
        for found in entry.component.get_all(name):
            for text in filter(str.strip, _DATE_SEPARATOR.split(found.value)):
                begin, _, end = text.partition("/")
                try:
                    value = entry.calendar.timestamps.read_value(name, begin, found, start)
                except ValueError:
                    faults.add(f"a date in {name}")
                    continue
                length = _read_length(entry, value, end.strip(), found)
                if end.strip() and length is None:
                    faults.add(f"the end of a period in {name}")
                dates.append((value, length))
        for fault in sorted(faults):
            self._warn(entry, entry.describe_ignored(fault, "it cannot be read"))
        return dates

    def add_override(self, entry: CalendarEntry) -> None:
        series, timestamps = self.series, entry.calendar.timestamps
        name = entry.recurrence_property or "RECURRENCE-ID"
        like = None if series.master is None else series.master.start
        try:
            written = timestamps.read_first(entry.component, name, like)
            start, duration = self._read_timing_of_override(entry, written)
        except ValueError as error:
            self._warn(entry, f"this {entry.kind} was skipped: {error}.")
            return
        written, anchor = written or start, like or start
        recurrence_id = _recurrence_key(written, anchor, timestamps, self._has_day)
        original = timestamps.convert(written, anchor, self._has_day)
        timed_entry = TimedEntry(entry, start, duration, start.wall_time - original.wall_time)
        if series.master is not None and entry.is_this_and_future:
            series.this_and_future.append((original.moment, timed_entry))
        series.overrides[recurrence_id] = timed_entry

    def _read_timing_of_override(
        self, entry: CalendarEntry, written: Timestamp | None
    ) -> tuple[Timestamp, Duration]:
        """Return when an override takes place: without a start of its own, when its occurrence does.

        Raises:
            ValueError: neither can be read.
        """
        if entry.is_cancelled and written is not None:
            return written, Duration()
        try:
            return self._timing(entry)
        except ValueError as error:
            if written is None or entry.recurrence_property == "DTSTART":
                raise
            if not isinstance(error, NoStart):
                self._warn(entry, f"this {entry.kind} has the time of its occurrence: {error}.")
        master = self.series.master
        if master is None:
            return written, Duration()
        start = entry.calendar.timestamps.convert(written, master.start, self._has_day)
        return start, master.duration


class _RuleDays:
    """A test whether rules without their times and COUNT have an occurrence on a date."""

    def __init__(self, rules: list[RecurrenceRule], first: Timestamp) -> None:
        self._first = first.wall_time
        self._rules = [
            replace(rule, count=None, until=None, hours=(), minutes=(), seconds=()) for rule in rules
        ]
        self._remaining = _MAX_DAY_TESTS

    def __call__(self, day: date) -> bool:
        """Return whether there is one; False after too many tests."""
        self._remaining -= 1
        return self._remaining >= 0 and any(self._has(rule, day) for rule in self._rules)

    def _has(self, rule: RecurrenceRule, day: date) -> bool:
        if rule.frequency > RRuleFrequency.DAILY:
            return True
        begin = datetime.combine(day, time.min)
        try:
            return next(rule.between(self._first, begin, begin + _DAY), None) is not None
        except RuleTooExpensive:
            return False


def _adapt_until(rule: RecurrenceRule, first: Timestamp, timestamps: TimestampReader) -> RecurrenceRule:
    """Return the rule with an UNTIL that can be compared with its occurrences."""
    if not isinstance(rule.until, datetime):
        return rule
    until = Timestamp(rule.until, UTC_ZONE if rule.until_is_utc else first.zone)
    if first.is_all_day:
        day = timestamps.day_of(until, _RuleDays([rule], first))
        return replace(rule, until=day, until_is_utc=False)
    if rule.until_is_utc and first.zone is None:
        wall = timestamps.convert(until, first).wall_time
        return replace(rule, until=wall, until_is_utc=False)
    return rule


def _read_length(entry: CalendarEntry, start: Timestamp, end: str, found: Property) -> Duration | None:
    """Return the length of a PERIOD; None if there is none, or if it cannot be read."""
    if not end:
        return None
    try:
        if "P" in end.upper():
            length = Duration.parse(end)
        else:
            length = Duration.between(start, entry.calendar.timestamps.read_value("", end, found, start))
        length.end_from(start)
    except (ValueError, OverflowError):
        return None
    return length if length.approximate >= timedelta(0) else None


def _recurrence_key(
    value: Timestamp, like: Timestamp, timestamps: TimestampReader, has_day: DayTest | None
) -> Moment:
    """Return the lookup key of a recurrence id: a date names all occurrences of its day."""
    if value.is_all_day or (value.zone is not None and like.zone is not None and not like.is_all_day):
        return value.moment
    return timestamps.convert(value, like, has_day).moment
