"""What an importer takes out of one file, before it has any identity in the database.

An ``external_id`` names a thing within its source: importing the same file again finds the same things. A
``place`` is where a person would look it up: ``file:line``, or the UID of a calendar entry.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Protocol
from zoneinfo import ZoneInfo

from daybreak.agenda.model import Moment, Priority, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProject:
    """A project; ``name`` identifies it within the source, whatever its case."""

    name: str
    place: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPhase:
    """A phase of the project of that name; both dates are inclusive; ``position`` orders them."""

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
    """One occurrence; ``external_id`` is the UID, with the recurrence id behind it where it recurs.

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
    """A note, dated by the file or by what it says itself."""

    external_id: str
    title: str
    body: str
    place: str
    noted_at: datetime
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWarning:
    """What could not be read, in one sentence without the path: the line number says where, if known."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path if self.line is None else f'{self.path}:{self.line}'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """All that one file gave."""

    projects: tuple[ImportedProject, ...] = ()
    phases: tuple[ImportedPhase, ...] = ()
    tasks: tuple[ImportedTask, ...] = ()
    events: tuple[ImportedEvent, ...] = ()
    notes: tuple[ImportedNote, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as read; ``path`` is relative to its source, with ``/``; places and warnings show it."""

    path: str
    content: bytes = field(repr=False)
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ImportContext:
    """For whom and when a file is read.

    Attributes:
        tz: the owner's zone; a time without a zone in a task list is meant there.
        today: the owner's date.
        expand_from: recurrences are expanded from this date on ...
        expand_until: ... up to, not including, this one.
    """

    tz: ZoneInfo
    today: date
    expand_from: date
    expand_until: date


class Importer(Protocol):
    """One file format. Pure: bytes in, a harvest out; what is malformed becomes a warning, never an error."""

    name: str

    def accepts(self, path: PurePosixPath, head: bytes) -> bool:
        """Whether a file is of this format, by its name and its first 4 KiB."""

    def read(self, file: SourceFile, context: ImportContext) -> Harvest:
        """Everything that the file holds."""
