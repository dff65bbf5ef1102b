"""A recurring entry and its occurrences: RRULE, RDATE, EXDATE, EXRULE and RECURRENCE-ID of RFC 5545."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge

from daybreak.agenda.importers.icalendar.days import Frequency
from daybreak.agenda.importers.icalendar.entries import Entry, Group
from daybreak.agenda.importers.icalendar.rule_text import parse_rule
from daybreak.agenda.importers.icalendar.rules import Rule
from daybreak.agenda.importers.icalendar.timestamps import Span, Stamp
from daybreak.agenda.model import Moment

_SLACK = {Frequency.MINUTELY: timedelta(minutes=1), Frequency.SECONDLY: timedelta(seconds=1)}

Timing = Callable[[Entry], tuple[Stamp, Span]]


@dataclass(frozen=True, slots=True)
class Timed:
    """An entry with its start and duration; ``offset`` is how far it moves the occurrences it replaces."""

    entry: Entry
    start: Stamp
    span: Span
    moved: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of an entry; ``recurrence_id`` is its original time in the series."""

    entry: Entry
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

    master: Timed | None
    rules: list[Rule] = field(default_factory=list)
    exclusions: list[Rule] = field(default_factory=list)
    extra: list[Stamp] = field(default_factory=list)
    overrides: dict[Moment, Timed] = field(default_factory=dict)
    later: list[tuple[Moment, Timed]] = field(default_factory=list)
    excluded: set[Moment] = field(default_factory=set)
    lengths: dict[Moment, Span] = field(default_factory=dict)

    @property
    def reach(self) -> timedelta:
        """How far from its recurrence id an occurrence, or its end, can be."""
        timed = [timed for _, timed in self.later] + ([] if self.master is None else [self.master])
        longest = max((abs(one.moved) + one.span.rough for one in timed), default=timedelta(0))
        return max([longest, *(span.rough for span in self.lengths.values())])

    @property
    def slack(self) -> timedelta:
        """How far a gap of the clock can move an occurrence; a series by the minute has one beside it."""
        day = timedelta(days=1)
        return max((_SLACK.get(rule.frequency, day) for rule in self.rules), default=day)

    def clock_at(self, instant: datetime, day: date) -> datetime:
        """Return the series' wall-clock time at an instant, the owner's midnight that begins ``day``."""
        if self.master is None or self.master.start.zone is None:
            return datetime.combine(day, time.min)
        return self.master.start.zone.to_wall(instant)

    def changed(self) -> Iterator[Occurrence]:
        """Yield the occurrences that have an entry of their own, at any time."""
        for recurrence_id, timed in self.overrides.items():
            if recurrence_id not in self.excluded:
                yield Occurrence(
                    timed.entry, recurrence_id, timed.start.moment, timed.span.after(timed.start)
                )

    def as_written(self, master: Timed) -> Occurrence:
        """Return the occurrence that the master itself describes."""
        return self._occurrence(master, master.start, master.start.moment)

    def unchanged(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        """Yield the other occurrences with recurrence ids in [begin, end) in wall-clock time, in order.

        Raises:
            RuleTooExpensive: the expansion needs too many steps.
        """
        if self.master is None:
            return
        barred = self.excluded | self.overrides.keys() | self._barred_by_rule(begin, end)
        previous: Moment | None = None
        for stamp in self._stamps(self.master, begin, end):
            recurrence_id = stamp.moment
            if recurrence_id == previous or recurrence_id in barred or stamp.clock.date() in barred:
                continue
            previous = recurrence_id
            yield self._occurrence(self.master, stamp, recurrence_id)

    def _occurrence(self, master: Timed, stamp: Stamp, recurrence_id: Moment) -> Occurrence:
        position = bisect_right(self.later, recurrence_id, key=lambda pair: pair[0]) if self.later else 0
        timed = self.later[position - 1][1] if position else master
        start = timed.start.at(stamp.clock + timed.moved) if position else stamp
        span = self.lengths.get(recurrence_id, timed.span)
        return Occurrence(timed.entry, recurrence_id, start.moment, span.after(start))

    def _stamps(self, master: Timed, begin: datetime, end: datetime) -> Iterator[Stamp]:
        first = master.start
        own = [] if self._ended_before(first) else [first]
        listed = sorted([*own, *self.extra], key=_clock)
        streams = [(first.at(wall) for wall in _walls(rule, first, begin, end)) for rule in self.rules]
        yield from merge((stamp for stamp in listed if begin <= stamp.clock < end), *streams, key=_clock)

    def _ended_before(self, first: Stamp) -> bool:
        return bool(self.rules) and all(rule.ends_before(first.clock, _instant(first)) for rule in self.rules)

    def _barred_by_rule(self, begin: datetime, end: datetime) -> set[Moment]:
        if self.master is None or not self.exclusions:
            return set()
        first = self.master.start
        return {first.at(wall).moment for rule in self.exclusions for wall in _walls(rule, first, begin, end)}


def recurs(group: Group) -> bool:
    """Return whether a group is a series, and not a single entry."""
    if group.overrides or group.master is None:
        return True
    return bool(group.master.component.all("RRULE") or group.master.component.all("RDATE"))


def read_series(group: Group, timing: Timing, complain: Callable[[Entry, str], None]) -> Series:
    """Return the series of a group; an unreadable override is skipped with a warning.

    Raises:
        ValueError: the master cannot be read; the message has the reason.
    """
    series = Series(master=None)
    if group.master is not None:
        series = _read_master(group.master, timing)
    for override in group.overrides.values():
        try:
            _add_override(series, override, timing)
        except ValueError as error:
            complain(override, f"{error}.")
    series.later.sort(key=lambda pair: pair[0])
    return series


def _read_master(entry: Entry, timing: Timing) -> Series:
    start, span = timing(entry)
    component, stamps = entry.component, entry.calendar.stamps
    master = Timed(entry, stamps.for_recurring(start), span)
    series = Series(master)
    series.rules = [parse_rule(found.value) for found in component.all("RRULE")]
    series.exclusions = [parse_rule(found.value) for found in component.all("EXRULE")]
    series.extra = [stamp.like(master.start) for stamp in stamps.every(component, "RDATE")]
    series.excluded = {_key(stamp, master.start) for stamp in stamps.every(component, "EXDATE")}
    series.lengths = {
        _key(period_start, master.start): length
        for period_start, length in stamps.periods(component, "RDATE")
    }
    return series


def _add_override(series: Series, entry: Entry, timing: Timing) -> None:
    written = entry.calendar.stamps.first(entry.component, "RECURRENCE-ID")
    if written is None:
        raise ValueError("its RECURRENCE-ID is empty")
    start, span = (written, Span()) if entry.cancelled else timing(entry)
    anchor = start if series.master is None else series.master.start
    recurrence_id = _key(written, anchor)
    place = written.like(anchor)
    timed = Timed(entry, start, span, start.clock - place.clock)
    if series.master is not None and _is_this_and_future(entry):
        series.later.append((place.moment, timed))
    series.overrides[recurrence_id] = timed


def _is_this_and_future(entry: Entry) -> bool:
    found = entry.component.first("RECURRENCE-ID")
    return found is not None and found.parameters.get("RANGE", "").upper() == "THISANDFUTURE"


def _key(stamp: Stamp, anchor: Stamp) -> Moment:
    """Return the lookup key of a recurrence id: a date names all occurrences of its day."""
    if stamp.all_day or (stamp.zone is not None and anchor.zone is not None and not anchor.all_day):
        return stamp.moment
    return stamp.like(anchor).moment


def _walls(rule: Rule, first: Stamp, begin: datetime, end: datetime) -> Iterator[datetime]:
    for wall in rule.between(first.clock, begin, end):
        if rule.until is not None and rule.ends_before(wall, _instant(first.at(wall))):
            return
        yield wall


def _instant(stamp: Stamp) -> datetime:
    """Return the naive instant in UTC; the wall-clock time for a date or a floating time."""
    if stamp.zone is None or stamp.all_day:
        return stamp.clock
    return stamp.zone.to_utc(stamp.clock).astimezone(UTC).replace(tzinfo=None)


def _clock(stamp: Stamp) -> datetime:
    return stamp.clock
