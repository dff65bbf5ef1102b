"""Which calendar events of an earlier snapshot were changed, removed or added since. Pure.

Events with the same title and start are the same under any id and source: some calendars give every
event a new UID each time they are read. What remains is grouped: an event belongs to the group of a removed
one with its id, with its UID or its title in the same source, or with both in another one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from daybreak.agenda import Event, Moment
from daybreak.briefs.facts.snapshot import SnapshotItem, fold_title, source_key, to_iso
from daybreak.briefs.wording.formatting import date_of

# Of two events at the same time in one calendar: how similar the titles of one that was renamed are.
_RENAMED_RATIO = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """An event of the snapshot, with its start in the reader's terms."""

    id: str
    item: SnapshotItem
    start: Moment

    @property
    def date(self) -> date:
        """The reader's date of its start."""
        return date_of(self.start)


@dataclass(slots=True)
class EventGroup:
    """The occurrences of one event that differ.

    Attributes:
        removed: occurrences that are no longer at their time, in the order of time.
        added: occurrences that were not at theirs.
        pairs: removed and added occurrences that are the same one, at another time.
    """

    removed: list[KnownEvent] = field(default_factory=list)
    added: list[Event] = field(default_factory=list)
    pairs: list[tuple[KnownEvent, Event]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EventMatches:
    """The result of matching; ``same`` are events at their old time, whose title or place may differ."""

    same: list[tuple[KnownEvent, Event]]
    groups: list[EventGroup]


def match_events(
    before: Iterable[KnownEvent], now: Sequence[Event], localize: Callable[[Moment], Moment]
) -> EventMatches:
    """Match the events of a snapshot with the events of the agenda, both in the reader's terms."""
    starts = {str(event.id): localize(event.start) for event in now}
    known = {one.id: one for one in sorted(before, key=lambda one: one.id)}
    current = {str(event.id): event for event in sorted(now, key=lambda event: str(event.id))}
    matcher = _EventPairing(known, current, starts)
    matcher.pair_same_ids()
    matcher.pair_contents(lambda source: source)
    matcher.pair_contents(lambda _source: "")
    matcher.pair_renamed()
    groups = matcher.group()
    for group in groups:
        _pair_by_id_and_date(group, localize)
    return EventMatches(matcher.same, groups)


class _EventPairing:
    def __init__(
        self, before: dict[str, KnownEvent], now: dict[str, Event], starts: Mapping[str, Moment]
    ) -> None:
        self._before, self._now, self._starts = before, now, starts
        self.same: list[tuple[KnownEvent, Event]] = []

    def pair_same_ids(self) -> None:
        for key in [key for key in self._before if key in self._now]:
            if self._starts[key] == self._before[key].start:
                self._pair(key, key)

    def pair_contents(self, scope: Callable[[str], str]) -> None:
        waiting = defaultdict(list)
        for key, event in self._now.items():
            content = scope(source_key(event.source_id)), fold_title(event.title), self._starts[key]
            waiting[content].append(key)
        for key, one in list(self._before.items()):
            content = scope(one.item.source), fold_title(one.item.title), one.start
            if found := waiting.get(content):
                self._pair(key, found.pop(0))

    def pair_renamed(self) -> None:
        """Pair events at the same time in one source, if there is one on either side with a similar title."""
        removed, added = defaultdict(list), defaultdict(list)
        for key, one in self._before.items():
            removed[one.item.source, one.item.starts, one.item.due].append(key)
        for key, event in self._now.items():
            added[source_key(event.source_id), to_iso(event.start), to_iso(event.end)].append(key)
        for when, keys in removed.items():
            found = added.get(when, [])
            if len(keys) == len(found) == 1 and _is_similar(self._before[keys[0]], self._now[found[0]]):
                self._pair(keys[0], found[0])

    def group(self) -> list[EventGroup]:
        """Return the groups of what remains."""
        groups: Mapping[tuple[str, str], EventGroup] = defaultdict(EventGroup)
        by_id, by_uid, by_uid_and_title = {}, {}, {}
        for key, one in self._before.items():
            name = one.item.source, fold_title(one.item.title)
            groups[name].removed.append(one)
            by_id[key] = by_uid[one.item.source, one.item.source_ref] = name
            by_uid_and_title[one.item.source_ref, name[1]] = name
        for key, event in self._now.items():
            source = source_key(event.source_id)
            own = source, fold_title(event.title)
            other = by_uid_and_title.get((event.source_ref, own[1]), own)
            name = own if own in groups else by_id.get(key) or by_uid.get((source, event.source_ref)) or other
            groups[name].added.append(event)
        return list(groups.values())

    def _pair(self, before_id: str, event_id: str) -> None:
        self.same.append((self._before.pop(before_id), self._now.pop(event_id)))


def _is_similar(one: KnownEvent, event: Event) -> bool:
    old, new = fold_title(one.item.title), fold_title(event.title)
    is_longer = bool(old and new) and (old in new or new in old)
    return is_longer or SequenceMatcher(None, old, new).ratio() >= _RENAMED_RATIO


def _pair_by_id_and_date(group: EventGroup, localize: Callable[[Moment], Moment]) -> None:
    rules: tuple[Callable[[KnownEvent, Event], bool], ...] = (
        lambda one, event: one.id == str(event.id),
        lambda one, event: one.date == date_of(localize(event.start)),
    )
    for is_same in rules:
        for one in list(group.removed):
            found = next((event for event in group.added if is_same(one, event)), None)
            if found is not None:
                group.pairs.append((one, found))
                group.removed.remove(one)
                group.added.remove(found)
