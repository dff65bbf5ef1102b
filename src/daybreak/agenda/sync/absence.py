"""Absence: whether an item that a reading did not find is gone from its source.

Pure. An item is removed at once only if its file was read whole and most of its list is still there.
Otherwise it stays as it was last read, marked as absent, until a later reading or the user confirms that it
is gone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from uuid import UUID

from daybreak.agenda.model import SourceKind

EMPTY_FOLDER = "The folder is empty."
UNREAD_ENTRY = "It has entries that cannot be read."
WHOLE_SOURCE = "."
"""The path of warnings about a source as a whole."""

_DAYS_KEPT = timedelta(days=3)
_SECOND_READING_AFTER = timedelta(hours=1)
_MIN_SHRUNK_LIST = 4


class Absence(StrEnum):
    """Why an item that was not found is still in the agenda.

    Attributes:
        DAMAGED: its file could not be read whole; the item stays without a limit.
        EMPTIED: its file has no entry any more; the item stays for three days.
        MISSING: its file is not there; the item stays for three days.
        SHRUNK: over half of its list is gone; a second reading decides.
        UNCONFIRMED: its calendar URL no longer has it; a second reading decides.
    """

    DAMAGED = "damaged"
    EMPTIED = "emptied"
    MISSING = "missing"
    SHRUNK = "shrunk"
    UNCONFIRMED = "unconfirmed"


_LONG = frozenset({Absence.EMPTIED, Absence.MISSING})
_SHORT = frozenset({Absence.SHRUNK, Absence.UNCONFIRMED})
_GROUPS = {Absence.DAMAGED: "damaged", **dict.fromkeys(_LONG, "long"), **dict.fromkeys(_SHORT, "short")}


@dataclass(frozen=True, slots=True)
class FileReading:
    """The number of entries that a reading found in a file, and why it is not the whole list, if so.

    Attributes:
        unread: the keys of the entries that are in the file but could not be read.
    """

    entries: int
    incomplete: str | None = None
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a source, as far as it matters for what it did not find.

    Attributes:
        source_name: the name by which the user can refer to the source.
        today: the reader's date.
        files: the parsed files by path.
        ignored: the files that no importer accepted, each with the damage that explains it, if there is any.
        unreadable: the files and folders that could not be read, with the reason.
        is_current: whether the source itself was read, instead of an earlier copy of it.
    """

    kind: SourceKind
    source_name: str
    today: date
    at: datetime
    files: Mapping[str, FileReading]
    ignored: Mapping[str, str | None] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    is_current: bool = True

    @property
    def is_empty_folder(self) -> bool:
        """Whether a folder has no file at all, such as the mount point of a disk that is not mounted."""
        return self.kind is SourceKind.FOLDER and not (self.files or self.ignored or self.unreadable)

    @property
    def has_damage(self) -> bool:
        """Whether some file or folder could not be read whole."""
        damaged = any(file.incomplete for file in self.files.values()) or any(self.ignored.values())
        return bool(self.unreadable) or self.is_empty_folder or damaged

    @property
    def unread(self) -> frozenset[str]:
        """The entries that are in a file but could not be read."""
        return frozenset[str]().union(*(file.unread for file in self.files.values()))

    def find_damage(self, path: str) -> tuple[str, str] | None:
        """Return the path of the damage that hides a file’s items, and its reason; None for a whole file."""
        file = self.files.get(path)
        if file is not None:
            return None if file.incomplete is None else (path, file.incomplete)
        if reason := self.ignored.get(path):
            return path, reason
        if self.is_empty_folder:
            return WHOLE_SOURCE, EMPTY_FOLDER
        ups = [path, *map(str, PurePosixPath(path).parents), WHOLE_SOURCE]
        return next(((up, self.unreadable[up]) for up in ups if up in self.unreadable), None)


