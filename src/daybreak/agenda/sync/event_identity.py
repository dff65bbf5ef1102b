"""The identity of events: which parsed events are stored ones under another UID or at another time.

Pure. The steps of `match_events` are tried in their order, each for what is left of the steps before it. A
step that compares UIDs pairs all events with equal keys in the order of time; without a UID two events are
one only if no third one has their key. Events that no step pairs are other events.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from uuid import UUID

_RENAMED_RATIO = 0.6
_MAX_TITLE = 200
_MAX_TITLES = 3
_MAX_RENAMED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTraits:
    """What identifies an event; ``row_id`` is the id of its stored row, or that derived for a parsed one."""

    row_id: UUID
    external_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    uid: str | None = None
    recurrence_id: str | None = None
    is_current: bool = True


_Key = Callable[[EventTraits], Hashable]
_Test = Callable[[EventTraits, EventTraits], bool]


def match_events(stored: Iterable[EventTraits], parsed: Iterable[EventTraits]) -> dict[UUID, UUID]:
    """Return the id of the stored event for each parsed event that is one, by its derived id.

    Args:
        stored: the stored events that a reading of their time did not find, and removed ones, in any order. A
            removed one is the same event only if its external id is.
        parsed: the parsed events that were not found with equal content.
    """
    stored = list(stored)
    matcher = _EventMatcher((event for event in stored if event.is_current), parsed)
    matcher.pair(lambda event: event.external_id)
    # Another UID, such as that of a calendar that writes new ones each time.
    matcher.pair(lambda event: (_fold(event.title), event.starts_at, event.ends_at, event.location))
    matcher.pair(lambda event: (_fold(event.title), event.starts_at, event.ends_at))
    matcher.pair(lambda event: (_fold(event.title), event.starts_at))
    # Another time of the same event: an occurrence of the same day, then of the same week.
    matcher.pair(lambda event: event.uid and (event.uid, event.starts_at.date()))
    matcher.pair(lambda event: event.uid and (event.uid, *event.starts_at.isocalendar()[:2]))
    matcher.pair_single(lambda event: event.uid, _is_any_single)
    # Another UID and another time or title.
    matcher.pair_single(lambda event: (_fold(event.title), event.starts_at.date()))
    matcher.pair_single(lambda event: (event.starts_at, event.ends_at), _is_renamed)
    matcher.replace_stored(event for event in stored if not event.is_current)
    matcher.pair(lambda event: event.external_id)
    return matcher.matches


class _EventMatcher:
    def __init__(self, stored: Iterable[EventTraits], parsed: Iterable[EventTraits]) -> None:
        self._stored = sorted(stored, key=_order)
        self._parsed = sorted(parsed, key=_order)
        self.matches: dict[UUID, UUID] = {}

    def replace_stored(self, stored: Iterable[EventTraits]) -> None:
        """Set the stored events for the next steps."""
        self._stored = sorted(stored, key=_order)

    def pair(self, key: _Key) -> None:
        """Pair the events with equal keys, in the order of time."""
        self._pair(key, lambda old, new: zip(old, new, strict=False))

    def pair_single(self, key: _Key, test: _Test = lambda _old, _new: True) -> None:
        """Pair two events with equal keys if there is no third one, and if they pass a test.

        Of very many events some are not tested: a test may compare their titles letter by letter.
        """
        tests = iter(range(_MAX_RENAMED))

        def select(old: list[EventTraits], new: list[EventTraits]) -> list[tuple[EventTraits, EventTraits]]:
            is_single = len(old) == len(new) == 1 and (
                test is not _is_renamed or next(tests, None) is not None
            )
            return [(old[0], new[0])] if is_single and test(old[0], new[0]) else []

        self._pair(key, select)

    def _pair(
        self,
        key: _Key,
        select: Callable[[list[EventTraits], list[EventTraits]], Iterable[tuple[EventTraits, EventTraits]]],
    ) -> None:
        if not self._stored or not self._parsed:
            return
        old, new = _group(self._stored, key), _group(self._parsed, key)
        pairs = [pair for common in old.keys() & new.keys() for pair in select(old[common], new[common])]
        self.matches |= {parsed.row_id: stored.row_id for stored, parsed in pairs}
        used = set(self.matches.values())
        self._stored = [event for event in self._stored if event.row_id not in used]
        self._parsed = [event for event in self._parsed if event.row_id not in self.matches]


def _group(events: Iterable[EventTraits], key: _Key) -> dict[Hashable, list[EventTraits]]:
    groups: dict[Hashable, list[EventTraits]] = defaultdict(list)
    for event in events:
        value = key(event)
        if value is not None:
            groups[value].append(event)
    return groups


def _order(event: EventTraits) -> tuple[datetime, datetime, str, str, str]:
    return event.starts_at, event.ends_at, event.title, event.location, event.external_id


def _fold(title: str) -> str:
    return " ".join(title.casefold().split())


def _is_any_single(old: EventTraits, new: EventTraits) -> bool:
    # A far occurrence that comes in and one that was cancelled have one UID, too.
    return old.recurrence_id is None or new.recurrence_id is None


def _is_renamed(old: EventTraits, new: EventTraits) -> bool:
    return are_titles_alike([old.title], [new.title])


def are_titles_alike(some: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether a title of some events is similar to one of others; of many a few are compared."""
    first, second = (sorted(map(_fold, titles))[:_MAX_TITLES] for titles in (some, others))
    return any(_are_alike(one[:_MAX_TITLE], other[:_MAX_TITLE]) for one in first for other in second)


def _are_alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    return matcher.real_quick_ratio() >= _RENAMED_RATIO and matcher.ratio() >= _RENAMED_RATIO
