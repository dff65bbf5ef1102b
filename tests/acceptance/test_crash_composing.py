"""``kill -9`` while a brief is composed: nothing is half there, and the next one just works."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from daybreak import agenda, briefs
from daybreak.agenda import SourceReader
from daybreak.db import Database
from daybreak.intake import IntakeSettings
from daybreak.people import User

pytestmark = pytest.mark.integration

DAY = date(2026, 3, 29)
_PATIENCE = 60
_COMPOSE = """
import asyncio, sys
from datetime import date
from uuid import UUID
from daybreak import briefs
from daybreak.db import Database

async def compose(dsn, user):
    async with Database.connect(dsn, max_connections=1) as database:
        await briefs.compose(database, UUID(user), date(2026, 3, 29))

asyncio.run(compose(*sys.argv[1:]))
"""


@pytest.fixture
async def planner(database: Database, user: User, tmp_path: Path) -> User:
    """Return a user with a due task."""
    (tmp_path / "todo.txt").write_text("Water the plants due:2026-03-29\n", encoding="utf-8")
    reader = SourceReader(database, user, DAY, IntakeSettings(), lambda: pytest.fail("no secret is needed"))
    await agenda.import_folder(reader, tmp_path)
    return user


@asynccontextmanager
async def held(owner: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Lock the table, so that every writer waits."""
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        await transaction.rollback()


async def waiting(admin: asyncpg.Connection, table: str) -> int:
    """The server process that waits for that table, as soon as one does."""
    query = "SELECT pid FROM pg_locks WHERE relation = $1::text::regclass AND NOT granted"
    return await once(lambda: admin.fetchval(query, table))


async def gone(admin: asyncpg.Connection, pid: int) -> None:
    query = "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"
    await once(lambda: admin.fetchval(query, pid))


async def once(ask: Callable[[], Awaitable[int | None]]) -> int:
    """The first answer there is."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            if (answer := await ask()) is not None:
                return answer
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("table", ["people_users", "agenda_tasks", "briefs_editions", "briefs_snapshots"])
@pytest.mark.parametrize("stood_before", [False, True], ids=["new", "freshened"])
async def test_kill_during_composing_leaves_nothing_partial(
    postgres, database: Database, planner: User, table: str, stood_before: bool
):
    before = (await briefs.compose(database, planner.id, DAY)).document if stood_before else None
    owner, admin = await asyncpg.connect(postgres.owner), await asyncpg.connect(postgres.admin)
    async with held(owner, table):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _COMPOSE, postgres.app, str(planner.id)
        )
        server_side = await waiting(admin, table)
        os.kill(process.pid, signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    await gone(admin, server_side)
    await owner.close()
    await admin.close()
    assert await briefs.read(database, planner.id, DAY) == before
    document = (await briefs.compose(database, planner.id, DAY)).document
    assert document.counts.due_today == 1
