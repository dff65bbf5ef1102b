"""Test that the web process ends within seconds, whatever its threads and clients wait for."""

import asyncio
import socket
from contextlib import suppress

import httpx2
import pytest

from daybreak import people
from daybreak.people import ClientInfo

from ..agenda.conftest import KEY  # noqa: TID252 - tests are no package that could be named

pytestmark = pytest.mark.integration


@pytest.fixture
async def session(database, user) -> str:
    async with database.transaction([user.id]) as tx:
        return await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))


async def test_fetch_of_a_silent_address_does_not_delay_the_end_of_the_process(serve_web, session):
    environment = {
        "DAYBREAK_INTAKE_ENCRYPTION_KEYS": KEY,
        "DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES": "true",
        "DAYBREAK_INTAKE_FETCH_SECONDS": "300",
    }
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/calendar.ics"
        async with serve_web(environment=environment) as web, web.client() as client:
            client.cookies.set(f"daybreak-{web.port}", session)
            adding = asyncio.create_task(client.post("/api/v1/agenda/sources", json={"address": address}))
            fetching, _ = await asyncio.to_thread(silent.accept)
            with fetching:
                web.process.terminate()
                assert await asyncio.wait_for(web.process.wait(), 60) == 0
            with suppress(httpx2.HTTPError):
                await adding
