"""Briefs in PostgreSQL: one row per (user, local date, edition), and their snapshots."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import orjson

from daybreak.briefs.composing.base import ComposedBrief
from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.db import load

# A week of briefs for the weekly edition, and some before it.
FOLDER_SNAPSHOTS = 14
_sql = load(__package__)


@dataclass(frozen=True, slots=True)
class PreviousBriefs:
    """The data of earlier briefs that composing needs.

    Attributes:
        exists: whether this edition was composed before.
        section_hashes: the content hashes of the sections of this edition as stored.
        last_received: the snapshot of the last brief that the reader received.
    """

    exists: bool
    section_hashes: frozenset[str]
    last_received: Snapshot | None


async def read_previous(
    tx: asyncpg.Connection, days: Mapping[UUID, date], edition: Edition
) -> dict[UUID, PreviousBriefs]:
    """Return the data of earlier briefs that composing needs, by owner, in one round trip."""
    rows = await tx.fetch(_sql.read_previous, list(days.keys()), list(days.values()), edition)
    return {row["owner_id"]: _previous_from_row(row) for row in rows}


def _previous_from_row(row: asyncpg.Record) -> PreviousBriefs:
    document, facts = unpack(row["document"]), row["received_facts"]
    return PreviousBriefs(
        exists=row["document"] is not None,
        section_hashes=frozenset(section.get("content_hash", "") for section in document.get("sections", ())),
        last_received=Snapshot.from_bytes(row["received_date"], facts) if facts else None,
    )


async def read_week_snapshots(
    tx: asyncpg.Connection, days: Mapping[UUID, date]
) -> dict[UUID, list[Snapshot]]:
    """Return the snapshots of the week before each date, oldest first, by owner, in one round trip."""
    weeks: dict[UUID, list[Snapshot]] = {owner_id: [] for owner_id in days}
    for row in await tx.fetch(_sql.read_week_snapshots, list(days.keys()), list(days.values())):
        weeks[row["owner_id"]].append(Snapshot.from_bytes(row["brief_date"], row["facts"]))
    return weeks


class PackedBrief(NamedTuple):
    """A reader's brief and its snapshot as stored: compressed JSON."""

    owner_id: UUID
    day: date
    document: bytes
    snapshot: bytes


def pack(owner_id: UUID, composed: ComposedBrief) -> PackedBrief:
    """Return the brief as stored; fastest right after composing, while it is in the processor's cache."""
    document = zlib.compress(codec.encode(composed.document), zlib.Z_BEST_SPEED)
    return PackedBrief(owner_id, composed.document.date, document, composed.snapshot.as_bytes())


async def write(
    tx: asyncpg.Connection, edition: Edition, briefs: Sequence[PackedBrief], at: datetime
) -> dict[UUID, UUID]:
    """Store briefs and their snapshots, in one round trip; return the ids of the editions by owner."""
    rows = await tx.fetch(
        _sql.write_briefs,
        edition,
        at,
        [one.owner_id for one in briefs],
        [uuid4() for _ in briefs],
        [one.day for one in briefs],
        [one.document for one in briefs],
        [one.snapshot for one in briefs],
    )
    return {row["owner_id"]: row["edition_id"] for row in rows}


async def read(tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition) -> Document | None:
    """Return a stored brief; None if it was never composed."""
    row = await tx.fetchrow(_sql.read_document, owner_id, day, edition)
    return decode(row["document"]) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefDetail:
    """A stored brief with its neighbours.

    Attributes:
        is_unread: whether the reader has not received this version.
        earlier: the date of the brief before it, of the same edition.
        later: the date of the one after it.
    """

    id: UUID
    composed_at: datetime
    document: Document
    is_unread: bool
    earlier: date | None
    later: date | None


async def find(tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition) -> BriefDetail | None:
    """Return a stored brief with its neighbours; None if it was never composed."""
    row = await tx.fetchrow(_sql.find_edition, owner_id, day, edition)
    if row is None:
        return None
    document = decode(row["document"])
    return BriefDetail(**{**row, "document": document})


async def list_editions(tx: asyncpg.Connection, owner_id: UUID, day: date) -> list[Edition]:
    """Return the stored editions of a date."""
    return [Edition(row["edition"]) for row in await tx.fetch(_sql.list_editions, owner_id, day)]


def decode(stored: bytes) -> Document:
    """Return the document of a stored brief."""
    return codec.decode(zlib.decompress(stored))


def unpack(stored: bytes | None) -> dict[str, Any]:
    """Return the parsed JSON of a stored brief; empty if there is none."""
    return orjson.loads(zlib.decompress(stored)) if stored else {}


async def mark_received(tx: asyncpg.Connection, owner_id: UUID, edition_id: UUID, at: datetime) -> None:
    """Mark the stored version of an edition as received; safe to repeat."""
    await tx.execute(_sql.mark_received, owner_id, edition_id, at)


async def list_folder_snapshots(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, before: date
) -> list[Snapshot]:
    """Return the snapshots of a folder's briefs of earlier dates, newest first."""
    rows = await tx.fetch(_sql.list_folder_snapshots, owner_id, source_id, before, FOLDER_SNAPSHOTS)
    return [Snapshot.from_bytes(row["brief_date"], row["facts"]) for row in rows]


async def write_folder_snapshot(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, snapshot: Snapshot, at: datetime
) -> None:
    """Store the snapshot of a folder's brief and delete the oldest ones; skip a folder that was removed."""
    row = (owner_id, source_id, snapshot.day, at, snapshot.as_bytes())
    await tx.execute(_sql.write_folder_snapshot, *row)
    await tx.execute(_sql.prune_folder_snapshots, owner_id, source_id, FOLDER_SNAPSHOTS)
