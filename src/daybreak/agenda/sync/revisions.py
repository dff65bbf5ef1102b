"""Merging of calendar entries over the files of a source: invitations, updates, cancellations and exports.

Pure. Of the entries with one UID in several files the newest counts: by SEQUENCE, then by LAST-MODIFIED or
DTSTAMP, then a cancellation, then by the file's modification time. An override replaces its occurrence of
the newest series, whichever file it is in, with two exceptions: an override of an older export counts only
beside its own series, and one that is older than the series counts only if the series still has its
occurrence. Entries of exports with equal SEQUENCE are separate if neither their titles nor their starts agree
(programs that number their entries use the same UIDs), or if they were stamped and written at the same time.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportedEvent, ImportedRevision, ImportedTask
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sync.event_identity import are_titles_alike

_Item = ImportedEvent | ImportedTask
_UidKey = tuple[bool, str]
"""Whether a UID is that of a to-do, and the UID."""
_ItemKey = tuple[int, bool, str]
"""The number of a part, whether the item is a task, and its external id."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_EXPORT_TIME = timedelta(minutes=1)


def merge_revisions(files: Sequence[ParsedSourceFile], tz: ZoneInfo) -> list[ParsedSourceFile]:
    """Return the files of a source with only the newest version of each calendar entry.

    Args:
        files: the parsed files in a stable order.
        tz: the owner's zone, for a recurrence id without one.
    """
    parts = [part for file in files for part in _split_messages(file)]
    statements: dict[_UidKey, list[_Statement]] = {key: [] for key in _find_shared_uids(parts)}
    if not statements:
        return parts
    for number, part in enumerate(parts):
        for key, statement in _read_statements(number, part, statements.keys()).items():
            statements[key].append(statement)
    dropped: set[_ItemKey] = set()
    changed: dict[_ItemKey, _Item] = {}
    for (_, uid), of_uid in statements.items():
        merge = _UidMerge(uid, of_uid, tz)
        merge.run()
        dropped |= merge.dropped
        changed |= merge.changed
    return [_apply(number, part, dropped, changed) for number, part in enumerate(parts)]


def _split_messages(file: ParsedSourceFile) -> Iterator[ParsedSourceFile]:
    if not file.parsed.messages:
        yield file
        return
    yield replace(file, parsed=replace(file.parsed, messages=()))
    for message in file.parsed.messages:
        yield replace(file, parsed=message)


def _find_shared_uids(parts: Iterable[ParsedSourceFile]) -> set[_UidKey]:
    seen: set[_UidKey] = set()
    shared: set[_UidKey] = set()
    for part in parts:
        own = {(False, event.uid) for event in part.parsed.events if event.uid is not None}
        own |= {(revision.is_task, revision.uid) for revision in part.parsed.revisions}
        shared |= seen & own
        seen |= own
    return shared


def _apply(
    number: int, part: ParsedSourceFile, dropped: set[_ItemKey], changed: dict[_ItemKey, _Item]
) -> ParsedSourceFile:
    def pick(items: Iterable[Any]) -> tuple[Any, ...]:
        keyed = (((number, isinstance(item, ImportedTask), item.external_id), item) for item in items)
        return tuple(changed.get(key, item) for key, item in keyed if key not in dropped)

    parsed = part.parsed
    return replace(part, parsed=replace(parsed, events=pick(parsed.events), tasks=pick(parsed.tasks)))


@dataclass(frozen=True)
class _Statement:
    """The items and revisions of one UID in one part of a source."""

    part: int
    file: ParsedSourceFile
    items: list[_Item] = field(default_factory=list)
    revisions: list[ImportedRevision] = field(default_factory=list)

    @cached_property
    def starts(self) -> set[Moment | str]:
        """The starts of its items."""
        return {_place(item) for item in self.items}

    @cached_property
    def titles(self) -> set[str]:
        """The titles of its items."""
        return {item.title for item in self.items}

    @cached_property
    def content(self) -> list[tuple[str, str, str]]:
        """A sort key of its items."""
        return sorted((item.external_id, item.title, str(_place(item))) for item in self.items)

    @cached_property
    def has_series(self) -> bool:
        """Whether it has an entry for all occurrences."""
        return any(one.recurrence_id is None for one in self.revisions)


def _read_statements(
    number: int, part: ParsedSourceFile, keys: Collection[_UidKey]
) -> dict[_UidKey, _Statement]:
    found: dict[_UidKey, _Statement] = {}
    for revision in part.parsed.revisions:
        key = (revision.is_task, revision.uid)
        if key in keys:
            found.setdefault(key, _Statement(number, part)).revisions.append(revision)
    for event in part.parsed.events:
        if event.uid is not None and (False, event.uid) in keys:
            found.setdefault((False, event.uid), _Statement(number, part)).items.append(event)
    for task in part.parsed.tasks:
        if (True, task.source_ref) in found:
            found[True, task.source_ref].items.append(task)
    return found