# Not frozen: a source has tens of thousands of them, and frozen ones take three times as long to create.
@dataclass(slots=True)
class StoredItem:
    """A current task, event or note of a source, as stored.

    Attributes:
        table: “tasks”, “events” or “notes”.
        entry: identifies the entry of the list; the occurrences of a series are one entry.
        is_listed: whether it counts as part of its list: a finished task does not.
        is_found: whether the reading found it, in this file or another one.
    """

    id: UUID
    table: str
    path: str
    entry: str
    is_listed: bool
    is_found: bool
    absence: Absence | None = None
    absent_on: date | None = None
    absent_since: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Its entry, which is unique within its list."""
        return self.table, self.entry


@dataclass(frozen=True, slots=True)
class AbsentItem:
    """An item that stays although it was not found."""

    item: StoredItem
    absence: Absence
    absent_on: date
    absent_since: datetime

    @property
    def is_changed(self) -> bool:
        """Whether its mark differs from the stored one."""
        stored = (self.item.absence, self.item.absent_on, self.item.absent_since)
        return stored != (self.absence, self.absent_on, self.absent_since)


@dataclass(frozen=True, slots=True)
class AbsentGroup:
    """The absent items of one list, as a warning states them.

    Attributes:
        path: the file, or the folder whose damage explains all of them.
        reason: the damage of the file; None for another kind of absence.
        since: the reader's date of the first reading that did not find them.
        counts: the number of absent entries by table; finished tasks do not count.
        total: the number of entries that the list had.
    """

    path: str
    absence: Absence
    reason: str | None
    since: date
    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """What follows for the stored items of a source.

    Attributes:
        removed: the ids of the items that are gone, by table.
        absent: the items that stay although they were not found.
        returned: the ids of items that were absent and are found again.
        groups: the absent items by list, for warnings.
    """

    removed: Mapping[str, Sequence[UUID]]
    absent: Sequence[AbsentItem] = ()
    returned: Sequence[UUID] = ()
    groups: Sequence[AbsentGroup] = ()


def decide_absence(items: Sequence[StoredItem], reading: Reading) -> AbsencePlan:
    """Decide for each stored item that was not found: removed, or kept as absent."""
    returned = [one.id for one in items if one.is_found and one.absence is not None]
    if all(one.is_found for one in items):
        return AbsencePlan(removed={}, returned=returned)
    lists = _group_lists(items)
    kinds = _classify_lists(lists, reading)
    removed: dict[str, list[UUID]] = defaultdict(list)
    absent: list[AbsentItem] = []
    unread = reading.unread
    for item in items:
        if item.is_found:
            continue
        kind = Absence.DAMAGED if item.entry in unread else kinds[item.path]
        kept = _keep(item, kind, reading)
        if kept is None:
            removed[item.table].append(item.id)
        else:
            absent.append(kept)
    return AbsencePlan(removed, absent, returned, list(_group_absent(absent, lists, reading)))


@dataclass(slots=True)
class _StoredList:
    """The list of one file: the keys of its entries, and of those that were found."""

    path: str
    entries: set[tuple[str, str]] = field(default_factory=set)
    found: set[tuple[str, str]] = field(default_factory=set)

    @property
    def is_one_document(self) -> bool:
        """Whether it is one note or one event: a file that is deleted like an entry of a list."""
        return len(self.entries) == 1 and all(table != "tasks" for table, _ in self.entries)

    @property
    def gone(self) -> int:
        return len(self.entries) - len(self.found)


def _group_lists(items: Iterable[StoredItem]) -> dict[str, _StoredList]:
    lists: dict[str, _StoredList] = {}
    for item in items:
        one = lists.setdefault(item.path, _StoredList(item.path))
        if item.is_listed:
            one.entries.add(item.key)
            if item.is_found:
                one.found.add(item.key)
    return lists


def _classify_lists(lists: Mapping[str, _StoredList], reading: Reading) -> dict[str, Absence | None]:
    """Return for each path the kind of absence of what is gone from its list; None if it is simply gone."""
    kinds = {path: _classify_list(one, reading) for path, one in lists.items()}
    if reading.kind is SourceKind.FOLDER and _has_shrunk(lists.values()):
        kinds = {path: kind or Absence.SHRUNK for path, kind in kinds.items()}
    return kinds


def _classify_list(one: _StoredList, reading: Reading) -> Absence | None:
    file = reading.files.get(one.path)
    if reading.find_damage(one.path):
        return Absence.DAMAGED
    if one.entries and not one.found and not (file and file.entries):
        if file or one.path in reading.ignored:
            return Absence.EMPTIED
        if reading.kind is not SourceKind.UPLOAD and not one.is_one_document:
            return Absence.MISSING
    if reading.kind is SourceKind.ADDRESS:
        return Absence.UNCONFIRMED
    # Uploading files again is the user's own statement about what is in them.
    return Absence.SHRUNK if reading.kind is SourceKind.FOLDER and _has_shrunk([one]) else None


def _has_shrunk(lists: Collection[_StoredList]) -> bool:
    total, gone = sum(len(one.entries) for one in lists), sum(one.gone for one in lists)
    return total >= _MIN_SHRUNK_LIST and gone * 2 > total


def _keep(item: StoredItem, absence: Absence | None, reading: Reading) -> AbsentItem | None:
    """Return the mark of an item that stays; None if it is removed."""
    if absence is None and item.absence in _SHORT:
        absence = Absence.SHRUNK
    if absence is None:
        return None
    if item.absence is None or item.absent_on is None or item.absent_since is None:
        return AbsentItem(item, absence, reading.today, reading.at)
    if _GROUPS[item.absence] != _GROUPS[absence]:
        return AbsentItem(item, absence, reading.today, reading.at)
    is_gone = reading.is_current and _is_confirmed(absence, item.absent_on, item.absent_since, reading)
    return None if is_gone else AbsentItem(item, absence, item.absent_on, item.absent_since)


def _is_confirmed(absence: Absence, absent_on: date, absent_since: datetime, reading: Reading) -> bool:
    if absence in _LONG:
        return reading.today >= absent_on + _DAYS_KEPT
    is_later = reading.today > absent_on or reading.at >= absent_since + _SECOND_READING_AFTER
    return absence in _SHORT and is_later


def _group_absent(
    absent: Iterable[AbsentItem], lists: Mapping[str, _StoredList], reading: Reading
) -> Iterator[AbsentGroup]:
    groups: dict[tuple[str, Absence, str | None], list[AbsentItem]] = defaultdict(list)
    for one in absent:
        damage = reading.find_damage(one.item.path)
        path, reason = damage or (one.item.path, UNREAD_ENTRY if one.absence is Absence.DAMAGED else None)
        groups[path, one.absence, reason].append(one)
    for (path, absence, reason), members in groups.items():
        paths = {one.item.path for one in members}
        counts: dict[str, int] = defaultdict(int)
        for listed_path, key in {(one.item.path, one.item.key) for one in members if one.item.is_listed}:
            if key not in lists[listed_path].found:
                counts[key[0]] += 1
        yield AbsentGroup(
            path=path,
            absence=absence,
            reason=reason,
            since=min(one.absent_on for one in members),
            counts=counts,
            total=sum(len(lists[one].entries) for one in paths),
        )
