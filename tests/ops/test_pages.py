import asyncio
import re
from datetime import timedelta
from uuid import UUID

import pytest

from daybreak.runs import RunsSettings, Status, Worker

from .sample_kinds import ITEM_WORK, KINDS, OTHER_WORK


def listed(html: str) -> list[str]:
    return re.findall(r'<div class="run-title"><a href="/runs/[^"]+">([^<]*)</a>', html)


async def test_runs_are_listed_newest_first_with_their_status(anna_client, run_workspace):
    await run_workspace.run_to_end("first")
    await run_workspace.run_to_end("second", fail="always")
    await run_workspace.enqueue("third")
    page = (await anna_client.get("/runs")).text
    assert listed(page) == ["third", "second", "first"]
    assert re.findall(r'<span class="state \w+">([^<]+)', page) == ["Queued", "Failed", "Done"]
    assert "Page 4 holds &lt;b&gt;no&lt;/b&gt; text." in page


async def test_address_contains_the_filter(anna_client, run_workspace):
    await run_workspace.run_to_end("first")
    await run_workspace.run_to_end("second", fail="always")
    await run_workspace.run_to_end("the third", OTHER_WORK)
    assert listed((await anna_client.get("/runs?status=failed")).text) == ["second"]
    assert listed((await anna_client.get("/runs?kind=ops.other")).text) == ["the third"]
    assert listed((await anna_client.get("/runs?q=ir")).text) == ["the third", "first"]
    assert listed((await anna_client.get("/runs?q=THIRD&kind=ops.other&status=done")).text) == ["the third"]
    run = await run_workspace.enqueue("by id")
    assert listed((await anna_client.get(f"/runs?q={str(run.id)[:8]}")).text) == ["by id"]
    page = (await anna_client.get("/runs?q=100%25&status=nonsense")).text
    assert "No matching runs." in page
    assert 'value="100%"' in page


async def test_older_runs_are_on_the_next_page(anna_client, run_workspace):
    for number in range(53):
        await run_workspace.enqueue(f"{number}")
    first = (await anna_client.get("/runs?kind=ops.work")).text
    link = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert "kind=ops.work" in link
    second = (await anna_client.get(link)).text
    assert [*listed(first), *listed(second)] == [str(number) for number in reversed(range(53))]
    assert 'rel="next"' not in second
    assert "hx-sse:connect" not in second


async def test_empty_list_explains_when_runs_appear(anna_client):
    assert "No runs yet." in (await anna_client.get("/runs")).text


async def test_run_page_shows_progress_errors_and_result(anna_client, run_workspace):
    run = await run_workspace.run_to_end("x", total=4, fail="passing")
    page = (await anna_client.get(f"/runs/{run.id}")).text
    assert page.count("The provider did not answer.") == 3
    assert "4 of 4 · 100%" in page
    assert ">Retry</button>" in page
    assert "counted" in page
    assert "hx-sse:connect" not in page


async def test_run_page_lists_and_filters_items(anna_client, run_workspace):
    run = await run_workspace.run_to_end("x", items={"page 1": "", "page 2": "always", "page 3": ""})
    page = (await anna_client.get(f"/runs/{run.id}")).text
    assert listed(page) == ["page 1", "page 2", "page 3"]
    assert "Incomplete" in page
    assert "Retry failed items" in page
    assert listed((await anna_client.get(f"/runs/{run.id}?items=failed")).text) == ["page 2"]
    item = (await run_workspace.items(run))[1]
    page = (await anna_client.get(f"/runs/{item.id}")).text
    assert f'<a href="/runs/{run.id}">x</a>' in page


async def test_queued_run_is_cancelled_and_the_cancel_undone(anna_client, run_workspace):
    run = await run_workspace.enqueue("x")
    answer = await anna_client.post(f"/runs/{run.id}/cancel")
    assert answer.headers["Location"] == f"/runs/{run.id}"
    assert (await run_workspace.get(run)).status is Status.CANCELLED
    page = (await anna_client.get(f"/runs/{run.id}")).text
    assert "Cancelled." in page
    assert f'action="/runs/{run.id}/retry"' in page
    await anna_client.post(f"/runs/{run.id}/retry")
    assert (await run_workspace.get(run)).status is Status.QUEUED


