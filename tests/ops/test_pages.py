import asyncio
import re
from datetime import timedelta
from uuid import UUID

import pytest

from daybreak.runs import RunsSettings, Status, Worker

from .sample_kinds import KINDS, OTHER, PART


def listed(html: str) -> list[str]:
    return re.findall(r'<div class="what"><a href="/runs/[^"]+">([^<]*)</a>', html)


async def test_runs_are_listed_newest_first_with_their_status(annas, desk):
    await desk.done("first")
    await desk.done("second", fail="always")
    await desk.start("third")
    page = (await annas.get("/runs")).text
    assert listed(page) == ["third", "second", "first"]
    assert re.findall(r'<span class="state \w+">([^<]+)', page) == ["Queued", "Failed", "Done"]
    assert "Page 4 holds &lt;b&gt;no&lt;/b&gt; text." in page


async def test_address_contains_the_filter(annas, desk):
    await desk.done("first")
    await desk.done("second", fail="always")
    await desk.done("the third", OTHER)
    assert listed((await annas.get("/runs?status=failed")).text) == ["second"]
    assert listed((await annas.get("/runs?kind=ops.other")).text) == ["the third"]
    assert listed((await annas.get("/runs?q=ir")).text) == ["the third", "first"]
    assert listed((await annas.get("/runs?q=THIRD&kind=ops.other&status=done")).text) == ["the third"]
    run = await desk.start("by id")
    assert listed((await annas.get(f"/runs?q={str(run.id)[:8]}")).text) == ["by id"]
    page = (await annas.get("/runs?q=100%25&status=nonsense")).text
    assert "No matching runs." in page
    assert 'value="100%"' in page


async def test_older_runs_are_on_the_next_page(annas, desk):
    for number in range(53):
        await desk.start(f"{number}")
    first = (await annas.get("/runs?kind=ops.work")).text
    link = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert "kind=ops.work" in link
    second = (await annas.get(link)).text
    assert [*listed(first), *listed(second)] == [str(number) for number in reversed(range(53))]
    assert 'rel="next"' not in second
    assert "hx-sse:connect" not in second


async def test_empty_list_explains_when_runs_appear(annas):
    assert "No runs yet." in (await annas.get("/runs")).text


async def test_run_page_shows_progress_errors_and_result(annas, desk):
    run = await desk.done("x", total=4, fail="passing")
    page = (await annas.get(f"/runs/{run.id}")).text
    assert page.count("The provider did not answer.") == 3
    assert "4 of 4 · 100 %" in page
    assert ">Retry</button>" in page
    assert "counted" in page
    assert "hx-sse:connect" not in page


async def test_run_page_lists_and_filters_items(annas, desk):
    run = await desk.done("x", items={"page 1": "", "page 2": "always", "page 3": ""})
    page = (await annas.get(f"/runs/{run.id}")).text
    assert listed(page) == ["page 1", "page 2", "page 3"]
    assert "Incomplete" in page
    assert "Retry failed tasks" in page
    assert listed((await annas.get(f"/runs/{run.id}?items=failed")).text) == ["page 2"]
    item = (await desk.items(run))[1]
    page = (await annas.get(f"/runs/{item.id}")).text
    assert f'<a href="/runs/{run.id}">x</a>' in page


async def test_queued_run_is_cancelled_and_the_cancel_undone(annas, desk):
    run = await desk.start("x")
    answer = await annas.post(f"/runs/{run.id}/cancel")
    assert answer.headers["Location"] == f"/runs/{run.id}"
    assert (await desk.get(run)).status is Status.CANCELLED
    page = (await annas.get(f"/runs/{run.id}")).text
    assert "Cancelled." in page
    assert f'action="/runs/{run.id}/retry"' in page
    await annas.post(f"/runs/{run.id}/retry")
    assert (await desk.get(run)).status is Status.QUEUED


