"""Periodic maintenance of all users' sources, so that they are current when briefs are written at night."""

from datetime import timedelta

from daybreak import clock
from daybreak.agenda.jobs import ALL_SOURCES, REFRESH
from daybreak.db import Database, load

_sql = load(__package__)
_EVERY = timedelta(hours=3)
_STALE_AFTER = timedelta(days=2)
_AT_ONCE = 500


async def start_refreshes(database: Database) -> str:
    """Enqueue a refresh for each owner whose calendar URLs were last read hours ago; return a summary."""
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.list_due_refreshes, clock.now() - _EVERY, _AT_ONCE)
    owners = [row["owner_id"] for row in rows]
    started = 0
    if owners:
        async with database.transaction(owners) as tx:
            kind, attempts = REFRESH.name, REFRESH.max_attempts
            started = await tx.fetchval(_sql.start_refreshes, owners, kind, ALL_SOURCES, attempts)
    return f"Refreshes enqueued: {started} of {len(owners)} due."


async def report_stale(database: Database) -> str:
    """Return a summary of the sources that have been unreadable for days."""
    async with database.ownerless() as connection:
        found = await connection.fetchrow(_sql.count_stale, clock.now() - _STALE_AFTER)
    return f"{found['sources']} sources of {found['owners']} users have been unreadable for 2 days or more."
