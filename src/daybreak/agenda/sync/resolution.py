"""The resolution of identities: parsed rows get the ids of the stored rows that they are.

A parsed row has an id that is derived from its external id. Most rows are found with equal content by their
fingerprint; only of the others are details loaded and compared. References between rows follow the ids.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from daybreak.agenda.comparison.fingerprints import (
    parse_fingerprint,
    position_of,
    title_of,
    without_place,
)
from daybreak.agenda.comparison.titles import fold_title
from daybreak.agenda.model import TaskStatus
from daybreak.agenda.rows import KINDS, Row, SourceRows, derive_id
from daybreak.agenda.sync.compared_item import ComparedItem, build_task, set_neighbours
from daybreak.agenda.sync.document_identity import match_groups, match_notes
from daybreak.agenda.sync.event_identity import EventTraits, match_events
from daybreak.agenda.sync.identity import match_tasks
from daybreak.db import load
from daybreak.threads import DedicatedThreads

StoredRows = Mapping[str, Mapping[UUID, asyncpg.Record]]

_sql = load("daybreak.agenda")
_threads = DedicatedThreads("identity", 2)
_MAX_ROWS_IN_LOOP = 200
_UNMOVED = ("title", "path", "status", "due_on", "due_at", "start_on", "start_at", "native_id", "recurrence")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The parsed rows with their ids.

    Attributes:
        rows: the rows by id.
        referring: ids of rows that must be written because a row to which they refer has another id now.
    """

    rows: SourceRows
    referring: frozenset[UUID] = frozenset()


@dataclass(slots=True)
class _SourceComparison:
    """The rows of a source that were not found with equal content.

    Attributes:
        settled: the ids of stored rows with equal content, by kind and derived id.
        moved: the former positions of settled tasks that only moved, by derived id.
        unsettled: the other rows, by kind and derived id.
        details: of stored rows that may be unsettled rows.
    """

    source_id: UUID
    rows: SourceRows
    known: StoredRows
    settled: dict[str, dict[UUID, UUID]] = field(default_factory=dict)
    moved: dict[UUID, int] = field(default_factory=dict)
    unsettled: dict[str, dict[UUID, Row]] = field(default_factory=dict)
    details: dict[str, list[asyncpg.Record]] = field(default_factory=lambda: defaultdict(list))


async def resolve_identities(
    tx: asyncpg.Connection,
    owner_id: UUID,
    source_id: UUID,
    rows: SourceRows,
    known: StoredRows,
    kept: Collection[UUID],
) -> Resolution:
    """Return the parsed rows with the ids of the stored rows that they are.

    Args:
        tx: a transaction as the owner, with the source locked.
        owner_id: the owner of the source.
        source_id: the source.
        rows: the parsed rows.
        known: the stored rows by kind and id.
        kept: ids of stored rows whose files could not be read; no parsed row is one of them.
    """
    comparison = _SourceComparison(source_id, rows, known)
    candidates = _settle(comparison, kept)
    if not any(known.values()):
        return Resolution(rows)
    if any(comparison.unsettled.values()):
        for one in await tx.fetch(
            _sql.list_row_details, owner_id, source_id, candidates, *_list_removed_keys(comparison.unsettled)
        ):
            comparison.details[one["kind"]].append(one)
    compared = (*comparison.unsettled.values(), *comparison.details.values())
    if sum(map(len, compared)) > _MAX_ROWS_IN_LOOP:
        return await _threads.run(_resolve, comparison)
    return _resolve(comparison)


def _settle(comparison: _SourceComparison, kept: Collection[UUID]) -> list[UUID]:
    """Find rows with equal content; return the ids of the current stored rows that were not found."""
    candidates: list[UUID] = []
    for kind, table in comparison.rows.tables():
        found = {
            row["fingerprint"]: row_id
            for row_id, row in comparison.known[kind].items()
            if row["fingerprint"] is not None
        }
        settled: dict[UUID, UUID] = {}
        unsettled: dict[UUID, Row] = {}
        for derived_id, row in table.items():
            row_id = found.pop(parse_fingerprint(row["fingerprint"]), None)
            if row_id is None:
                unsettled[derived_id] = row
            else:
                settled[derived_id] = row_id
        comparison.settled[kind], comparison.unsettled[kind] = settled, unsettled
        if kind == "tasks" and found and unsettled:
            _settle_moved(comparison, found)
        candidates.extend(row_id for row_id in found.values() if row_id not in kept)
    return [*candidates, *_reopen_completed_occurrences(comparison)]


