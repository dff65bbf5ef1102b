"""Test in Chromium that a page whose stream is refused stays as it is, and follows once there is room."""

from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx2
import pytest
from playwright.async_api import expect

from daybreak import people
from daybreak.people import ClientInfo

pytestmark = pytest.mark.integration


@pytest.fixture
def enqueue_run(database, user):
    async def enqueue_run(key: str) -> UUID:
        run_id = uuid4()
        async with database.transaction([user.id]) as tx:
            await tx.execute(
                "INSERT INTO runs_open"
                " (owner_id, id, kind, queue, key, parameters, max_attempts, status, scheduled_at)"
                " VALUES ($1, $2, 'agenda.refresh', 'bulk', $3, '{}', 1, 'queued', 'infinity')",
                user.id,
                run_id,
                key,
            )
            await tx.execute("SELECT pg_notify('daybreak_runs', $1)", str(user.id))
        return run_id

    return enqueue_run


async def test_page_without_a_stream_is_complete_and_subscribes_when_there_is_room(
    chromium, database, user, enqueue_run
):
    first = await enqueue_run("first")
    async with database.transaction([user.id]) as tx:
        secret = await people.create_session(tx, user.id, ClientInfo(address="127.0.0.1"))
    async with AsyncExitStack() as stack:
        cookies = {f"daybreak-{chromium.port}": secret}
        filler = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=chromium.address, cookies=cookies, timeout=60)
        )
        filling = await stack.enter_async_context(AsyncExitStack())
        for _ in range(20):
            answer = await filling.enter_async_context(filler.stream("GET", "/runs/stream"))
            assert answer.status_code == 200
        browser = await stack.enter_async_context(chromium.new_session(user))
        page = await browser.context.new_page()
        async with page.expect_response("**/runs/stream") as refused:
            await page.goto(f"{browser.address}/runs")
        response = await refused.value
        assert response.status == 429
        await response.finished()
        await expect(page.locator(f"a[href='/runs/{first}']")).to_be_visible()
        await expect(page.get_by_text("of your event streams")).to_have_count(0)
        # The page tries again by itself, perhaps before the last stream is closed.
        async with page.expect_response(lambda response: response.status == 200):
            await filling.aclose()
        second = await enqueue_run("second")
        await expect(page.locator(f"a[href='/runs/{second}']")).to_be_visible()
