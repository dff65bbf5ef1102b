import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from daybreak.db import Database, apply_migrations

from .sample_kinds import EFFECTS
from .worker_cluster import WorkerCluster


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
async def shared_cluster(postgres) -> AsyncIterator[WorkerCluster]:
    """Provide a separate database on the same server, with a table for the effects of runs."""
    name = f"daybreak_runs_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    owner, app = _with_database(postgres.owner, name), _with_database(postgres.app, name)
    await apply_migrations(owner)
    connection = await asyncpg.connect(owner)
    await connection.execute(EFFECTS)
    async with Database.connect(app, max_connections=6) as database:
        yield WorkerCluster(app, database, connection)
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def cluster(shared_cluster: WorkerCluster) -> AsyncIterator[WorkerCluster]:
    """Provide the database without runs; all workers are stopped after the test."""
    await shared_cluster.clear()
    yield shared_cluster
    await shared_cluster.stop_all()


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture(autouse=True)
async def assert_no_leaked_tasks(cluster):
    before = asyncio.all_tasks()
    yield
    await cluster.stop_all()
    left = [task for task in asyncio.all_tasks() - before if not task.done() and "runs." in str(task)]
    assert left == []