@dataclass(frozen=True, slots=True)
class _Version:
    """An entry, or the entries of a written-out series, in one statement."""

    statement: _Statement
    revision: ImportedRevision

    def age(self) -> tuple[Any, ...]:
        """Return the sort key by which a newer version follows an older one, in any order of the files."""
        file, revision = self.statement.file, self.revision
        return (
            revision.sequence,
            revision.stamped_at or _NEVER,
            revision.is_cancelled,
            file.modified_at,
            file.path,
            self.statement.content,
        )

    def is_beside(self, other: "_Version") -> bool:
        """Return whether both are exports, but no versions of one thing."""
        mine, theirs = self.revision, other.revision
        if mine.is_message or theirs.is_message or mine.is_cancelled or mine.sequence != theirs.sequence:
            return False
        own, others = self.statement, other.statement
        if not own.items or not others.items:
            return False
        if own.starts.isdisjoint(others.starts) and not are_titles_alike(own.titles, others.titles):
            return True
        return (
            mine.stamped_at is not None
            and mine.stamped_at == theirs.stamped_at
            and abs(own.file.modified_at - others.file.modified_at) <= _EXPORT_TIME
            and (not (own.has_series or others.has_series) or own.starts.isdisjoint(others.starts))
        )


class _UidMerge:
    """The merge of the statements of one UID: which items are dropped, and which take another form."""

    def __init__(self, uid: str, statements: list[_Statement], tz: ZoneInfo) -> None:
        self._uid = uid
        self._tz = tz
        self._statements = statements
        self._kept: list[_Version] = []
        self._parts_by_start: dict[Moment | str, int] = {}
        self._overrides: dict[Moment, _Version] = {}
        self._days: dict[date, _Version] = {}
        self._ranges: list[Moment] = []
        self._indexes: dict[int, dict[Moment, _Item]] = {}
        self._own_overrides = {
            statement.part: {
                self._wall(_parse_moment(one.recurrence_id))
                for one in statement.revisions
                if one.recurrence_id is not None
            }
            for statement in statements
        }
        self.dropped: set[_ItemKey] = set()
        self.changed: dict[_ItemKey, _Item] = {}

    def run(self) -> None:
        masters = [one for one in map(self._find_master, self._statements) if one is not None]
        newest = max(masters, key=_Version.age, default=None)
        if newest is not None:
            self._keep(newest, (one for one in masters if one is not newest and one.is_beside(newest)))
        self._select_overrides(newest, {one.statement.part for one in masters})
        for statement in self._statements:
            for item in statement.items:
                if not self._merge_item(statement, item, newest):
                    self.dropped.add(_item_key(statement, item))

    def _keep(self, newest: _Version, others: Iterable[_Version]) -> None:
        """Keep the newest version, and exports beside it with starts of their own."""
        self._kept = [newest]
        self._parts_by_start = dict.fromkeys(newest.statement.starts, newest.statement.part)
        for one in sorted(others, key=_Version.age, reverse=True):
            own = one.statement.starts - self._parts_by_start.keys()
            if own:
                self._kept.append(one)
                self._parts_by_start |= dict.fromkeys(own, one.statement.part)

    def _find_master(self, statement: _Statement) -> _Version | None:
        own = [one for one in statement.revisions if one.recurrence_id is None]
        own += [
            ImportedRevision(uid=item.uid or "", sequence=item.sequence, stamped_at=item.stamped_at)
            for item in statement.items
            if isinstance(item, ImportedEvent) and not self._is_override(statement, item)
        ]
        if not own:
            return None
        versions = [_Version(statement, one) for one in own]
        return max(versions, key=lambda one: (one.revision.is_message, one.age()))

    def _select_overrides(self, newest: _Version | None, parts_with_master: set[int]) -> None:
        kept = {one.statement.part for one in self._kept}
        older = parts_with_master - kept
        found = [
            (self._wall(_parse_moment(one.recurrence_id)), _Version(statement, one))
            for statement in self._statements
            for one in statement.revisions
            if one.recurrence_id is not None
            and not (
                # An override of an older export, if the newest series is an export as well.
                newest is not None
                and not (one.is_message or newest.revision.is_message)
                and statement.part in older
            )
        ]
        series = _Bounds(self._generated_starts(kept))
        for original, version in sorted(found, key=lambda pair: pair[1].age()):
            is_older = newest is not None and version.revision.sequence < newest.revision.sequence
            if is_older and version.statement.part not in kept and series.lacks(original):
                continue
            self._overrides[original] = version
            if isinstance(original, datetime):
                self._days[original.date()] = version
        self._ranges = sorted(
            (original for original, version in self._overrides.items() if version.revision.and_future),
            key=_at_midnight,
        )

    def _generated_starts(self, kept: set[int]) -> set[Moment]:
        starts: set[Moment] = set()
        for statement in self._statements:
            if statement.part in kept:
                starts |= {self._original(item) for item in statement.items}
                starts |= self._own_overrides[statement.part]
        return starts

    def _merge_item(self, statement: _Statement, item: _Item, newest: _Version | None) -> bool:
        """Return whether an item stays."""
        if newest is not None and newest.revision.is_cancelled:
            return newest.revision.is_task and statement is newest.statement
        original = self._original(item)
        replacement = self._find_override(original)
        if self._is_override(statement, item):
            return replacement is not None and replacement.statement is statement
        if self._parts_by_start.get(_place(item)) != statement.part or replacement is not None:
            return False
        later = self._find_later(original)
        if later is not None and later.statement is not statement:
            if later.revision.is_cancelled:
                return False
            self._shift(statement, item, later)
        elif len(self._kept) > 1 and item.external_id == self._uid:
            self._number(statement, item)
        return True

    def _find_override(self, original: Moment) -> _Version | None:
        if original in self._overrides:
            return self._overrides[original]
        if isinstance(original, datetime):
            return self._overrides.get(original.date())
        return self._days.get(original)

    def _find_later(self, original: Moment) -> _Version | None:
        """Return the override of this and all later occurrences that begins last before an occurrence."""
        position = bisect_right(self._ranges, _at_midnight(original), key=_at_midnight)
        return self._overrides[self._ranges[position - 1]] if position else None

    def _shift(self, statement: _Statement, item: _Item, later: _Version) -> None:
        """Give an occurrence the content and time of an override of it and all later ones."""
        start = self._wall(_parse_moment(later.revision.recurrence_id))
        model = self._items_by_original(later.statement).get(start)
        if not isinstance(item, ImportedEvent) or not isinstance(model, ImportedEvent):
            return
        moved = self._move(item.start, start, self._wall(model.start))
        self.changed[_item_key(statement, item)] = replace(
            model,
            external_id=item.external_id,
            recurrence_id=item.recurrence_id,
            start=moved,
            end=moved + (_at_midnight(self._wall(model.end)) - _at_midnight(self._wall(model.start))),
        )

    def _items_by_original(self, statement: _Statement) -> dict[Moment, _Item]:
        """Return the first item of each original start; indexed once for all overrides."""
        if statement.part not in self._indexes:
            pairs = ((self._original(one), one) for one in reversed(statement.items))
            self._indexes[statement.part] = dict(pairs)
        return self._indexes[statement.part]

    def _move(self, moment: Moment, start: Moment, to: Moment) -> Moment:
        """Return a moment, moved on the owner's clock as far as ``to`` lies from ``start``."""
        offset = _at_midnight(to) - _at_midnight(start)
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            return moment + offset
        wall = moment.astimezone(self._tz).replace(tzinfo=None) + offset
        return wall.replace(tzinfo=self._tz).astimezone(UTC)

    def _number(self, statement: _Statement, item: _Item) -> None:
        start = _place(item)
        suffix = start if isinstance(start, str) else start.isoformat()
        changed = replace(item, external_id=f"{self._uid}/{suffix}")
        if isinstance(changed, ImportedEvent):
            changed = replace(changed, recurrence_id=suffix)
        self.changed[_item_key(statement, item)] = changed

    def _is_override(self, statement: _Statement, item: _Item) -> bool:
        return self._original(item) in self._own_overrides[statement.part]

    def _original(self, item: _Item) -> Moment:
        written = item.recurrence_id if isinstance(item, ImportedEvent) else None
        if isinstance(item, ImportedTask) and item.external_id.startswith(f"{self._uid}/"):
            written = item.external_id.removeprefix(f"{self._uid}/")
        return self._wall(_parse_moment(written) if written else _start(item) or date.max)

    def _wall(self, moment: Moment) -> Moment:
        """Return a moment on the owner's clock, so that each notation of a recurrence id is equal."""
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.astimezone(self._tz).replace(tzinfo=None)
        return moment


