"""Runs: background work that is fenced, seen, steered and never stuck."""

from daybreak.runs.kinds import AnyKind, Backoff, Kind
from daybreak.runs.model import Attempt, Cursor, Event, Items, Lane, Run, StaleFence, Status, WorkerSeen
from daybreak.runs.performing import perform
from daybreak.runs.service import (
    cancel,
    counts,
    events,
    find,
    get,
    list_items,
    list_runs,
    retry,
    start,
    workers,
)
from daybreak.runs.settings import RunsSettings
from daybreak.runs.tasks import Effects, Item, Skipped, Task
from daybreak.runs.timing import Spread, Times, times
from daybreak.runs.worker import Worker

__all__ = [
    "AnyKind",
    "Attempt",
    "Backoff",
    "Cursor",
    "Effects",
    "Event",
    "Item",
    "Items",
    "Kind",
    "Lane",
    "Run",
    "RunsSettings",
    "Skipped",
    "Spread",
    "StaleFence",
    "Status",
    "Task",
    "Times",
    "Worker",
    "WorkerSeen",
    "cancel",
    "counts",
    "events",
    "find",
    "get",
    "list_items",
    "list_runs",
    "perform",
    "retry",
    "start",
    "times",
    "workers",
]
