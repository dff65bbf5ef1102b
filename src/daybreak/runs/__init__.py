"""Runs: background work that is fenced, seen, steered and never stuck."""

from daybreak.runs.kinds import AnyKind, Backoff, Kind
from daybreak.runs.model import Attempt, Cursor, Event, Lane, Run, StaleFence, Status
from daybreak.runs.service import cancel, counts, events, get, list_runs, retry, start
from daybreak.runs.settings import RunsSettings
from daybreak.runs.tasks import Effects, Task
from daybreak.runs.worker import Worker

__all__ = [
    "AnyKind",
    "Attempt",
    "Backoff",
    "Cursor",
    "Effects",
    "Event",
    "Kind",
    "Lane",
    "Run",
    "RunsSettings",
    "StaleFence",
    "Status",
    "Task",
    "Worker",
    "cancel",
    "counts",
    "events",
    "get",
    "list_runs",
    "retry",
    "start",
]
