"""The synchronisation of one source: its stored rows become equal to the parsed ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg
import orjson

from daybreak.agenda.comparison.fingerprints import parse_fingerprint, without_place
from daybreak.agenda.parsed import ReadWarning
from daybreak.agenda.projects.merges import update_canonical_projects
from daybreak.agenda.rows import KINDS, Row, SourceRows
from daybreak.agenda.store import EventRange
from daybreak.agenda.sync.absence import (
    Absence,
    AbsencePlan,
    Reading,
    StoredItem,
    decide_absence,
)
from daybreak.agenda.sync.absence_warnings import list_warnings
from daybreak.agenda.sync.cancellations import sync_cancellations
from daybreak.agenda.sync.copies import find_related
from daybreak.agenda.sync.resolution import resolve_identities
from daybreak.db import load

_sql = load("daybreak.agenda")
_ROWS_PER_STATEMENT = 5_000
_CONTAINERS = frozenset({"projects", "phases"})


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """The counts of rows that an import added, updated, removed and left unchanged."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def has_any(self) -> bool:
        """Whether the import wrote any row."""
        return bool(self.added or self.updated or self.removed)

    def __add__(self, other: "ChangeCounts") -> "ChangeCounts":
        return ChangeCounts(
            self.added + other.added,
            self.updated + other.updated,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class CoveredRange:
    """The range of events that was read, as local dates and as the owner's instants.

    Attributes:
        dates: midnights, written as if they were UTC, as all-day and floating events are stored.
        instants: the beginning and end of those dates in the owner's zone.
    """

    dates: EventRange
    instants: EventRange


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """The counts of written rows, and the warnings that were stored."""

    changes: ChangeCounts
    warnings: Sequence[ReadWarning]


async def sync_source(
    tx: asyncpg.Connection,
    owner_id: UUID,
    source_id: UUID,
    rows: SourceRows,
    *,
    reading: Reading,
    unreadable: Collection[ReadWarning],
    covered: CoveredRange,
) -> SyncOutcome:
    """Make the stored rows of a source equal to the parsed rows, and write only the differences.

    Args:
        tx: a transaction as the owner, with the source locked.
        owner_id: the owner of the source.
        source_id: the source.
        rows: the parsed rows.
        reading: what was read, to decide about items that were not found.
        unreadable: files and folders that could not be read; their earlier rows stay.
        covered: the range of events that was read; events outside of it stay.
    """
    at = reading.at
    stored = await _load_known_rows(tx, owner_id, source_id, rows, covered)
    cancellations, stored_cancellations = rows.cancellations, stored.pop("cancellations")
    kept = _list_unread(stored, rows, reading)
    resolution = await resolve_identities(tx, owner_id, source_id, rows, stored, kept)
    rows = resolution.rows
    changes = {}
    for name, table in rows.tables():
        changes[name] = await _write_table(
            tx, (owner_id, source_id), name, table, stored[name], at, resolution.referring
        )
    plan = _plan_absence(stored, rows, reading)
    is_marked = await _mark_absent(tx, owner_id, plan)
    # Referencing rows are removed first: a project stays while it has a task of an unreadable file.
    for name, table in reversed(list(rows.tables())):
        removed_ids = plan.removed.get(name, ())
        if name in _CONTAINERS:
            removed_ids = [
                row_id
                for row_id, old in stored[name].items()
                if row_id not in table and old["is_current"] and not reading.find_damage(old["path"])
            ]
        changes[name] += await _remove_rows(tx, owner_id, name, removed_ids, at)
    if changes["projects"].has_any:
        await update_canonical_projects(tx, owner_id)
    await tx.execute(_sql.end_overtaken_decisions, owner_id, source_id, at)
    total = sum(changes.values(), ChangeCounts())
    is_cancelled = await sync_cancellations(
        tx, (owner_id, source_id), cancellations, stored_cancellations, reading, plan.absent
    )
    if total.has_any or is_marked or is_cancelled:
        await tx.execute(_sql.mark_copies, owner_id, None, at)
    warnings = list_warnings(plan.groups, reading, unreadable, rows.warnings)
    await _write_warnings(tx, owner_id, source_id, warnings)
    return SyncOutcome(total, warnings)


def _list_unread(
    stored: Mapping[str, Mapping[UUID, asyncpg.Record]], rows: SourceRows, reading: Reading
) -> set[UUID]:
    """Return the ids of the stored rows whose files could not be read and have no parsed rows.

    The rows of an export are not among them if another state of it was read: both have the same entries.
    """
    if not reading.has_damage:
        return set()
    parsed = {row["path"] for _, table in rows.tables() for row in table.values()}
    known = {row["path"] for table in stored.values() for row in table.values()}
    unread = {path for path in known - parsed if reading.find_damage(path)}
    unread -= find_related(unread, parsed)
    return {row_id for table in stored.values() for row_id, row in table.items() if row["path"] in unread}


def _plan_absence(
    stored: Mapping[str, Mapping[UUID, asyncpg.Record]], rows: SourceRows, reading: Reading
) -> AbsencePlan:
    is_complete = all(
        row_id in table and old["absence"] is None
        for name, table in rows.tables()
        if name not in _CONTAINERS
        for row_id, old in stored[name].items()
        if old["is_current"]
    )
    return AbsencePlan(removed={}) if is_complete else decide_absence(_list_items(stored, rows), reading)


def _list_items(stored: Mapping[str, Mapping[UUID, asyncpg.Record]], rows: SourceRows) -> list[StoredItem]:
    return [
        StoredItem(
            id=row_id,
            table=name,
            path=old["path"],
            entry=old["entry"] or str(row_id),
            is_listed=old["is_listed"],
            is_found=row_id in table,
            absence=old["absence"] and Absence(old["absence"]),
            absent_on=old["absent_on"],
            absent_since=old["absent_since"],
        )
        for name, table in rows.tables()
        if name not in _CONTAINERS
        for row_id, old in stored[name].items()
        if old["is_current"]
    ]


async def _mark_absent(tx: asyncpg.Connection, owner_id: UUID, plan: AbsencePlan) -> bool:
    """Write the marks of absence that have changed; return whether there were any."""
    marks: list[tuple[UUID, str | None, date | None, datetime | None]] = [
        (one.item.id, one.absence.value, one.absent_on, one.absent_since)
        for one in plan.absent
        if one.is_changed
    ]
    marks += [(row_id, None, None, None) for row_id in plan.returned]
    if marks:
        await tx.execute(_sql.mark_absent, owner_id, *map(list, zip(*marks, strict=True)))
    return bool(marks)


async def _load_known_rows(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, rows: SourceRows, covered: CoveredRange
) -> dict[str, dict[UUID, asyncpg.Record]]:
    known: dict[str, dict[UUID, asyncpg.Record]] = {name: {} for name in (*KINDS, "cancellations")}
    dates, instants = covered.dates, covered.instants
    windows = (dates.start, dates.end, instants.start, instants.end)
    events = rows.events.values()
    event_ids = [row["external_id"] for row in events]
    # Single events of other years have new UIDs, too.
    other_starts = [row["starts_at"] for row in events if not dates.start <= row["starts_at"] < dates.end]
    keys = (event_ids, other_starts, list(rows.events))
    for row in await tx.fetch(_sql.list_stored_rows, owner_id, source_id, *windows, *keys):
        known[row["kind"]][row["id"]] = row
    return known


async def _remove_rows(
    tx: asyncpg.Connection, owner_id: UUID, name: str, row_ids: Sequence[UUID], at: datetime
) -> ChangeCounts:
    if not row_ids:
        return ChangeCounts()
    done = await tx.execute(getattr(_sql, f"remove_{name}"), owner_id, row_ids, at)
    return ChangeCounts(removed=int(done.removeprefix("UPDATE ")))


async def _write_table(
    tx: asyncpg.Connection,
    source: tuple[UUID, UUID],
    name: str,
    rows: Mapping[UUID, Row],
    known: Mapping[UUID, asyncpg.Record],
    at: datetime,
    referring: Collection[UUID],
) -> ChangeCounts:
    changed = [
        row for row_id, row in rows.items() if row_id in referring or _has_changed(row, known.get(row_id))
    ]
    written, extra = changed, (at,) if name == "tasks" else ()
    if name == "tasks":
        moved = {row["id"]: row for row in changed if _has_only_moved(row, known)}
        moved = {row_id: row for row_id, row in moved.items() if row_id not in referring}
        await _move_tasks(tx, source[0], list(moved.values()))
        written = [row for row in changed if row["id"] not in moved]
    for start in range(0, len(written), _ROWS_PER_STATEMENT):
        chunk = orjson.dumps(written[start : start + _ROWS_PER_STATEMENT], default=str).decode()
        await tx.execute(getattr(_sql, f"write_{name}"), *source, chunk, *extra)
    added = sum(1 for row in changed if row["id"] not in known)
    return ChangeCounts(added, len(changed) - added, unchanged=len(rows) - len(changed))


def _has_changed(row: Row, old: asyncpg.Record | None) -> bool:
    return old is None or old["fingerprint"] is None or "\\x" + old["fingerprint"].hex() != row["fingerprint"]


def _has_only_moved(row: Row, known: Mapping[UUID, asyncpg.Record]) -> bool:
    old = known.get(row["id"])
    if old is None or old["fingerprint"] is None:
        return False
    return without_place(old["fingerprint"]) == without_place(parse_fingerprint(row["fingerprint"]))


async def _move_tasks(tx: asyncpg.Connection, owner_id: UUID, rows: Sequence[Row]) -> None:
    """Write the places of tasks of which nothing else has changed."""
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        places = (
            (row["id"], parse_fingerprint(row["fingerprint"]), row["source_ref"], row["position"])
            for row in rows[start : start + _ROWS_PER_STATEMENT]
        )
        await tx.execute(_sql.move_tasks, owner_id, *map(list, zip(*places, strict=True)))


async def _write_warnings(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, warnings: Collection[ReadWarning]
) -> None:
    await tx.execute(_sql.delete_warnings, owner_id, source_id)
    if warnings:
        columns = zip(*((w.path, w.line, w.message) for w in warnings), strict=True)
        await tx.execute(_sql.insert_warnings, owner_id, source_id, *map(list, columns))
