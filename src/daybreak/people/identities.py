"""The identities of users: proposed, confirmed, rejected, added and removed."""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from daybreak.db import load
from daybreak.people.identity import Identities
from daybreak.people.rows import user_of

_sql = load(__package__)


async def read_identities(tx: asyncpg.Connection, owner_ids: Collection[UUID]) -> dict[UUID, Identities]:
    """Return the names and addresses that are each owner's, in one round trip."""
    rows = await tx.fetch(_sql.read_identity_facts, list(owner_ids))
    return {row["id"]: Identities.from_rows(row["answers"], user_of(row)) for row in rows}
