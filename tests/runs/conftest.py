import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak.db import Database, migrate

from .sample_kinds import EFFECTS
from .worker_cluster import Station


def _of(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
async def station(postgres) -> AsyncIterator[Station]:
    """Provide a separate database on the same server, with a table for the effects of runs."""
    name = f"daybreak_runs_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    owner, app = _of(postgres.owner, name), _of(postgres.app, name)
    await migrate(owner)
    connection = await asyncpg.connect(owner)
    await connection.execute(EFFECTS)
    async with Database.connect(app, connections=6) as database:
        yield Station(app, database, connection)
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def engine_room(station: Station) -> AsyncIterator[Station]:
    """Provide the database without runs; all workers are stopped after the test."""
    await station.clear()
    yield station
    await station.stop_all()


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture(autouse=True)
async def no_task_is_left(engine_room):
    before = asyncio.all_tasks()
    yield
    await engine_room.stop_all()
    left = [task for task in asyncio.all_tasks() - before if not task.done() and "runs." in str(task)]
    assert left == []
