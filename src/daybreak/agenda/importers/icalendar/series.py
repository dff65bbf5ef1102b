"""A recurring entry and its occurrences: RRULE, RDATE, EXDATE, EXRULE and RECURRENCE-ID of RFC 5545."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge

from daybreak.agenda.importers.icalendar.days import RRuleFrequency
from daybreak.agenda.importers.icalendar.entries import CalendarEntry, UidGroup
from daybreak.agenda.importers.icalendar.rules import RecurrenceRule
from daybreak.agenda.importers.icalendar.timestamps import Duration, Timestamp
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext, ImportedRevision

_SLACK_BY_FREQUENCY = {
    RRuleFrequency.MINUTELY: timedelta(minutes=1),
    RRuleFrequency.SECONDLY: timedelta(seconds=1),
}


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """An entry with its start and duration; ``offset`` is how far it moves the occurrences it replaces."""

    entry: CalendarEntry
    start: Timestamp
    duration: Duration
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of an entry; ``recurrence_id`` is its original time in the series."""

    entry: CalendarEntry
    recurrence_id: Moment
    start: Moment
    end: Moment


@dataclass(slots=True)
class Series:
    """A recurring entry, ready to be expanded.

    Attributes:
        master: the entry that recurs; None in a file with only single occurrences of it.
        overrides: replacements of single occurrences, by recurrence id.
        this_and_future: replacements of all occurrences from a recurrence id on, in order
            (RANGE=THISANDFUTURE).
        excluded: the recurrence ids without an occurrence, and the dates without any.
        durations: the durations of occurrences with one of their own (an RDATE that is a PERIOD).
    """

    master: TimedEntry | None
    rules: list[RecurrenceRule] = field(default_factory=list)
    exclusions: list[RecurrenceRule] = field(default_factory=list)
    extra_dates: list[Timestamp] = field(default_factory=list)
    overrides: dict[Moment, TimedEntry] = field(default_factory=dict)
    this_and_future: list[tuple[Moment, TimedEntry]] = field(default_factory=list)
    excluded: set[Moment] = field(default_factory=set)
    durations: dict[Moment, Duration] = field(default_factory=dict)

    @property
    def max_extent(self) -> timedelta:
        """How far from its recurrence id an occurrence, or its end, can be."""
        timed_entry = [timed_entry for _, timed_entry in self.this_and_future] + (
            [] if self.master is None else [self.master]
        )
        longest = max(
            (abs(one.offset) + abs(one.duration.approximate) for one in timed_entry), default=timedelta(0)
        )
        return max([longest, *(duration.approximate for duration in self.durations.values())])

    @property
    def slack(self) -> timedelta:
        """How far a gap of the clock can move an occurrence; a series by the minute has one beside it."""
        day = timedelta(days=1)
        return max((_SLACK_BY_FREQUENCY.get(rule.frequency, day) for rule in self.rules), default=day)

    def wall_time_at(self, instant: datetime, day: date) -> datetime:
        """Return the series' wall-clock time at an instant, the owner's midnight that begins ``day``."""
        if self.master is None or self.master.start.zone is None:
            return datetime.combine(day, time.min)
        return self.master.start.zone.to_wall(instant)

    def iter_overrides(self) -> Iterator[Occurrence]:
        """Yield the occurrences that have an entry of their own, at any time."""
        for recurrence_id, timed_entry in self.overrides.items():
            if recurrence_id not in self.excluded:
                yield Occurrence(
                    timed_entry.entry,
                    recurrence_id,
                    timed_entry.start.moment,
                    timed_entry.duration.end_from(timed_entry.start),
                )

    def revisions(self) -> Iterator[ImportedRevision]:
        """Yield what the overrides state for the other files of the source."""
        for recurrence_id, timed_entry in self.overrides.items():
            entry = timed_entry.entry
            yield entry.revision(recurrence_id.isoformat(), and_future=entry.is_this_and_future)

    def list_excluded(self, context: ImportContext) -> list[Moment]:
        """Return the excluded recurrence ids in the range that is read, in order."""
        return sorted(
            (one for one in self.excluded if context.expand_from <= _day(one) < context.expand_until),
            key=lambda one: (_day(one), one.isoformat()),
        )

    def master_occurrence(self, master: TimedEntry) -> Occurrence:
        """Return the occurrence that the master itself describes."""
        return self._occurrence(master, master.start, master.start.moment)

    def iter_generated(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        """Yield the other occurrences with recurrence ids in [begin, end) in wall-clock time, in order.

        Raises:
            RuleTooExpensive: the expansion needs too many steps.
        """
        if self.master is None:
            return
        barred = self.excluded | self.overrides.keys() | self._excluded_by_rule(begin, end)
        previous: Moment | None = None
        for timestamp in self._timestamps(self.master, begin, end):
            recurrence_id = timestamp.moment
            if recurrence_id == previous or recurrence_id in barred or timestamp.wall_time.date() in barred:
                continue
            previous = recurrence_id
            yield self._occurrence(self.master, timestamp, recurrence_id)

    def _occurrence(self, master: TimedEntry, timestamp: Timestamp, recurrence_id: Moment) -> Occurrence:
        position = (
            bisect_right(self.this_and_future, recurrence_id, key=lambda pair: pair[0])
            if self.this_and_future
            else 0
        )
        timed_entry = self.this_and_future[position - 1][1] if position else master
        start = (
            timed_entry.start.with_wall_time(timestamp.wall_time + timed_entry.offset)
            if position
            else timestamp
        )
        duration = self.durations.get(recurrence_id, timed_entry.duration)
        return Occurrence(timed_entry.entry, recurrence_id, start.moment, duration.end_from(start))

    def _timestamps(self, master: TimedEntry, begin: datetime, end: datetime) -> Iterator[Timestamp]:
        first = master.start
        own = [] if self._has_ended_before(first) else [first]
        listed = sorted([*own, *self.extra_dates], key=_wall_time)
        streams = [
            (first.with_wall_time(wall) for wall in _wall_times(rule, first, begin, end))
            for rule in self.rules
        ]
        yield from merge(
            (timestamp for timestamp in listed if begin <= timestamp.wall_time < end),
            *streams,
            key=_wall_time,
        )

    def _has_ended_before(self, first: Timestamp) -> bool:
        return bool(self.rules) and all(
            rule.ends_before(first.wall_time, _naive_utc(first)) for rule in self.rules
        )

    def _excluded_by_rule(self, begin: datetime, end: datetime) -> set[Moment]:
        if self.master is None or not self.exclusions:
            return set()
        first = self.master.start
        return {
            first.with_wall_time(wall).moment
            for rule in self.exclusions
            for wall in _wall_times(rule, first, begin, end)
        }


def is_recurring(group: UidGroup) -> bool:
    """Return whether a group is a series, and not a single entry."""
    return bool(group.overrides) or group.master is None or group.master.is_recurring


def _wall_times(rule: RecurrenceRule, first: Timestamp, begin: datetime, end: datetime) -> Iterator[datetime]:
    for wall in rule.between(first.wall_time, begin, end):
        if rule.until is not None and rule.ends_before(wall, _naive_utc(first.with_wall_time(wall))):
            return
        yield wall


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _naive_utc(timestamp: Timestamp) -> datetime:
    """Return the naive instant in UTC; the wall-clock time for a date or a floating time."""
    if timestamp.zone is None or timestamp.is_all_day:
        return timestamp.wall_time
    return timestamp.zone.to_utc(timestamp.wall_time).astimezone(UTC).replace(tzinfo=None)


def _wall_time(timestamp: Timestamp) -> datetime:
    return timestamp.wall_time
