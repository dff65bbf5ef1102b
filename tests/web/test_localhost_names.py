"""Test that the session of a name below localhost stays with this name, in a real browser."""

import asyncio

import pytest

from daybreak import people

pytestmark = pytest.mark.integration

NAME = "anna-7f3k9q.localhost"


async def test_other_servers_of_the_machine_do_not_get_the_session(chromium, database, user):
    requests: list[str] = []

    async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    link = people.LinkPurpose.SIGN_IN.path(
        await people.create_link(database, user, people.LinkPurpose.SIGN_IN)
    )
    async with await asyncio.start_server(record, "127.0.0.1") as other, chromium.new_session() as session:
        port = other.sockets[0].getsockname()[1]
        page = await session.context.new_page()
        await page.goto(f"http://{NAME}:{chromium.port}{link}")
        await page.wait_for_url(lambda url: "/sign-in/" not in url)  # a local link sends its form itself
        await page.goto(f"http://{NAME}:{chromium.port}/settings")
        assert await page.get_by_text(user.email).count()
        for host in ("127.0.0.1", "localhost", "mallory.localhost"):
            await page.goto(f"http://{host}:{port}/")
    pages = [one for one in requests if "favicon" not in one]
    assert len(pages) == 3
    assert not [one for one in pages if "cookie:" in one.lower()]
