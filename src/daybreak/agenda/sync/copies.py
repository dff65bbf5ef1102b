"""Copies of one list in a source: of two exports side by side the newest counts.

Two files are states of one list if their names are related and at least half of the entries of the smaller
one are in the other: the newest counts alone. A task with the same id in any two files is one task: the
newest. An entry is newer by the time of change that its format records, else by its file's: the date in its
name, its modification time, the number of its copy.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cmp_to_key
from pathlib import PurePosixPath

from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import ImportedEvent, ImportedNote, ImportedTask, ReadWarning
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.intake import split_copy_marker

_FORMATS = {
    **dict.fromkeys((".csv", ".tsv"), "table"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), "markdown"),
    **dict.fromkeys((".ics", ".ical", ".icalendar", ".ifb"), "calendar"),
}
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])"
    r"(?:[T _-]{1,3}(\d{2})[-_.:h]?(\d{2})(?:[-_.:m]?(\d{2}))?)?(?!\d)"
)
_PROJECT_ID = re.compile(r"\s*\[\d+\]$")
_TRAILING_NUMBER = re.compile(r"(.*\D)[ _-](\d{1,2})")
_AGE = re.compile(r"(.*?)[ _.-](?:old|new|latest|previous|current|backup|alt|neu|v\d{1,3})", re.IGNORECASE)
_NEVER_REUSED = re.compile(
    r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}.*|.+@.+|[A-Z][A-Z0-9_]+-\d+|\d{10,}", re.IGNORECASE
)
# Of fewer entries in a calendar: they may be an invitation and its update, which are no states of a list.
_MIN_CALENDAR_ENTRIES = 3
_MAX_NAMES = 3
_MAX_COMPARED = 50
# Archives store the time of a file in steps of two seconds.
_FILE_TIME_STEP = 2

_CLOSED = frozenset({TaskStatus.DONE, TaskStatus.CANCELLED})

_TaskCopy = tuple[ParsedSourceFile, ImportedTask]


@dataclass(frozen=True, slots=True)
class _FileAge:
    """The age of a file, as far as its name and its modification time show it.

    Attributes:
        is_whole: a file that was cut is older than any whole one.
        stamp: the date in the name, which no copying changes; empty if there is none.
        rest: the modification time, the number of the copy, and the path.
    """

    is_whole: bool
    stamp: str
    rest: tuple[int, int, str]

    @classmethod
    def from_file(cls, file: ParsedSourceFile) -> "_FileAge":
        stem = PurePosixPath(file.path).stem
        stamp = _STAMP.search(stem)
        name, number = split_copy_marker(stem)
        trailing = _TRAILING_NUMBER.fullmatch(name)
        return cls(
            is_whole=file.parsed.incomplete is None,
            stamp="".join(part or "00" for part in stamp.groups()) if stamp else "",
            rest=(
                int(file.modified_at.timestamp()) // _FILE_TIME_STEP,
                number or (int(trailing[2]) if trailing else 0),
                file.path,
            ),
        )

    def is_newer_than(self, other: "_FileAge") -> bool:
        if self.is_whole != other.is_whole:
            return self.is_whole
        if self.stamp and other.stamp and self.stamp != other.stamp:
            return self.stamp > other.stamp
        return self.rest > other.rest


@dataclass(frozen=True, slots=True)
class _ListFile:
    """A file with a list: the keys of its entries, and what decides whether it is newer than another."""

    file: ParsedSourceFile
    keys: frozenset[str]
    touched: dict[str, datetime]
    age: "_FileAge"

    def is_state_of(self, other: "_ListFile") -> bool:
        smaller = min(len(self.keys), len(other.keys))
        return smaller > 0 and 2 * len(self.keys & other.keys) >= smaller


@dataclass(slots=True)
class _Selection:
    """What counts of the files of a source.

    Attributes:
        newest: the path of each older state of a list to that of its newest state.
        lists: all files whose names are related to that of another, by path.
        winners: the path of the newest task for each external id that several files have.
        ids: the external ids of the tasks of all files but older states.
    """

    newest: dict[str, str] = field(default_factory=dict)
    lists: dict[str, _ListFile] = field(default_factory=dict)
    winners: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def apply(self, file: ParsedSourceFile) -> ParsedSourceFile:
        """Return the file with the entries that count."""
        parsed = file.parsed
        if not (self.newest or self.winners):
            return file
        tasks = tuple(
            task for task in parsed.tasks if self.winners.get(task.external_id, file.path) == file.path
        )
        if (newest := self.newest.get(file.path)) is None:
            is_whole = len(tasks) == len(parsed.tasks)
            return file if is_whole else replace(file, parsed=replace(parsed, tasks=tasks))
        keys = self.lists[newest].keys
        rest = replace(
            parsed,
            projects=(),
            phases=(),
            tasks=tuple(task for task in tasks if task.external_id in self.ids),
            events=tuple(event for event in parsed.events if _event_key(event) in keys),
            notes=tuple(note for note in parsed.notes if _note_key(note) not in keys),
            warnings=parsed.warnings if parsed.incomplete else (),
        )
        return replace(file, parsed=rest)

    def list_warnings(self) -> Iterator[ReadWarning]:
        """Yield a warning about each list with older states, unless they have only entries of it with ids."""
        older: dict[str, list[str]] = defaultdict(list)
        for path, newest in sorted(self.newest.items()):
            keys = self.lists[path].keys
            if keys - self.lists[newest].keys or any(key.startswith("title:") for key in keys):
                older[newest].append(path)
        for newest, paths in older.items():
            yield ReadWarning(path=newest, message=_message(paths))


def keep_newest(files: Iterable[ParsedSourceFile]) -> tuple[list[ParsedSourceFile], list[ReadWarning]]:
    """Return the files without what a newer copy in another file replaces, in their order.

    Returns also a warning about each list with older copies, which names the files.
    """
    given = list(files)
    by_path = sorted(given, key=lambda file: file.path)
    selection = _Selection(winners=_find_winners(by_path))
    for family in _families(by_path):
        selection.lists |= {one.file.path: one for one in family}
        selection.newest |= _find_states(family)
    if selection.newest:
        counting = (file for file in given if file.path not in selection.newest)
        selection.ids = {task.external_id for file in counting for task in file.parsed.tasks}
    return [selection.apply(file) for file in given], list(selection.list_warnings())


def _families(files: Sequence[ParsedSourceFile]) -> Iterator[list[_ListFile]]:
    """Yield the lists with related names, two or more at a time."""
    by_path = {file.path: file for file in files}
    for kind, paths in _group_related(by_path):
        least = _MIN_CALENDAR_ENTRIES if kind == "calendar" else 1
        lists = (_make_list(by_path[path]) for path in paths)
        yield [one for one in lists if len(one.keys) >= least]


def find_related(paths: Collection[str], others: Collection[str]) -> set[str]:
    """Return the files whose names show that they may be states of a list that one of the others is, too."""
    groups = (set(group) for _, group in _group_related({*paths, *others}))
    related = (group for group in groups if not group.isdisjoint(others))
    return {path for group in related for path in group}.intersection(paths)


def _group_related(paths: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the format and the paths of files with related names, two or more at a time."""
    named: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in paths:
        path = PurePosixPath(one)
        kind = _FORMATS.get(path.suffix.lower(), "text")
        named[str(path.parent), kind][_plain_name(path.stem, kind)].append(one)
    for (_, kind), by_name in named.items():
        originals = _names_of_originals(by_name)
        related: dict[str, list[str]] = defaultdict(list)
        for name, alike in by_name.items():
            related[originals[name]] += alike
        yield from ((kind, alike) for alike in related.values() if len(alike) > 1)


