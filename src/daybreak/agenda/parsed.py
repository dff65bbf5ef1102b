"""The contract of the importers: what an importer parses from one file, before it has database ids.

An ``external_id`` identifies an entry within its source: importing the same file again finds the same
entries. A ``source_ref`` is where a user finds the entry: ``file:line``, or the UID of a calendar entry.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Protocol
from zoneinfo import ZoneInfo

from daybreak.agenda.model import Moment, Priority, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProject:
    """A project; ``name`` identifies it within the source, ignoring case."""

    name: str
    source_ref: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPhase:
    """A phase of the named project; both dates are inclusive; ``position`` orders phases."""

    project: str
    name: str
    source_ref: str
    description: str = ""
    start_on: date | None = None
    end_on: date | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """A task; ``project`` and ``phase`` are names, ``blocked_by`` are external ids of the same source.

    Attributes:
        native_id: the task's id in its format, as written; None if it has none.
        position: its order in the file.
        touched_at: when it was last changed, if the format records it.
    """

    external_id: str
    title: str
    source_ref: str
    project: str | None = None
    phase: str | None = None
    details: str = ""
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.NORMAL
    start: Moment | None = None
    due: Moment | None = None
    completed: Moment | None = None
    estimate_minutes: int | None = None
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    recurrence: str | None = None
    blocked_by: tuple[str, ...] = ()
    touched_at: datetime | None = None
    native_id: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvent:
    """One occurrence; ``external_id`` is the UID, followed by the recurrence id for a recurring event.

    ``end`` is exclusive and of the same type as ``start``: date, naive (floating) or aware.

    Attributes:
        uid: the UID of its entry.
        recurrence_id: the original start of an occurrence, in ISO format; None for a single event.
        sequence: the SEQUENCE of its entry.
        stamped_at: LAST-MODIFIED, else DTSTAMP.
        declined_by: the addresses, in lower case, of participants who declined.
        tentative_by: those who have not decided.
    """

    external_id: str
    title: str
    source_ref: str
    start: Moment
    end: Moment
    location: str = ""
    busy: bool = True
    tentative: bool = False
    organizer: str | None = None
    uid: str | None = None
    recurrence_id: str | None = None
    sequence: int = 0
    stamped_at: datetime | None = None
    declined_by: tuple[str, ...] = ()
    tentative_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRevision:
    """What one calendar entry states of its event or to-do, for comparison with other files of its source.

    A file has one for each series, override, to-do and cancellation. Another event has its own in its fields.

    Attributes:
        is_task: whether the entry is a to-do, and not an event.
        uid: the UID of the entry.
        recurrence_id: the original start of the occurrence that it replaces, in ISO format; None for all.
        is_cancelled: whether it cancels what it names.
        and_future: whether it replaces all later occurrences as well.
        is_exclusion: whether it is an EXDATE of a series, and not an entry.
        is_message: whether it belongs to an invitation, an update or a cancellation, and not to an export.
    """

    uid: str
    is_task: bool = False
    recurrence_id: str | None = None
    sequence: int = 0
    stamped_at: datetime | None = None
    is_cancelled: bool = False
    and_future: bool = False
    is_exclusion: bool = False
    is_message: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedNote:
    """A note, dated by the file or by a date in its text."""

    external_id: str
    title: str
    body: str
    source_ref: str
    noted_at: datetime
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWarning:
    """A part of a file that could not be read: one sentence without the path, with the line if known.

    ``count`` is the number of entries for which it speaks.
    """

    path: str
    message: str
    line: int | None = None
    count: int = 1

    def __str__(self) -> str:
        if self.path == ".":
            return self.message
        return f"{self.path if self.line is None else f'{self.path}:{self.line}'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """The entries and warnings of one file.

    Attributes:
        incomplete: why the file is not the whole list, such as a cut, as one sentence; None for a whole file.
        unread_uids: the UIDs of calendar entries that could not be read.
        revisions: what the entries of a calendar state for entries of other files.
        exclusions: the occurrences that the series of a calendar exclude, for entries of other sources.
        messages: the scheduling messages of a file with several calendars, in a form of their own each.
        is_template: whether the file is a template of lists or notes; nothing of it is an entry then.
    """

    projects: tuple[ImportedProject, ...] = ()
    phases: tuple[ImportedPhase, ...] = ()
    tasks: tuple[ImportedTask, ...] = ()
    events: tuple[ImportedEvent, ...] = ()
    notes: tuple[ImportedNote, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    incomplete: str | None = None
    unread_uids: frozenset[str] = frozenset()
    revisions: tuple[ImportedRevision, ...] = ()
    exclusions: tuple[ImportedRevision, ...] = ()
    messages: tuple["ParsedFile", ...] = ()
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as read; ``path`` is relative to its source, with ``/``; references and warnings use it."""

    path: str
    content: bytes = field(repr=False)
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ImportContext:
    """The owner's time zone and dates with which a file is read.

    Attributes:
        tz: the owner's zone; times without a zone in a task list are in this zone.
        today: the owner's date.
        expand_from: the first date for which recurrences are expanded.
        expand_until: the date before which that expansion ends.
    """

    tz: ZoneInfo
    today: date
    expand_from: date
    expand_until: date


class Importer(Protocol):
    """One file format. Pure: bytes in, `ParsedFile` out; malformed input becomes a warning, not an error."""

    name: str

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether a file is of this format, by its name and its first 4 KiB."""

    def read(self, file: SourceFile, context: ImportContext) -> ParsedFile:
        """Return all entries of the file."""
