import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from daybreak.db import embedded

_MIGRATING = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'daybreak migrate'"

_PG_DUMPS = {int(path.parts[-3]): path for path in Path("/usr/lib/postgresql").glob("*/bin/pg_dump")}


@dataclass(frozen=True)
class EmptyDatabase:
    """A database of its own, with nothing in it yet."""

    name: str
    admin: str
    owner: str
    app: str

    async def as_owner(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.owner)
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()

    async def migrators(self, condition: str = "TRUE") -> list[int]:
        """The server's processes that migrate it."""
        connection = await asyncpg.connect(self.admin)
        try:
            return [row["pid"] for row in await connection.fetch(f"{_MIGRATING} AND {condition}", self.name)]
        finally:
            await connection.close()


@pytest.fixture
async def empty(postgres) -> AsyncIterator[EmptyDatabase]:
    """Another database on the same server."""
    name = f"daybreak_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"CREATE DATABASE {name} OWNER daybreak_owner")
    addresses = [_of(url, name) for url in (postgres.admin, postgres.owner, postgres.app)]
    yield EmptyDatabase(name, *addresses)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def dump_program(postgres, home: Path) -> Path:
    """The pg_dump of the server's own version."""
    connection = await asyncpg.connect(postgres.admin)
    major = connection.get_server_version().major
    await connection.close()
    if major in _PG_DUMPS:
        return _PG_DUMPS[major]
    if "TEST_ADMIN_URL" in os.environ:
        pytest.skip(f"there is no pg_dump of version {major}")
    with embedded.attach(home, fsync=False) as server:
        return Path(embedded.psql_command(home, server)[0]).with_name("pg_dump")


@pytest.fixture
def eventually():
    """Asks again until the answer is yes; no after a minute."""

    async def eventually(question) -> bool:
        for _ in range(3000):
            if await question():
                return True
            await asyncio.sleep(0.02)
        return False

    return eventually


def _of(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