def _settle_moved(comparison: _SourceComparison, found: dict[bytes, UUID]) -> None:
    """Find tasks of which only the place in their file changed, and remove them from ``found``.

    The title must occur once on both sides, because external ids of equal titles are assigned in order.
    """
    settled, unsettled = comparison.settled["tasks"], comparison.unsettled["tasks"]
    parsed = {parse_fingerprint(row["fingerprint"]): derived_id for derived_id, row in unsettled.items()}
    titles, parsed_titles = (Counter(map(title_of, one)) for one in (found, parsed))
    stored = {without_place(one): one for one in found}
    for fingerprint, derived_id in parsed.items():
        title = title_of(fingerprint)
        if titles[title] == 1 == parsed_titles[title]:
            former = stored.get(without_place(fingerprint))
            if former is not None:
                settled[derived_id] = found.pop(former)
                comparison.moved[derived_id] = position_of(former)
                del unsettled[derived_id]


def _reopen_completed_occurrences(comparison: _SourceComparison) -> list[UUID]:
    """Compare recurring tasks without dates again if an entry with the same words was completed.

    The completed entry is the known task then, and the unchanged one its next occurrence.
    """
    settled, unsettled = comparison.settled["tasks"], comparison.unsettled["tasks"]
    completed = {
        row["title"] for row in unsettled.values() if row["recurrence"] and row["status"] == TaskStatus.DONE
    }
    if not completed:
        return []
    tasks = comparison.rows.tasks
    open_again = [
        derived_id
        for derived_id in settled
        if tasks[derived_id]["title"] in completed and _is_undated(tasks[derived_id])
    ]
    unsettled.update((derived_id, tasks[derived_id]) for derived_id in open_again)
    return [settled.pop(derived_id) for derived_id in open_again]


def _is_undated(row: Row) -> bool:
    dates = (row["due_on"], row["due_at"], row["start_on"], row["start_at"])
    return bool(row["recurrence"]) and row["status"] != TaskStatus.DONE and not any(dates)


def _list_removed_keys(unsettled: Mapping[str, Mapping[UUID, Row]]) -> tuple[list[str], list[str], list[str]]:
    tasks = unsettled["tasks"].values()
    return (
        [row["external_id"] for table in unsettled.values() for row in table.values()],
        [row["native_id"] for row in tasks if row["native_id"]],
        [row["title"] for row in tasks],
    )


def _resolve(comparison: _SourceComparison) -> Resolution:
    ids: dict[str, dict[UUID, UUID]] = {kind: dict(comparison.settled[kind]) for kind in KINDS}
    for kind, match in (("tasks", _match_tasks), ("notes", _match_notes), ("events", _match_events)):
        ids[kind] |= match(comparison)
    for kind, reference in (("projects", "project_id"), ("phases", "phase_id")):
        ids[kind] |= _match_groups(comparison, kind, reference, ids["tasks"])
    for kind in KINDS:
        _assign_new_ids(comparison, kind, ids[kind])
    return _build_resolution(comparison, ids)