class _Bounds:
    """The original starts of a series in the range that was read, and the bounds of that range."""

    def __init__(self, starts: set[Moment]) -> None:
        self._starts = starts
        # A series has only one kind of start: dates or times.
        self._of_kind = {
            kind: (min(days), max(days))
            for kind in (False, True)
            if (days := [_day(one) for one in starts if isinstance(one, datetime) is kind])
        }

    def lacks(self, original: Moment) -> bool:
        """Return whether the series has occurrences around the day of a start, but none at it."""
        bounds = self._of_kind.get(isinstance(original, datetime))
        return (
            bounds is not None and bounds[0] <= _day(original) <= bounds[1] and original not in self._starts
        )


def _item_key(statement: _Statement, item: _Item) -> _ItemKey:
    return statement.part, isinstance(item, ImportedTask), item.external_id


def _start(item: _Item) -> Moment | None:
    return item.start if isinstance(item, ImportedEvent) else item.due or item.start


def _place(item: _Item) -> Moment | str:
    """Return the start of an item, or the title of a task without dates."""
    return _start(item) or item.title


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _at_midnight(moment: Moment) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)


def _parse_moment(text: str | None) -> Moment:
    """Return the date or time of a recurrence id; a text that is none has no occurrence."""
    try:
        return datetime.fromisoformat(text or "") if "T" in (text or "") else date.fromisoformat(text or "")
    except ValueError:
        return date.max
