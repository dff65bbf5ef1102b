"""Projects, tasks, notes and events, and the importers that read them from files and calendar URLs."""

from daybreak.agenda.decisions import PastDecision, complete, decisions_about, ignore, snooze, undo
from daybreak.agenda.jobs import kinds, read_items, start_refresh
from daybreak.agenda.maintenance import report_stale, start_refreshes
from daybreak.agenda.model import (
    Agenda,
    Decision,
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
    Verdict,
)
from daybreak.agenda.read_models import is_empty, project_names
from daybreak.agenda.sample import sample_files
from daybreak.agenda.sources.defaults import add_and_read
from daybreak.agenda.sources.imports import (
    Imported,
    Reader,
    import_folder,
    read_new,
    read_source,
    refresh,
)
from daybreak.agenda.sources.service import (
    SourceOverview,
    add_address,
    add_folder,
    find,
    overview,
    remove,
    warnings,
)
from daybreak.agenda.sources.uploads import Upload, add_upload, sort_sent
from daybreak.agenda.store import Changes, Wanted, Window, read_agendas

__all__ = [
    "Agenda",
    "Changes",
    "Decision",
    "Event",
    "Imported",
    "Moment",
    "Note",
    "PastDecision",
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
    "Upload",
    "Verdict",
    "Wanted",
    "Window",
    "add_address",
    "add_and_read",
    "add_folder",
    "add_upload",
    "complete",
    "decisions_about",
    "find",
    "ignore",
    "import_folder",
    "is_empty",
    "kinds",
    "overview",
    "project_names",
    "read_agendas",
    "read_items",
    "read_new",
    "read_source",
    "refresh",
    "remove",
    "report_stale",
    "sample_files",
    "snooze",
    "sort_sent",
    "start_refresh",
    "start_refreshes",
    "undo",
    "warnings",
]
