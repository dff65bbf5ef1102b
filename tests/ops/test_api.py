from uuid import uuid4

import pytest

from daybreak.runs import Status

from .sample_kinds import ITEM_WORK, OTHER_WORK

RUNS = "/api/v1/runs"


async def keys(api_client, query: str = "") -> list[str]:
    return [run["key"] for run in (await api_client.get(f"{RUNS}{query}")).json()["items"]]


async def test_run_has_progress_and_result(api_client, run_workspace):
    run = await run_workspace.run_to_end("x", total=4)
    body = (await api_client.get(f"{RUNS}/{run.id}")).json()
    progress = {"current": 4, "total": 4, "done": 4, "failed": 0, "skipped": 0, "percentage": 100}
    assert body["progress"] == progress | {"phase": "counting", "eta": None}
    assert (body["status"], body["result"], body["kind"]) == ("succeeded", {"attempt": 1}, "ops.work")
    assert body["finished_at"].endswith("Z")


async def test_runs_are_filtered_by_status_kind_and_key(api_client, run_workspace):
    await run_workspace.run_to_end("first")
    await run_workspace.run_to_end("second", fail="always")
    await run_workspace.run_to_end("third", OTHER_WORK)
    await run_workspace.enqueue("fourth")
    assert await keys(api_client) == ["fourth", "third", "second", "first"]
    assert await keys(api_client, "?status=failed&status=queued") == ["fourth", "second"]
    assert await keys(api_client, "?kind=ops.other&kind=ops.part") == ["third"]
    assert await keys(api_client, "?about=SEC") == ["second"]
    page = (await api_client.get(f"{RUNS}?limit=3")).json()
    assert await keys(api_client, f"?limit=3&after={page['next']}") == ["first"]
    assert (await api_client.get(f"{RUNS}?status=nonsense")).status_code == 422


async def test_items_and_events_are_ordered(api_client, run_workspace):
    run = await run_workspace.run_to_end("x", items={"a": "", "b": "always", "c": ""})
    items = (await api_client.get(f"{RUNS}/{run.id}/items?limit=2")).json()
    rest = (await api_client.get(f"{RUNS}/{run.id}/items?limit=2&after={items['next']}")).json()
    assert [item["key"] for item in [*items["items"], *rest["items"]]] == ["a", "b", "c"]
    failed = (await api_client.get(f"{RUNS}/{run.id}/items?status=failed")).json()["items"]
    assert [(item["parent_id"], item["errors"][0]["message"]) for item in failed] == [
        (str(run.id), "Page 4 holds <b>no</b> text.")
    ]
    events = (await api_client.get(f"{RUNS}/{run.id}/events?limit=2")).json()
    more = (await api_client.get(f"{RUNS}/{run.id}/events?after={events['next']}")).json()
    numbers = [event["number"] for event in [*events["items"], *more["items"]]]
    assert (numbers, more["next"]) == ([*range(1, len(numbers) + 1)], None)


async def test_stats_count_runs_by_kind_and_status(api_client, run_workspace):
    await run_workspace.run_to_end("a")
    last = await run_workspace.run_to_end("b")
    await run_workspace.run_to_end("c", fail="always")
    await run_workspace.enqueue("d", ITEM_WORK)
    body = (await api_client.get(f"{RUNS}/stats")).json()
    counts = {(one["kind"], one["status"]): one["runs"] for one in body["by_kind"]}
    assert counts == {("ops.work", "succeeded"): 2, ("ops.work", "failed"): 1, ("ops.part", "queued"): 1}
    assert (body["runs"], body["is_complete"]) == (4, True)
    done = next(one for one in body["by_kind"] if one["status"] == "succeeded")
    assert 0 < done["mean_run_seconds"] < 10
    assert done["oldest"] < done["newest"] == last.created_at.isoformat().replace("+00:00", "Z")


async def test_cancel_is_accepted_and_ignores_ended_runs(api_client, run_workspace):
    ended, waiting = await run_workspace.run_to_end("y"), await run_workspace.enqueue("x")
    response = await api_client.post(f"{RUNS}/{waiting.id}/cancel")
    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert response.headers["Location"] == f"{RUNS}/{waiting.id}"
    assert (await api_client.post(f"{RUNS}/{ended.id}/cancel")).json()["status"] == "succeeded"


async def test_repeated_retry_with_a_key_runs_once(api_client, run_workspace):
    run = await run_workspace.run_to_end("x", fail="always")
    key = {"Idempotency-Key": uuid4().hex}
    responses = [await api_client.post(f"{RUNS}/{run.id}/retry", headers=key) for _ in range(2)]
    assert [response.status_code for response in responses] == [202, 202]
    assert responses[0].content == responses[1].content
    assert (await run_workspace.get(run)).epoch == 2


async def test_whole_run_is_retried_by_a_program(api_client, run_workspace):
    run = await run_workspace.run_to_end("x", items={"a": "always", "b": ""})
    items = await run_workspace.items(run)
    response = await api_client.post(f"{RUNS}/{run.id}/retry", params={"whole": True})
    assert (response.status_code, response.json()["status"], response.json()["epoch"]) == (202, "queued", 2)
    await run_workspace.run_all_due()
    assert [(await run_workspace.get(item)).epoch for item in items] == [2, 2]
    assert (await api_client.post(f"{RUNS}/{items[0].id}/retry", params={"whole": True})).status_code == 409


async def test_retry_names_the_conflicting_run(api_client, run_workspace):
    failed = await run_workspace.run_to_end("x", fail="always")
    rival = await run_workspace.enqueue("x")
    response = await api_client.post(f"{RUNS}/{failed.id}/retry")
    assert (response.status_code, response.json()["run"]) == (409, str(rival.id))
    assert (await run_workspace.get(rival)).status is Status.QUEUED


async def test_open_run_cannot_be_retried(api_client, run_workspace):
    run = await run_workspace.enqueue("x")
    response = await api_client.post(f"{RUNS}/{run.id}/retry")
    assert (response.status_code, response.json()["title"]) == (409, "Conflict")


@pytest.mark.parametrize("path", ["", "/items", "/events", "/stream"])
async def test_run_of_another_user_is_not_found_by_programs(bob_client, run_workspace, path: str):
    run = await run_workspace.enqueue("x")
    assert (await bob_client.get(f"{RUNS}/{run.id}{path}")).status_code == 404
    for verb in ("cancel", "retry"):
        assert (await bob_client.post(f"{RUNS}/{run.id}/{verb}")).status_code == 404
    assert (await bob_client.get(RUNS)).json()["items"] == []


async def test_operations_api_requires_an_admin(api_client, run_workspace, admin_connection, user):
    assert (await api_client.get("/api/v1/operations")).status_code == 403
    await admin_connection.execute(
        "INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin')", user.id
    )
    await run_workspace.run_to_end("x")
    body = (await api_client.get("/api/v1/operations")).json()
    counts = {(one["kind"], one["status"]): one["runs"] for one in body["counts"]}
    assert counts["ops.work", "succeeded"] >= 1
    assert any(one["kind"] == "ops.work" and one["run"]["p50"] > 0 for one in body["durations"])


@pytest.mark.parametrize("query", ["kind=x%00", "kind=x&kind=%00", "about=%00"])
async def test_impossible_kinds_and_keys_are_rejected(api_client, query: str):
    assert (await api_client.get(f"/api/v1/runs?{query}")).status_code == 422
