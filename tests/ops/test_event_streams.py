"""Streams over a real connection: what was committed arrives, once, in order, and goes on after a break."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx2
import pytest

from daybreak.runs import Status


@pytest.fixture
async def listener(server_url, api_client):
    headers = {"Authorization": api_client.headers["Authorization"], "Accept": "text/event-stream"}
    async with httpx2.AsyncClient(base_url=server_url, headers=headers, timeout=60) as client:
        yield client


@asynccontextmanager
async def stream(listener, path: str, after: str = ""):
    """The events of a stream, as they come."""
    headers = {"Last-Event-ID": after} if after else {}
    async with listener.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200
        lines = response.aiter_lines()
        while not (await anext(lines)).startswith("retry"):
            pass
        yield _events(lines)


async def _events(lines):
    event: dict[str, str] = {}
    async for line in lines:
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = f"{event[name]}\n{value}" if name in event else value


async def collect(events, until: str) -> list[dict[str, str]]:
    found = []
    async with asyncio.timeout(60):
        async for event in events:
            found.append(event)
            if event.get("event") == until:
                return found
    return found


async def test_stream_follows_a_run_to_its_end(listener, run_workspace):
    run = await run_workspace.enqueue("x", total=3)
    async with stream(listener, f"/api/v1/runs/{run.id}/stream") as events:
        await run_workspace.run_all_due()
        found = await collect(events, "ended")
    assert [one["event"] for one in found] == ["running", *["counted"] * 3, "succeeded", "ended"]
    assert [one["id"] for one in found[:-1]] == ["1", "2", "3", "4", "5"]
    assert json.loads(found[2]["data"])["data"] == {"number": 2}


async def test_run_stream_resumes_after_the_last_event(listener, run_workspace):
    run = await run_workspace.run_to_end("x", total=3)
    async with stream(listener, f"/api/v1/runs/{run.id}/stream", after="3") as events:
        found = await collect(events, "ended")
    assert [one["id"] for one in found] == ["4", "5", "5"]


async def test_event_stream_has_all_own_runs_and_no_others(listener, run_workspace, database, other_user):
    await run_workspace.run_to_end("before")
    async with stream(listener, "/api/v1/events") as events:
        others = type(run_workspace)(database, other_user)
        await others.run_to_end("not mine")
        first, second = await run_workspace.enqueue("a"), await run_workspace.enqueue("b", items={"page": ""})
        await run_workspace.run_all_due()
        await run_workspace.run_to_end("z", fail="always")
        found = await collect(events, "failed")
    sent = [json.loads(one["data"]) for one in found]
    mine = {one["run"] for one in sent}
    assert {str(first.id), str(second.id)} < mine
    assert len(mine) == 4  # an item is one too
    assert len({(one["run"], one["number"]) for one in sent}) == len(sent)


async def test_event_stream_resumes_with_missed_events(listener, run_workspace):
    async with stream(listener, "/api/v1/events") as events:
        await run_workspace.run_to_end("a", fail="always")
        last = (await collect(events, "failed"))[-1]["id"]
    missed = await run_workspace.run_to_end("b", fail="always")
    async with stream(listener, "/api/v1/events", after=last) as events:
        found = await collect(events, "failed")
        while json.loads(found[-1]["data"])["run"] != str(missed.id):
            found += await collect(events, "failed")
    assert {json.loads(one["data"])["number"] for one in found if str(missed.id) in one["data"]} == {1, 2}


async def test_run_page_is_rendered_again_until_the_run_ends(listener, run_workspace, anna_client):
    run = await run_workspace.enqueue("x", total=2)
    listener.cookies = anna_client.client.cookies
    del listener.headers["Authorization"]
    name = f"daybreak-{listener.base_url.port}"
    listener.cookies.set(name, anna_client.session_secret, domain="127.0.0.1")
    async with stream(listener, f"/runs/{run.id}/stream") as events:
        first = await anext(events)
        assert "Waiting for a worker" in first["data"]
        await run_workspace.run_all_due()
        rest = await collect(events, "end")
    assert (await run_workspace.get(run)).status is Status.SUCCEEDED
    assert any("Done" in one["data"] for one in rest)


@pytest.mark.parametrize("after", ["nonsense", "2026-03-29", "-1"])
async def test_invalid_stream_position_is_rejected(listener, run_workspace, after: str):
    run = await run_workspace.enqueue("x")
    for path in ("/api/v1/events", f"/api/v1/runs/{run.id}/stream"):
        response = await listener.get(path, headers={"Last-Event-ID": after})
        assert response.status_code == 422
