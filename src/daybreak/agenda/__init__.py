"""Projects, tasks, notes and events, and the importers that read them from files and calendar URLs."""

from daybreak.agenda.comparison.titles import is_corrected_title
from daybreak.agenda.decisions import PastDecision, complete, ignore, list_decisions, snooze, undo
from daybreak.agenda.folder_watch.checks import enqueue_changed_folders
from daybreak.agenda.folder_watch.watcher import CHANNEL as FOLDERS_CHANNEL
from daybreak.agenda.folder_watch.watcher import FolderWatcher
from daybreak.agenda.jobs import enqueue_refresh, kinds, source_items
from daybreak.agenda.maintenance import enqueue_refreshes, report_stale_sources
from daybreak.agenda.model import (
    Agenda,
    ChangeDetection,
    Decision,
    DecisionKind,
    Event,
    Holder,
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
    UnassignedTasks,
)
from daybreak.agenda.projects.merges import list_named_projects, merge_project_names, separate_name
from daybreak.agenda.projects.names import NamedProject
from daybreak.agenda.read_models import is_empty, list_project_names
from daybreak.agenda.sample import sample_files
from daybreak.agenda.sources.addresses import add_address
from daybreak.agenda.sources.defaults import add_and_read
from daybreak.agenda.sources.imports import (
    FetchedSource,
    ImportReport,
    add_fetched_folder,
    change_credentials,
    fetch_folder,
    import_folder,
    read_added_source,
    read_source,
    refresh_sources,
)
from daybreak.agenda.sources.reader import SourceReader
from daybreak.agenda.sources.service import (
    SourceOverview,
    accept_absence_by_reference,
    add_folder,
    delete_source_by_reference,
    list_sources,
    list_warnings,
    resolve_source,
    set_unassigned_by_reference,
)
from daybreak.agenda.sources.uploads import Upload, add_upload, group_uploads_in_thread
from daybreak.agenda.store import AgendaQuery, EventRange, read_agendas
from daybreak.agenda.sync.source_sync import ChangeCounts

__all__ = [
    "FOLDERS_CHANNEL",
    "Agenda",
    "AgendaQuery",
    "ChangeCounts",
    "ChangeDetection",
    "Decision",
    "DecisionKind",
    "Event",
    "EventRange",
    "FetchedSource",
    "FolderWatcher",
    "Holder",
    "ImportReport",
    "Moment",
    "NamedProject",
    "Note",
    "PastDecision",
    "Phase",
    "Priority",
    "Project",
    "Source",
    "SourceKind",
    "SourceOverview",
    "SourceReader",
    "SourceWarning",
    "Task",
    "TaskStatus",
    "UnassignedTasks",
    "Upload",
    "accept_absence_by_reference",
    "add_address",
    "add_and_read",
    "add_fetched_folder",
    "add_folder",
    "add_upload",
    "change_credentials",
    "complete",
    "delete_source_by_reference",
    "enqueue_changed_folders",
    "enqueue_refresh",
    "enqueue_refreshes",
    "fetch_folder",
    "group_uploads_in_thread",
    "ignore",
    "import_folder",
    "is_corrected_title",
    "is_empty",
    "kinds",
    "list_decisions",
    "list_named_projects",
    "list_project_names",
    "list_sources",
    "list_warnings",
    "merge_project_names",
    "read_added_source",
    "read_agendas",
    "read_source",
    "refresh_sources",
    "report_stale_sources",
    "resolve_source",
    "sample_files",
    "separate_name",
    "set_unassigned_by_reference",
    "snooze",
    "source_items",
    "undo",
]
