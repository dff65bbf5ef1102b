"""The importer contract: the items parsed from one file, before they have rows in the database.

An ``external_id`` identifies an item within its source, so a second import of the same file matches the same
items. A ``source_ref`` is where a user finds the item: ``file:line``, or the UID of a calendar entry.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Protocol
from zoneinfo import ZoneInfo

from daybreak.agenda.model import Moment, Priority, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProject:
    """A project; ``name`` identifies it within the source, case-insensitively."""

    name: str
    place: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPhase:
    """A phase of the named project; both dates are inclusive; ``position`` orders phases."""

    project: str
    name: str
    place: str
    description: str = ""
    start_on: date | None = None
    end_on: date | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """A task; ``project`` and ``phase`` are names, ``blocked_by`` are external ids of the same source."""

    external_id: str
    title: str
    place: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvent:
    """One occurrence; ``external_id`` is the UID, followed by the recurrence id for a recurring event.

    ``end`` is exclusive and of the same kind as ``start``: date, naive (floating) or aware.
    """

    external_id: str
    title: str
    place: str
    start: Moment
    end: Moment
    location: str = ""
    busy: bool = True
    tentative: bool = False
    organizer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedNote:
    """A note, dated by its own text or by its file."""

    external_id: str
    title: str
    body: str
    place: str
    noted_at: datetime
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWarning:
    """A part that could not be read: one sentence without the path, and the line number if known."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path if self.line is None else f'{self.path}:{self.line}'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """All items parsed from one file."""

    projects: tuple[ImportedProject, ...] = ()
    phases: tuple[ImportedPhase, ...] = ()
    tasks: tuple[ImportedTask, ...] = ()
    events: tuple[ImportedEvent, ...] = ()
    notes: tuple[ImportedNote, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as read; ``path`` is relative to its source, with ``/``, for source refs and warnings."""

    path: str
    content: bytes = field(repr=False)
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ImportContext:
    """The owner's zone and dates with which a file is parsed.

    Attributes:
        tz: the owner's zone, used for times without a zone in task lists.
        today: the owner's date.
        expand_from: the first date for which recurrences are expanded.
        expand_until: the date before which that expansion ends.
    """

    tz: ZoneInfo
    today: date
    expand_from: date
    expand_until: date


class Importer(Protocol):
    """One file format. Pure: bytes in, a parsed file out; malformed parts become warnings, never errors."""

    name: str

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Return whether a file is of this format, by its name and its first 4 KiB."""

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Parse the file and return all items in it."""