def _match_tasks(comparison: _SourceComparison) -> dict[UUID, UUID]:
    unsettled, details = comparison.unsettled["tasks"], comparison.details["tasks"]
    if not unsettled or not details:
        return {}
    rows = comparison.rows
    unmoved = _match_unmoved(list(unsettled.values()), details)
    found = set(unmoved.values())
    parsed = [
        build_task(
            row,
            _name_of(rows.projects, row["project_id"]),
            _name_of(rows.phases, row["phase_id"]),
            _hash(row["details"]),
        )
        for derived_id, row in unsettled.items()
        if derived_id not in unmoved
    ]
    compared = [one for one in details if one["id"] not in found]
    stored = [build_task(one, one["project"], one["section"], one["content"] or "") for one in compared]
    for item, one in zip(stored, compared, strict=True):
        item.is_current = one["is_current"]
    settled = [rows.tasks[derived_id] for derived_id in comparison.settled["tasks"]]
    formerly = [
        {"path": row["path"], "title": row["title"], "position": comparison.moved[row["id"]]}
        if row["id"] in comparison.moved
        else row
        for row in settled
    ]
    _set_neighbours(stored, [*formerly, *(one for one in details if one["id"] in found)])
    _set_neighbours(parsed, [*settled, *(unsettled[derived_id] for derived_id in unmoved)])
    stable_paths = {row["path"] for row in settled} | {one["path"] for one in details if one["id"] in found}
    return unmoved | match_tasks(stored, parsed, stable_paths)


def _match_unmoved(parsed: list[Row], stored: list[asyncpg.Record]) -> dict[UUID, UUID]:
    """Match tasks of which only the line or unimportant properties changed: a shortcut for long lists.

    The title must occur once on both sides, because external ids of equal titles are assigned in order.
    """
    parsed_titles, stored_titles = (Counter(one["title"] for one in rows) for rows in (parsed, stored))
    by_external_id = {row["external_id"]: row for row in parsed if parsed_titles[row["title"]] == 1}
    matches = {}
    for one in stored:
        row = by_external_id.get(one["external_id"])
        if row is None or not one["is_current"] or stored_titles[one["title"]] != 1:
            continue
        if all(row[name] == one[name] for name in _UNMOVED):
            matches[row["id"]] = one["id"]
    return matches


def _set_neighbours(items: list[ComparedItem], others: Iterable[Row | asyncpg.Record]) -> None:
    current = [item for item in items if item.is_current]
    paths = {item.path for item in current}
    titles: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in others:
        if row["path"] in paths:
            titles[row["path"]].append((row["position"], row["title"]))
    for item in current:
        titles[item.path].append((item.position, item.words))
    set_neighbours(current, titles)


def _match_notes(comparison: _SourceComparison) -> dict[UUID, UUID]:
    parsed = [
        _build_item(row, when=row["noted_at"], content=_hash(row["body"]))
        for row in comparison.unsettled["notes"].values()
    ]
    stored = [
        _build_item(one, when=one["due_at"], content=one["content"]) for one in comparison.details["notes"]
    ]
    return match_notes(stored, parsed)


