"""Invariants of runs after any faults, checked with the rows alone."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from engine_kinds import FAN_OUT, FATAL_FAILURES

SUCCESS_STATUSES = {"succeeded", "partial"}
RUNS = """
SELECT
    id, parent_id, kind, total, done, failed, skipped, status, epoch, max_attempts, last_event_number,
    parameters::text AS parameters, errors::text AS errors
FROM runs_all
"""
EVENTS = "SELECT run_id, number, name, data::text AS data FROM runs_events ORDER BY run_id, number"
EFFECTS = "SELECT run_id, epoch FROM effects"
REAL_COUNTS = "SELECT kind, status, count(*) FROM runs_all GROUP BY kind, status"
COUNTERS = "SELECT kind, status, sum(change) FROM runs_counters GROUP BY kind, status HAVING sum(change) <> 0"


@dataclass
class InvariantReport:
    """Counts of the rows, and a message for each violation."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RecordedEvent:
    """An event as stored in its row."""

    number: int
    name: str
    data: dict[str, Any]


async def check_invariants(
    owner: asyncpg.Connection,
    enqueued: Collection[UUID],
    cancelled: Collection[UUID],
    effects_of: str = EFFECTS,
) -> InvariantReport:
    """Check all runs of the database; no worker may be running.

    Args:
        owner: a connection that sees all rows.
        enqueued: the runs that must exist.
        cancelled: the runs that may be cancelled.
        effects_of: statement that returns (run_id, epoch) of all written effects.
    """
    found = InvariantReport()
    rows = {row["id"]: row for row in await owner.fetch(RUNS)}
    found.violations += [f"lost: {run_id}" for run_id in set(enqueued) - rows.keys()]
    events = _events_by_run(await owner.fetch(EVENTS))
    effects = Counter((row["run_id"], row["epoch"]) for row in await owner.fetch(effects_of))
    found.violations += [
        f"doubled: {pair[0]} wrote {times} times" for pair, times in effects.items() if times > 1
    ]
    items = _item_statuses_by_run(rows.values())
    for run_id, row in rows.items():
        run_events = events.get(run_id, [])
        asked = run_id in cancelled or row["parent_id"] in cancelled
        complaints = [
            *_check_status(row, cancel_requested=asked),
            *_check_event_numbers(row, run_events),
            *(
                _check_fan_out(row, items.get(run_id, []))
                if row["kind"] == FAN_OUT.name
                else _check_epochs(row, run_events, effects)
            ),
        ]
        found.violations += [f"{complaint}: {run_id} ({row['parameters']})" for complaint in complaints]
        found.counts[row["status"]] += 1
        found.counts["events"] += len(run_events)
        found.counts["attempts lost by workers"] += sum(
            error["class"] == "WorkerDied" for error in orjson.loads(row["errors"])
        )
    if set(map(tuple, await owner.fetch(REAL_COUNTS))) != set(map(tuple, await owner.fetch(COUNTERS))):
        found.violations.append("the counters differ from the rows")
    return found


def _events_by_run(rows: Iterable[asyncpg.Record]) -> dict[UUID, list[RecordedEvent]]:
    found: dict[UUID, list[RecordedEvent]] = {}
    for row in rows:
        found.setdefault(row["run_id"], []).append(
            RecordedEvent(row["number"], row["name"], orjson.loads(row["data"]))
        )
    return found


def _item_statuses_by_run(rows: Iterable[asyncpg.Record]) -> dict[UUID, list[str]]:
    """Return the statuses of the items by run."""
    found: dict[UUID, list[str]] = {}
    for row in rows:
        if row["parent_id"]:
            found.setdefault(row["parent_id"], []).append(row["status"])
    return found