async def test_single_failed_item_is_retried(annas, desk):
    run = await desk.done("x", items={"a": "always", "b": "always", "c": ""})
    first, second, _ = await desk.items(run)
    answer = await annas.post(f"/runs/{first.id}/retry", at=str(run.id))
    assert answer.headers["Location"] == f"/runs/{run.id}"
    await desk.drain()
    assert [(await desk.get(item)).epoch for item in (first, second)] == [2, 1]


async def test_whole_run_is_retried_with_all_items(annas, desk):
    run = await desk.done("x", items={"a": "always", "b": ""})
    first, second = await desk.items(run)
    page = (await annas.get(f"/runs/{run.id}")).text
    assert "Retry everything" in page
    assert "Retry everything" not in (await annas.get(f"/runs/{first.id}")).text
    await annas.post(f"/runs/{run.id}/retry", whole="true")
    await desk.drain()
    assert [(await desk.get(item)).epoch for item in (first, second)] == [2, 2]


async def test_conflicting_run_of_a_retry_is_linked(annas, desk):
    failed = await desk.done("x", fail="always")
    rival = await desk.start("x")
    answer = await annas.post(f"/runs/{failed.id}/retry")
    assert answer.status_code == 409
    assert "Another run of the same kind is already open" in answer.text
    assert f'href="/runs/{rival.id}">Open that run' in answer.text
    assert (await desk.get(failed)).status is Status.FAILED


async def test_succeeded_run_cannot_be_retried(annas, desk):
    run = await desk.done("x")
    answer = await annas.post(f"/runs/{run.id}/retry")
    assert (answer.status_code, "nothing to retry" in answer.text) == (409, True)


@pytest.mark.parametrize("path", ["", "/news"])
async def test_run_of_another_user_is_not_found(bobs, desk, path: str):
    run = await desk.start("x")
    assert (await bobs.get(f"/runs/{run.id}{path}")).status_code == 404
    for verb in ("cancel", "retry"):
        assert (await bobs.post(f"/runs/{run.id}/{verb}")).status_code == 404
    assert (await desk.get(run)).status is Status.QUEUED
    assert "x" not in listed((await bobs.get("/runs")).text)


async def test_run_page_charts_attempts_by_worker(annas, desk, postgres):
    run = await desk.start("x", items={"page 1": "", "page 2": "always"})
    worker = Worker(postgres.app, KINDS, settings=RunsSettings(drain=2), name="atlas-7")
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
        while not (await desk.get(run)).status.ended:  # noqa: ASYNC110 - the test has no subscription
            await asyncio.sleep(0.05)
    worker.drain()
    await working
    page = (await annas.get(f"/runs/{run.id}")).text
    assert page.count('<rect class="') == 4  # fan-out, two items, finish
    assert page.count('<span class="worker">atlas-7</span>') == 4
    assert {"items", "succeeded", "failed", "partial"} == set(re.findall(r'<rect class="(\w+)"', page))


async def test_operations_page_requires_an_admin(annas, bobs, as_operator):
    assert (await bobs.get("/operations")).status_code == 403
    assert 'href="/operations"' not in (await bobs.get("/runs")).text
    assert 'href="/operations"' in (await annas.get("/runs")).text


async def test_operations_page_shows_workers_counts_durations_and_maintenance(
    annas, desk, as_operator, as_admin
):
    await desk.done("x")
    await desk.start("y", PART)
    worker = UUID(int=77)
    await as_admin.execute("DELETE FROM runs_workers")
    insert = (
        "INSERT INTO runs_workers (id, name, lanes, running, draining, seen_at) "
        "VALUES ($1, 'boreas', '{people}', 0, FALSE, now() - $2::interval)"
    )
    await as_admin.execute(insert, worker, timedelta(minutes=5))
    page = (await annas.get("/operations")).text
    assert "No background worker is running" in page
    assert "Offline" in page
    await as_admin.execute("UPDATE runs_workers SET seen_at = now()")
    page = (await annas.get("/operations")).text
    assert ("Online" in page, "No background worker is running" in page) == (True, False)
    assert "ops<b>.work</b>" in page
    await as_admin.execute("DELETE FROM runs_workers")