async def test_single_failed_item_is_retried(anna_client, run_workspace):
    run = await run_workspace.run_to_end("x", items={"a": "always", "b": "always", "c": ""})
    first, second, _ = await run_workspace.items(run)
    answer = await anna_client.post(f"/runs/{first.id}/retry", at=str(run.id))
    assert answer.headers["Location"] == f"/runs/{run.id}"
    await run_workspace.run_all_due()
    assert [(await run_workspace.get(item)).epoch for item in (first, second)] == [2, 1]


async def test_whole_run_is_retried_with_all_items(anna_client, run_workspace):
    run = await run_workspace.run_to_end("x", items={"a": "always", "b": ""})
    first, second = await run_workspace.items(run)
    page = (await anna_client.get(f"/runs/{run.id}")).text
    assert "Retry everything" in page
    assert "Retry everything" not in (await anna_client.get(f"/runs/{first.id}")).text
    await anna_client.post(f"/runs/{run.id}/retry", whole="true")
    await run_workspace.run_all_due()
    assert [(await run_workspace.get(item)).epoch for item in (first, second)] == [2, 2]


async def test_conflicting_run_of_a_retry_is_linked(anna_client, run_workspace):
    failed = await run_workspace.run_to_end("x", fail="always")
    rival = await run_workspace.enqueue("x")
    answer = await anna_client.post(f"/runs/{failed.id}/retry")
    assert answer.status_code == 409
    assert "Another run of the same kind is already open" in answer.text
    assert f'href="/runs/{rival.id}">Open that run' in answer.text
    assert (await run_workspace.get(failed)).status is Status.FAILED


async def test_succeeded_run_cannot_be_retried(anna_client, run_workspace):
    run = await run_workspace.run_to_end("x")
    answer = await anna_client.post(f"/runs/{run.id}/retry")
    assert (answer.status_code, "nothing to retry" in answer.text) == (409, True)


@pytest.mark.parametrize("path", ["", "/stream"])
async def test_run_of_another_user_is_not_found(bob_client, run_workspace, path: str):
    run = await run_workspace.enqueue("x")
    assert (await bob_client.get(f"/runs/{run.id}{path}")).status_code == 404
    for verb in ("cancel", "retry"):
        assert (await bob_client.post(f"/runs/{run.id}/{verb}")).status_code == 404
    assert (await run_workspace.get(run)).status is Status.QUEUED
    assert "x" not in listed((await bob_client.get("/runs")).text)


async def test_run_page_charts_attempts_by_worker(anna_client, run_workspace, postgres):
    run = await run_workspace.enqueue("x", items={"page 1": "", "page 2": "always"})
    worker = Worker(postgres.app, KINDS, settings=RunsSettings(drain_seconds=2), name="atlas-7")
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
        while not (await run_workspace.get(run)).status.ended:  # noqa: ASYNC110 - the test has no subscription
            await asyncio.sleep(0.05)
    worker.drain()
    await working
    page = (await anna_client.get(f"/runs/{run.id}")).text
    assert page.count('<rect class="') == 4  # fan-out, two items, finish
    assert page.count('<span class="worker">atlas-7</span>') == 4
    assert {"items", "succeeded", "failed", "partial"} == set(re.findall(r'<rect class="(\w+)"', page))


async def test_operations_page_requires_an_admin(anna_client, bob_client, admin_user):
    assert (await bob_client.get("/operations")).status_code == 403
    assert 'href="/operations"' not in (await bob_client.get("/runs")).text
    assert 'href="/operations"' in (await anna_client.get("/runs")).text


async def test_operations_page_shows_workers_counts_durations_and_maintenance(
    anna_client, run_workspace, admin_user, admin_connection
):
    await run_workspace.run_to_end("x")
    await run_workspace.enqueue("y", ITEM_WORK)
    worker = UUID(int=77)
    await admin_connection.execute("DELETE FROM runs_workers")
    insert = (
        "INSERT INTO runs_workers (id, name, queues, running, draining, last_heartbeat_at) "
        "VALUES ($1, 'boreas', '{interactive}', 0, FALSE, now() - $2::interval)"
    )
    await admin_connection.execute(insert, worker, timedelta(minutes=5))
    page = (await anna_client.get("/operations")).text
    assert "No background worker is running" in page
    assert "Offline" in page
    await admin_connection.execute("UPDATE runs_workers SET last_heartbeat_at = now()")
    page = (await anna_client.get("/operations")).text
    assert ("Online" in page, "No background worker is running" in page) == (True, False)
    assert "ops<b>.work</b>" in page
    await admin_connection.execute("DELETE FROM runs_workers")