def _check_fan_out(row: asyncpg.Record, items: Sequence[str]) -> Iterable[str]:
    """Check that a run has each item once, that its counters match, and that its status follows from them."""
    how = Counter(items)
    done, failed = how["succeeded"] + how["partial"], how["failed"]
    wanted = len(orjson.loads(row["parameters"])["orders"])
    if row["status"] == "cancelled":
        if len(items) not in {0, wanted}:
            yield f"has {len(items)} items of {wanted}"
        return
    if [row["total"], row["done"], row["failed"], row["skipped"]] != [wanted, done, failed, how["cancelled"]]:
        yield f"counted {row['total']} = {row['done']} + {row['failed']} + {row['skipped']}, and has {how}"
    ending = "partial" if failed or how["partial"] else "succeeded"
    if row["status"] != (ending if done else "failed"):
        yield f"ended as {row['status']} with {how}"


def _check_status(row: asyncpg.Record, *, cancel_requested: bool) -> Iterable[str]:
    order, status = orjson.loads(row["parameters"]), row["status"]
    poisoned = order.get("failure") in FATAL_FAILURES
    if status in {"queued", "running"}:
        yield f"stuck as {status}"
    elif status == "cancelled" and not cancel_requested:
        yield "cancelled without a request"
    elif status in SUCCESS_STATUSES and poisoned:
        yield "succeeded, although it must fail"
    elif status == "failed" and not poisoned and row["kind"] != FAN_OUT.name:
        yield from _check_failure(row)


def _check_failure(row: asyncpg.Record) -> Iterable[str]:
    """Check that a run that could have succeeded failed only because its workers died at every attempt."""
    last = [error["class"] for error in orjson.loads(row["errors"]) if error["epoch"] == row["epoch"]]
    if last != ["WorkerDied"] * row["max_attempts"]:
        yield f"failed, although it could have succeeded, after {last}"


def _check_event_numbers(row: asyncpg.Record, events: Sequence[RecordedEvent]) -> Iterable[str]:
    if [event.number for event in events] != list(range(1, row["last_event_number"] + 1)):
        yield f"events {[event.number for event in events]} of {row['last_event_number']}"
    if events and events[-1].name != row["status"]:
        yield f"ended with the event {events[-1].name} as {row['status']}"


def _check_epochs(
    row: asyncpg.Record, events: Sequence[RecordedEvent], effects: Counter[tuple[UUID, int]]
) -> Iterable[str]:
    """Check that an epoch writes if and only if it succeeds, and that its events are recorded once."""
    endings = Counter(event.data["epoch"] for event in events if event.name in SUCCESS_STATUSES)
    for epoch in range(1, row["epoch"] + 1):
        ended, wrote = endings[epoch], effects[row["id"], epoch]
        if ended != wrote or ended > 1:
            yield f"epoch {epoch} ended well {ended} times and wrote {wrote} times"
        yield from _check_attempt_numbers(
            [
                event.data["attempt"]
                for event in events
                if (event.name, event.data.get("epoch")) == ("running", epoch)
            ]
        )
    counts = orjson.loads(row["parameters"]).get("event_count", 0)
    for attempt in _split_attempts(events):
        said = [event.data["number"] for event in attempt if event.name == "counted"]
        whole = any(event.name in SUCCESS_STATUSES for event in attempt)
        if said != list(range(1, (counts if whole else len(said)) + 1)):
            yield f"an attempt recorded {said}"
        authors = {
            event.data.get("attempt")
            for event in attempt
            if event.name in {"running", "counted", *SUCCESS_STATUSES}
        }
        if len(authors) > 1:
            yield f"a stale attempt wrote: events of attempts {authors} within one"


def _check_attempt_numbers(attempts: Sequence[int]) -> Iterable[str]:
    """Check that each attempt has the next number, or the number of a released attempt."""
    if any(number - before not in {0, 1} for before, number in pairwise([1, *attempts])):
        yield f"an epoch had the attempts {attempts}"


def _split_attempts(events: Sequence[RecordedEvent]) -> Iterable[Sequence[RecordedEvent]]:
    """Return the events of each attempt, from its “running” event up to the next one."""
    begins = [place for place, event in enumerate(events) if event.name == "running"]
    return (events[begin:end] for begin, end in pairwise([*begins, len(events)]))
