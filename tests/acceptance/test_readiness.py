"""The readiness probe of a web process, whose database can or cannot be changed."""

import asyncio
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

NOT_CHANGEABLE = {
    "no room for files": "ALTER SYSTEM SET temp_file_limit = '64kB'",
    "read-only": "ALTER SYSTEM SET default_transaction_read_only = on",
}
TRANSACTIONS = "SELECT pg_current_xact_id()::text::bigint"  # each writing one has an id


@pytest.fixture(scope="module")
def web(daybreak) -> Iterator[str]:
    """Start a web process and return the address of its probe."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = daybreak.start("web", "--port", port, stderr=subprocess.DEVNULL)
    assert b"Daybreak is at" in process.stdout.readline()
    yield f"http://127.0.0.1:{port}/readyz"
    process.kill()
    process.communicate(timeout=60)


def read_readiness(address: str) -> dict:
    try:
        with urllib.request.urlopen(address, timeout=60) as response:  # noqa: S310 - our own server
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


async def poll_readiness(address: str, status: str) -> dict:
    """Poll the probe until it has that status; a result is up to a second old."""
    async with asyncio.timeout(60):
        while (found := await asyncio.to_thread(read_readiness, address))["status"] != status:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
    return found


@pytest.mark.parametrize("cause", NOT_CHANGEABLE)
async def test_database_that_cannot_be_changed_is_not_ready(web, admin, cause):
    assert await poll_readiness(web, "ready") == {"status": "ready", "database": "ok"}
    try:
        await admin.execute(NOT_CHANGEABLE[cause])
        await admin.execute("SELECT pg_reload_conf()")
        found = await poll_readiness(web, "not ready")
        assert found == {"status": "not ready", "database": "The database cannot be changed."}
    finally:
        await admin.execute("SET default_transaction_read_only = off")
        await admin.execute("ALTER SYSTEM RESET ALL")
        await admin.execute("SELECT pg_reload_conf()")
    assert await poll_readiness(web, "ready") == {"status": "ready", "database": "ok"}


async def test_frequent_probes_write_once_a_second_at_most(web, admin):
    before, started_at, probes, seconds = await admin.fetchval(TRANSACTIONS), time.monotonic(), 0, 0.0
    while probes < 100 or seconds < 3:
        assert (await asyncio.to_thread(read_readiness, web))["status"] == "ready"
        probes, seconds = probes + 1, time.monotonic() - started_at
    background = 20  # autovacuum, for example
    assert 2 <= await admin.fetchval(TRANSACTIONS) - before <= seconds + background