def _match_events(comparison: _SourceComparison) -> dict[UUID, UUID]:
    parsed = (
        EventTraits(
            row_id=row["id"],
            external_id=row["external_id"],
            title=row["title"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            location=row["location"],
            uid=row["uid"],
            recurrence_id=row["recurrence_id"],
        )
        for row in comparison.unsettled["events"].values()
    )
    stored = (
        EventTraits(
            row_id=one["id"],
            external_id=one["external_id"],
            title=one["title"],
            starts_at=one["due_at"],
            ends_at=one["start_at"],
            location=one["content"],
            uid=one["native_id"],
            recurrence_id=one["recurrence"],
            is_current=one["is_current"],
        )
        for one in comparison.details["events"]
    )
    return match_events(stored, parsed)


def _match_groups(
    comparison: _SourceComparison, kind: str, reference: str, task_ids: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    unsettled, details = comparison.unsettled[kind], comparison.details[kind]
    if not unsettled or not details:
        return {}
    rows = comparison.rows
    stored = [_build_item(one, name=one["title"], project=one["project"]) for one in details]
    parsed = [
        _build_item(row, name=row["name"], project=_name_of(rows.projects, row.get("project_id")))
        for row in unsettled.values()
    ]
    old_groups = {one["id"]: one[reference] for one in comparison.details["tasks"]}
    votes = (
        (old_groups[task_ids[derived_id]], row[reference])
        for derived_id, row in comparison.unsettled["tasks"].items()
        if task_ids.get(derived_id) in old_groups
    )
    return match_groups(stored, parsed, votes)


def _build_item(
    row: Any,  # noqa: ANN401 - a parsed or a stored row
    *,
    name: str | None = None,
    project: str | None = None,
    content: str = "",
    when: Any = None,  # noqa: ANN401
    until: Any = None,  # noqa: ANN401
) -> ComparedItem:
    return ComparedItem(
        row_id=row["id"],
        external_id=row["external_id"],
        words=fold_title(row["title"] if name is None else name),
        path=row["path"],
        project=fold_title(project or ""),
        content=content,
        when=(when, until),
        is_current=row.get("is_current", True),
    )


def _name_of(groups: Mapping[UUID, Row], group_id: UUID | None) -> str | None:
    group = None if group_id is None else groups.get(group_id)
    return None if group is None else group["name"]


def _hash(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest() if text else ""


def _assign_new_ids(comparison: _SourceComparison, kind: str, ids: dict[UUID, UUID]) -> None:
    """Assign an id to each parsed row that is no stored one: the derived id, unless a stored row has it."""
    used = set(ids.values())
    for derived_id in comparison.unsettled[kind]:
        if derived_id in ids:
            continue
        row_id, number = derived_id, 1
        while row_id in comparison.known[kind] or row_id in used:
            number += 1
            row_id = uuid5(derived_id, str(number))
        ids[derived_id] = row_id
        used.add(row_id)


def _build_resolution(comparison: _SourceComparison, ids: Mapping[str, Mapping[UUID, UUID]]) -> Resolution:
    changed = _list_changed_references(comparison, ids)
    replaced = {old: new for table in ids.values() for old, new in table.items() if old != new}
    replaced |= _list_kept_ids(comparison, ids)
    rows, referring = SourceRows(warnings=comparison.rows.warnings), set()
    for (kind, table), (_, resolved) in zip(comparison.rows.tables(), rows.tables(), strict=True):
        if not (replaced or changed):
            resolved.update(table)
            continue
        for derived_id, row in table.items():
            row_id = ids[kind][derived_id]
            references = _list_references(row)
            if changed and not changed.isdisjoint(references):
                referring.add(row_id)
            is_same = row_id == derived_id and not any(one in replaced for one in references)
            resolved[row_id] = row if is_same else _replace_ids(row, row_id, replaced)
    return Resolution(rows, frozenset(referring))


def _list_changed_references(
    comparison: _SourceComparison, ids: Mapping[str, Mapping[UUID, UUID]]
) -> set[UUID]:
    """Return the derived ids that have another row than at the last reading."""
    changed: set[UUID] = set()
    for kind in ("projects", "phases", "tasks"):
        former = {one["external_id"]: one["id"] for one in comparison.details[kind] if one["is_current"]}
        changed.update(
            derived_id
            for derived_id, row in comparison.unsettled[kind].items()
            if former.get(row["external_id"]) != ids[kind][derived_id]
        )
    return changed


def _list_kept_ids(comparison: _SourceComparison, ids: Mapping[str, Mapping[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return the ids of current stored tasks that were not found, by derived id."""
    found = set(ids["tasks"].values())
    pairs = (
        (derive_id(comparison.source_id, "tasks", one["external_id"]), one["id"])
        for one in comparison.details["tasks"]
        if one["is_current"] and one["id"] not in found
    )
    return {
        derived: row_id
        for derived, row_id in pairs
        if derived != row_id and derived not in comparison.rows.tasks
    }


def _list_references(row: Row) -> Iterable[UUID]:
    single = (row.get("project_id"), row.get("phase_id"))
    return [one for one in (*single, *row.get("blocked_by", ())) if one is not None]


def _replace_ids(row: Row, row_id: UUID, replaced: Mapping[UUID, UUID]) -> Row:
    new = {**row, "id": row_id}
    for name in ("project_id", "phase_id"):
        if name in new:
            new[name] = replaced.get(new[name], new[name])
    if "blocked_by" in new:
        new["blocked_by"] = [replaced.get(one, one) for one in new["blocked_by"]]
    return new
