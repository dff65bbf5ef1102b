"""Queries of a superuser on the module's server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def lock_table(admin: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Lock the table against writes for the duration of the block."""
    async with admin.transaction():
        await admin.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


async def wait_for_lock(admin: asyncpg.Connection, table: str) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE relation = $1::text::regclass AND NOT granted"
    async with asyncio.timeout(60):
        while not await admin.fetchval(query, table):  # noqa: ASYNC110 - a lock can only be polled
            await asyncio.sleep(0.02)


async def count_editions(admin: asyncpg.Connection, email: str) -> int:
    query = (
        "SELECT count(*) FROM briefs_editions WHERE owner_id = (SELECT id FROM people_users WHERE email = $1)"
    )
    return await admin.fetchval(query, email)
