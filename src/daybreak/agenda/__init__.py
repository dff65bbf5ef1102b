"""Projects, tasks, notes and events, and the importers that fill them from files and addresses."""

from daybreak.agenda.importing import Imported, Reader, import_folder, read_new, read_source, refresh
from daybreak.agenda.jobs import refresh_kind, report_stale, start_refreshes
from daybreak.agenda.model import (
    Agenda,
    Event,
    Moment,
    Note,
    Phase,
    Priority,
    Project,
    Source,
    SourceKind,
    SourceWarning,
    Task,
    TaskStatus,
)
from daybreak.agenda.sources import SourceOverview, add_address, add_folder, find, overview, remove, warnings
from daybreak.agenda.store import Changes, Wanted, Window, read_agendas

__all__ = [
    "Agenda",
    "Changes",
    "Event",
    "Imported",
    "Moment",
    "Note",
    "Phase",
    "Priority",
    "Project",
    "Reader",
    "Source",
    "SourceKind",
    "SourceOverview",
    "SourceWarning",
    "Task",
    "TaskStatus",
    "Wanted",
    "Window",
    "add_address",
    "add_folder",
    "find",
    "import_folder",
    "overview",
    "read_agendas",
    "read_new",
    "read_source",
    "refresh",
    "refresh_kind",
    "remove",
    "report_stale",
    "start_refreshes",
    "warnings",
]