def _plain_name(stem: str, kind: str) -> str:
    name = unicodedata.normalize("NFC", stem)
    name = split_copy_marker(name)[0]
    # A list of each day or week is no copy of the last one: notes are dated, exports are stamped.
    if kind not in {"markdown", "text"}:
        name = split_copy_marker(_STAMP.sub("", name).strip(" _.-"))[0]
    return _PROJECT_ID.sub("", name).strip(" _.-").casefold()


def _names_of_originals(names: Collection[str]) -> dict[str, str]:
    """Return each name without a number or “old”, if another file shows that it is the name of a copy."""
    aged = {name: found[1] for name in names if (found := _AGE.fullmatch(name))}
    count = Counter(aged.values())
    originals = {}
    for name in names:
        number = _TRAILING_NUMBER.fullmatch(name)
        if name in aged and (aged[name] in names or count[aged[name]] > 1):
            originals[name] = aged[name]
        else:
            originals[name] = number[1] if number and number[1] in names else name
    return originals


def _make_list(file: ParsedSourceFile) -> _ListFile:
    touched = {_task_key(file, task): task.touched_at for task in file.parsed.tasks if task.touched_at}
    keys = [_task_key(file, task) for task in file.parsed.tasks]
    keys += [_event_key(event) for event in file.parsed.events]
    keys += [_note_key(note) for note in file.parsed.notes]
    return _ListFile(file, frozenset(keys), touched, _FileAge.from_file(file))


