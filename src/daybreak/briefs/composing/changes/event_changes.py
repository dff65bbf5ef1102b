"""Changes of the calendar since the last brief."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from daybreak.agenda import Event, Moment
from daybreak.briefs.composing.changes.change import Change, Comparison
from daybreak.briefs.composing.changes.event_matches import EventGroup, KnownEvent, match_events
from daybreak.briefs.composing.changes.task_matches import is_corrected
from daybreak.briefs.facts.snapshot import EVENT_DAYS, fold_title, parse_snapshot_time, source_key
from daybreak.briefs.wording import changes as wording
from daybreak.briefs.wording.formatting import date_of
from daybreak.claims import Claim

_MAX_OVERLAPPED = 2


def find_event_changes(comparison: Comparison) -> Iterator[Change]:
    """Yield the changes of events, each event at most once."""
    yield from _EventComparison(comparison).list_changes()


class _EventComparison:
    def __init__(self, comparison: Comparison) -> None:
        self._of = comparison
        self._book, self._day = comparison.book, comparison.book.day
        self._today, last = self._day.today, comparison.last
        self._until = min(last.compared_until, self._today + timedelta(days=EVENT_DAYS))
        self._known = list(self._known_events())
        self._known_contents = {(fold_title(one.item.title), one.start) for one in self._known}
        self._events = sorted(
            comparison.agenda.events, key=lambda event: (self._instant(event.start), str(event.id))
        )
        self._conflicting = [
            (self._instant(event.start), self._instant(event.end), event)
            for event in filter(_can_conflict, self._events)
        ]
        self._contents = {(fold_title(event.title), self._local(event)) for event in self._events}
        self._ids = {str(event.id) for event in self._events}
        # Occurrences of a series by source, title and time of day.
        self._known_times = {
            (one.item.source, fold_title(one.item.title), _time_of(one.start)) for one in self._known
        }

    def _known_events(self) -> Iterator[KnownEvent]:
        for event_id, item in self._of.last.events.items():
            start = parse_snapshot_time(item.starts, self._day)
            if start is not None:
                yield KnownEvent(id=event_id, item=item, start=start)

    def list_changes(self) -> Iterator[Change]:
        known_ids = {one.id for one in self._known}
        # An id counts beyond the compared days, too: it shows that an event moved into them or out of them.
        before = [one for one in self._known if self._is_compared(one.date) or one.id in self._ids]
        now = [
            event
            for event in self._events
            if str(event.id) in known_ids or self._is_compared(self._day.date_of(event.start))
        ]
        matches = match_events(before, now, self._day.localize)
        yield from self._renamed_or_placed(
            [pair for pair in matches.same if self._is_compared(pair[0].date) and self._is_of_both(pair)]
        )
        for group in matches.groups:
            yield from self._describe_group(group)

    def _is_compared(self, on: date | None) -> bool:
        return on is not None and self._today <= on < self._until

    def _is_of_both(self, pair: tuple[KnownEvent, Event]) -> bool:
        return (
            not pair[1].declined
            and {pair[0].item.source, source_key(pair[1].source_id)} <= self._of.sources.keys()
        )

    def _describe_group(self, group: EventGroup) -> Iterator[Change]:
        pairs = [pair for pair in group.pairs if self._is_of_both(pair) and self._is_near(pair)]
        removed = sorted(filter(self._is_gone, group.removed), key=lambda one: self._instant(one.start))
        added = sorted(filter(self._is_new, group.added), key=lambda event: self._instant(event.start))
        pairs.sort(key=lambda pair: self._instant(pair[1].start))
        if all(map(self._is_on_another_day, pairs)):
            then, now = self._with_pairs(removed, added, pairs)
            if then and now and self._is_series(then, now):
                yield self._series_moved_to_days(then, now)
                return
        if removed and added:
            count = min(len(removed), len(added))
            pairs += zip(removed[:count], added[:count], strict=True)
            removed, added = removed[count:], added[count:]
        yield from self._moved(pairs)
        if removed:
            yield self._vanished(removed)
        if added:
            yield self._came_in(added)

    def _with_pairs(
        self,
        removed: Sequence[KnownEvent],
        added: Sequence[Event],
        pairs: Sequence[tuple[KnownEvent, Event]],
    ) -> tuple[list[KnownEvent], list[Event]]:
        then = [*removed, *(one for one, _ in pairs)]
        now = [*added, *(event for _, event in pairs)]
        then.sort(key=lambda one: self._instant(one.start))
        now.sort(key=lambda event: self._instant(event.start))
        return then, now

    def _is_near(self, pair: tuple[KnownEvent, Event]) -> bool:
        return self._is_compared(pair[0].date) or self._is_compared(self._day.date_of(pair[1].start))

    def _is_gone(self, one: KnownEvent) -> bool:
        is_there = (fold_title(one.item.title), one.start) in self._contents
        is_shown = one.item.source in self._of.sources and one.item.is_mine
        return is_shown and self._is_compared(one.date) and not is_there

    def _is_new(self, event: Event) -> bool:
        is_known = (fold_title(event.title), self._local(event)) in self._known_contents
        is_compared = self._is_compared(self._day.date_of(event.start))
        is_shown = source_key(event.source_id) in self._of.sources and not event.declined
        return is_shown and is_compared and not is_known

    def _is_series(self, removed: Sequence[KnownEvent], added: Sequence[Event]) -> bool:
        """Return whether all occurrences went from the same time of day to the same one on other weekdays."""
        times = {_time_of(one.start) for one in removed}, {_time_of(self._local(event)) for event in added}
        days = {one.date.weekday() for one in removed}, {self._weekday(event) for event in added}
        is_recurring = max(len(removed), len(added)) > 1 or any(event.recurrence_id for event in added)
        if not is_recurring or max(map(len, times)) > 1 or days[0] == days[1]:
            return False
        later = self._occurrences_from(added[0])
        return len(later) > 1 and all(
            self._weekday(event) in days[1] and self._time(event) in times[1] for event in later
        )

    def _series_moved_to_days(self, removed: Sequence[KnownEvent], added: Sequence[Event]) -> Change:
        then, now = [one.start for one in removed], [self._local(event) for event in added]
        text = wording.series_moved_to_days(added[0].title, then, now, self._today)
        return self._change("moved", text, added, now[0])

    def _moved(self, pairs: Sequence[tuple[KnownEvent, Event]]) -> Iterator[Change]:
        shifted = [pair for pair in pairs if self._is_shifted(pair)]
        times = {(_time_of(one.start), self._time(event)) for one, event in shifted}
        if len(times) == 1 and (len(shifted) > 1 or self._goes_on(shifted[0][1], is_series=False)):
            yield self._shifted(shifted)
            pairs = [pair for pair in pairs if pair not in shifted]
        for one, event in pairs:
            yield self._moved_once(one, event)

    def _is_shifted(self, pair: tuple[KnownEvent, Event]) -> bool:
        """Return whether an occurrence is on its day, at another time."""
        one, event = pair
        is_titled = fold_title(one.item.title) == fold_title(event.title)
        return is_titled and one.date == self._day.date_of(event.start)

    def _is_on_another_day(self, pair: tuple[KnownEvent, Event]) -> bool:
        one, event = pair
        is_titled = fold_title(one.item.title) == fold_title(event.title)
        return is_titled and one.date != self._day.date_of(event.start)

    def _goes_on(self, first: Event, *, is_series: bool) -> bool:
        """Return whether the later occurrences of a series are all at the new time of this one.

        Not if an occurrence was known at that time: then this one was put back to the time of the others.
        """
        later = self._occurrences_from(first)
        key = source_key(first.source_id), fold_title(first.title), self._time(first)
        is_regular = {self._time(event) for event in later} == {self._time(first)}
        is_series = is_series or all(event.recurrence_id for event in later)
        return is_series and is_regular and len(later) > 1 and key not in self._known_times

    def _shifted(self, pairs: Sequence[tuple[KnownEvent, Event]]) -> Change:
        events = [event for _, event in pairs]
        now = [self._local(event) for event in events]
        then = pairs[0][0].start
        if self._goes_on(events[0], is_series=len(events) > 1):
            text = wording.series_moved(events[0].title, then, now[0], self._today)
        else:
            text = wording.occurrences_moved(events[0].title, then, now, self._today)
        return self._change("moved", text, events, now[0])

    def _moved_once(self, one: KnownEvent, event: Event) -> Change:
        now = self._local(event)
        memory = self._of.cite_memory(one.id, one.item, start=one.start)
        if not is_corrected(one.item.title, event.title):
            text = wording.event_renamed(one.item.title, event.title, now, self._today)
            return self._change("renamed", text, [event], now, also=(memory,))
        text = wording.event_moved(event.title, one.start, now, self._today)
        return self._with_overlap(self._change("moved", text, [event], now, also=(memory,)), event)

    def _vanished(self, removed: Sequence[KnownEvent]) -> Change:
        starts = [one.start for one in removed]
        facts = tuple(
            self._of.cite_removed("event", one.id, one.item, one.start, is_id_in_use=one.id in self._ids)
            for one in removed
        )
        text = wording.event_vanished(removed[0].item.title, starts, self._today)
        return Change(Claim(kind="vanished", text=text, facts=facts), starts[0], is_event=True)

    def _came_in(self, added: Sequence[Event]) -> Change:
        starts = [self._local(event) for event in added]
        text = wording.event_came_in(added[0].title, starts, self._today)
        change = self._change("came_in", text, added, starts[0])
        return self._with_overlap(change, added[0]) if len(added) == 1 else change

    def _with_overlap(self, change: Change, event: Event) -> Change:
        """Return a change of one event with the events that it overlaps now."""
        overlapped = self._list_overlapped(event)[:_MAX_OVERLAPPED]
        if not overlapped:
            return change
        claim = change.claim
        text = wording.overlapping(claim.text, [other.title for other in overlapped])
        facts = (*claim.facts, *map(self._book.cite_event, overlapped))
        return change._replace(claim=replace(claim, text=text, facts=facts))

    def _list_overlapped(self, event: Event) -> list[Event]:
        if not _can_conflict(event):
            return []
        begins, ends, title = self._instant(event.start), self._instant(event.end), fold_title(event.title)
        return [
            other
            for start, end, other in self._conflicting
            if start < ends and begins < end and other is not event and fold_title(other.title) != title
        ]

    def _renamed_or_placed(self, same: Sequence[tuple[KnownEvent, Event]]) -> Iterator[Change]:
        renamed: dict[tuple[str, str], list[Event]] = {}
        placed: dict[tuple[str, str], list[Event]] = {}
        for one, event in same:
            if not is_corrected(one.item.title, event.title):
                renamed.setdefault((one.item.title, event.title), []).append(event)
            elif self._of.last.has_details and _is_moved_to_place(one.item.place or "", event.location):
                placed.setdefault((event.title, " ".join(event.location.split())), []).append(event)
        for (before, title), events in renamed.items():
            text = wording.event_renamed(before, title, None, self._today)
            yield self._change("renamed", text, events, self._local(events[0]))
        for (title, place), events in placed.items():
            start = self._local(events[0])
            which = start if len(events) == 1 else None
            text = wording.place_changed(title, which, place, self._today)
            yield self._change("place_changed", text, events, start)

    def _occurrences_from(self, first: Event) -> list[Event]:
        """Return the known occurrences of an event from this one on."""
        start, key = self._day.instant_of(first.start), (first.source_id, fold_title(first.title))
        return [
            event
            for event in self._events
            if (event.source_id, fold_title(event.title)) == key
            and self._day.instant_of(event.start) >= start
        ]

    def _change(
        self, kind: str, text: str, events: Sequence[Event], at: Moment, *, also: Sequence[str] = ()
    ) -> Change:
        facts = (*map(self._book.cite_event, events), *also)
        return Change(Claim(kind=kind, text=text, facts=facts), at, is_event=True)

    def _local(self, event: Event) -> Moment:
        return self._day.localize(event.start)

    def _time(self, event: Event) -> object:
        return _time_of(self._local(event))

    def _weekday(self, event: Event) -> int:
        return date_of(self._local(event)).weekday()

    def _instant(self, moment: Moment) -> datetime:
        return self._day.instant_of(moment)


def _can_conflict(event: Event) -> bool:
    return event.busy and not event.all_day and not event.declined


def _time_of(moment: Moment) -> object:
    return moment.time() if isinstance(moment, datetime) else None


def _is_moved_to_place(before: str, now: str) -> bool:
    return bool(now.strip()) and fold_title(before) != fold_title(now)
