"""Account deletion, with a grace period in which it can be cancelled."""

from datetime import datetime
from uuid import UUID

import asyncpg

from daybreak.db import Database, load
from daybreak.people.security_events import (
    SYSTEM_ACTOR,
    Actor,
    SecurityEventKind,
    record_security_event,
)
from daybreak.people.settings import people_settings
from daybreak.telemetry import log

_sql = load(__package__)


async def request_deletion(tx: asyncpg.Connection, user_id: UUID, *, actor: Actor = SYSTEM_ACTOR) -> datetime:
    """Request the deletion of a user's account; return when it is due."""
    due: datetime = await tx.fetchval(_sql.write_deletion, user_id, people_settings().deletion_grace)
    await record_security_event(tx, user_id, SecurityEventKind.DELETION_REQUESTED, actor)
    return due


async def cancel_deletion(tx: asyncpg.Connection, user_id: UUID, *, actor: Actor = SYSTEM_ACTOR) -> None:
    """Cancel the requested deletion of a user's account."""
    await tx.fetchval(_sql.write_deletion, user_id, None)
    await record_security_event(tx, user_id, SecurityEventKind.DELETION_CANCELLED, actor)


async def purge_expired(database: Database) -> str:
    """Delete expired credentials, old security events, and accounts due for deletion; return a summary."""
    async with database.without_owner() as connection:
        await connection.execute(_sql.purge_security_events)
        due = [row["id"] for row in await connection.fetch(_sql.purge_expired)]
    deleted = sum([await _delete_if_due(database, user_id) for user_id in due])
    return f"Deleted {deleted} {'account' if deleted == 1 else 'accounts'} due for deletion."


async def _delete_if_due(database: Database, user_id: UUID) -> bool:
    async with database.transaction([user_id]) as tx:
        deleted = await tx.fetchval(_sql.delete_user, user_id) is not None
    if deleted:
        # The account's security events were deleted with it: only the log has a record of the deletion.
        log.warning("people.account_deleted", user=str(user_id))
    return deleted