def _task_key(file: ParsedSourceFile, task: ImportedTask) -> str:
    own = task.native_id or ""
    if own and _NEVER_REUSED.fullmatch(own) and not own.startswith(f"{file.path}#"):
        return f"id:{own}"
    return f"title:{_title_key(task.title)}"


def _event_key(event: ImportedEvent) -> str:
    return f"uid:{event.uid or event.source_ref}"


def _note_key(note: ImportedNote) -> str:
    return f"note:{note.title}\n{note.body}"


def _title_key(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _find_states(family: list[_ListFile]) -> dict[str, str]:
    """Return the path of each older state of a list with that of its newest state."""
    newest: dict[str, str] = {}
    ordered = sorted(sorted(family, key=lambda one: one.file.path), key=cmp_to_key(_compare), reverse=True)
    for index, one in enumerate(ordered):
        newer = ordered[max(0, index - _MAX_COMPARED) : index]
        found = next((other.file.path for other in newer if one.is_state_of(other)), None)
        if found is not None:
            newest[one.file.path] = newest.get(found, found)
    return newest


def _compare(one: _ListFile, other: _ListFile) -> int:
    """Compare the ages of two states: by the entries that both have, else by the files."""
    if one.age.is_whole == other.age.is_whole:
        both = one.touched.keys() & other.touched.keys()
        balance = sum(
            (one.touched[key] > other.touched[key]) - (one.touched[key] < other.touched[key]) for key in both
        )
        if balance:
            return balance
    return 1 if one.age.is_newer_than(other.age) else -1


def _find_winners(files: Sequence[ParsedSourceFile]) -> dict[str, str]:
    """Return for each id that several files have the path of its newest task."""
    # Calendars have versions of their own, which are compared by themselves.
    lists = [file for file in files if file.parsed.tasks and not file.parsed.revisions]
    shared = _find_shared_ids(lists)
    found: dict[str, list[_TaskCopy]] = defaultdict(list)
    for file in lists if shared else ():
        for task in file.parsed.tasks:
            if task.external_id in shared:
                found[task.external_id].append((file, task))
    winners = {}
    for external_id, copies in found.items():
        if _are_one_task(copies):
            winners[external_id] = _newest_copy(copies)[0].path
    return winners


def _find_shared_ids(files: Iterable[ParsedSourceFile]) -> set[str]:
    """Return the external ids that tasks of at least two files have."""
    seen: set[str] = set()
    shared: set[str] = set()
    for file in files:
        own = {task.external_id for task in file.parsed.tasks}
        shared |= seen & own
        seen |= own
    return shared


def _are_one_task(copies: Sequence[_TaskCopy]) -> bool:
    own = copies[0][1].native_id or ""
    if len({_title_key(task.title) for _, task in copies}) == 1:
        return True
    # Two servers may have a project of one key, such as WEB.
    projects = {task.project.casefold() for _, task in copies if task.project}
    return _NEVER_REUSED.fullmatch(own) is not None and len(projects) <= 1


def _newest_copy(copies: Sequence[_TaskCopy]) -> _TaskCopy:
    if any(task.recurrence for _, task in copies):
        # The finished occurrence of a recurring task may have the id of the next one.
        copies = [copy for copy in copies if copy[1].status not in _CLOSED] or copies
    newest = copies[0]
    for copy in copies[1:]:
        if _is_newer_copy(copy, newest):
            newest = copy
    return newest


def _is_newer_copy(copy: _TaskCopy, other: _TaskCopy) -> bool:
    touched, before = copy[1].touched_at, other[1].touched_at
    if touched and before and touched != before:
        return touched > before
    return _FileAge.from_file(copy[0]).is_newer_than(_FileAge.from_file(other[0]))


def _message(paths: list[str]) -> str:
    names = [f"“{PurePosixPath(path).name}”" for path in paths]
    if len(names) == 1:
        return f"{names[0]} is an older copy of this list, so it was ignored; delete it if it is not needed."
    more = len(names) - _MAX_NAMES
    shown = names if more <= 0 else [*names[:_MAX_NAMES], f"{more} more"]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{listed} are older copies of this list, so they were ignored; delete them if not needed."
