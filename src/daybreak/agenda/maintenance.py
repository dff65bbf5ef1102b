"""Periodic maintenance of all users' sources, so that they are current when briefs are written at night."""

from datetime import timedelta

from daybreak import clock
from daybreak.agenda.jobs import ALL_SOURCES_KEY, REFRESH
from daybreak.db import Database, load

_sql = load(__package__)
_REFRESH_INTERVAL = timedelta(hours=3)
_STALE_AFTER = timedelta(days=2)
_BATCH_SIZE = 500


async def enqueue_refreshes(database: Database) -> str:
    """Enqueue a refresh for each owner whose calendar URLs were last read hours ago; return a summary."""
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_due_refreshes, clock.now() - _REFRESH_INTERVAL, _BATCH_SIZE)
    owners = [row["owner_id"] for row in rows]
    started = 0
    if owners:
        async with database.transaction(owners) as tx:
            kind, attempts = REFRESH.name, REFRESH.max_attempts
            started = await tx.fetchval(_sql.enqueue_refreshes, owners, kind, ALL_SOURCES_KEY, attempts)
    return f"Refreshes enqueued: {started} of {len(owners)} due."


async def report_stale_sources(database: Database) -> str:
    """Return a summary of the sources that have been unreadable for days."""
    async with database.without_owner() as connection:
        found = await connection.fetchrow(_sql.count_stale_sources, clock.now() - _STALE_AFTER)
    return f"{found['sources']} sources of {found['owners']} users have been unreadable for 2 days or more."
