"""Briefs in PostgreSQL: one edition per (user, local date, edition), and what each one knew."""

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from daybreak.briefs import codec
from daybreak.briefs.model import Document, Edition
from daybreak.briefs.since import Snapshot
from daybreak.db import load

_sql = load(__package__)
_FAST = 1


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier briefs left.

    Attributes:
        contents: those of the sections of this edition as it stands.
        received: what the last brief that the reader received knew.
    """

    contents: frozenset[str]
    received: Snapshot | None


async def read_before(tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition) -> Before:
    """What composing needs of earlier briefs, in one round trip."""
    row = await tx.fetchrow(_sql.read_before, owner_id, day, edition)
    document, facts = _unpacked(row["document"]), _unpacked(row["received_facts"])
    return Before(
        contents=frozenset(section.get("content", "") for section in document.get("sections", ())),
        received=Snapshot.from_json(row["received_date"], facts) if facts else None,
    )


def _unpacked(stored: bytes | None) -> dict[str, Any]:
    return orjson.loads(zlib.decompress(stored)) if stored else {}


async def write(
    tx: asyncpg.Connection, owner_id: UUID, document: Document, snapshot: Snapshot, at: datetime
) -> UUID:
    """Store a brief and what it knew, in one round trip; gives the id of the edition, new or not."""
    encoded = zlib.compress(codec.encode(document), _FAST)
    knew = zlib.compress(orjson.dumps(snapshot.as_json()), _FAST)
    edition = (uuid4(), document.date, document.edition)
    edition_id: UUID = await tx.fetchval(_sql.write_brief, owner_id, *edition, at, encoded, knew)
    return edition_id


async def read(tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition) -> Document | None:
    """A stored brief; None if it was never composed."""
    row = await tx.fetchrow(_sql.read_document, owner_id, day, edition)
    return codec.decode(zlib.decompress(row["document"])) if row else None


async def mark_received(tx: asyncpg.Connection, owner_id: UUID, edition_id: UUID, at: datetime) -> None:
    """The reader has the edition as it stands; safe to repeat."""
    await tx.execute(_sql.mark_received, owner_id, edition_id, at)
