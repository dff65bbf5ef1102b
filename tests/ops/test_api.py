from uuid import uuid4

import pytest

from daybreak.runs import Status

from .sample_kinds import OTHER, PART

RUNS = "/api/v1/runs"


async def keys(program, query: str = "") -> list[str]:
    return [run["key"] for run in (await program.get(f"{RUNS}{query}")).json()["items"]]


async def test_run_has_progress_and_result(program, desk):
    run = await desk.done("x", total=4)
    told = (await program.get(f"{RUNS}/{run.id}")).json()
    progress = {"current": 4, "total": 4, "done": 4, "failed": 0, "skipped": 0, "percentage": 100}
    assert told["progress"] == progress | {"phase": "counting", "eta": None}
    assert (told["status"], told["result"], told["kind"]) == ("succeeded", {"attempt": 1}, "ops.work")
    assert told["finished_at"].endswith("Z")


async def test_runs_are_filtered_by_status_kind_and_key(program, desk):
    await desk.done("first")
    await desk.done("second", fail="always")
    await desk.done("third", OTHER)
    await desk.start("fourth")
    assert await keys(program) == ["fourth", "third", "second", "first"]
    assert await keys(program, "?status=failed&status=queued") == ["fourth", "second"]
    assert await keys(program, "?kind=ops.other&kind=ops.part") == ["third"]
    assert await keys(program, "?about=SEC") == ["second"]
    page = (await program.get(f"{RUNS}?limit=3")).json()
    assert await keys(program, f"?limit=3&after={page['next']}") == ["first"]
    assert (await program.get(f"{RUNS}?status=nonsense")).status_code == 422


async def test_items_and_events_are_ordered(program, desk):
    run = await desk.done("x", items={"a": "", "b": "always", "c": ""})
    items = (await program.get(f"{RUNS}/{run.id}/items?limit=2")).json()
    rest = (await program.get(f"{RUNS}/{run.id}/items?limit=2&after={items['next']}")).json()
    assert [item["key"] for item in [*items["items"], *rest["items"]]] == ["a", "b", "c"]
    failed = (await program.get(f"{RUNS}/{run.id}/items?status=failed")).json()["items"]
    assert [(item["part_of"], item["errors"][0]["message"]) for item in failed] == [
        (str(run.id), "Page 4 holds <b>no</b> text.")
    ]
    events = (await program.get(f"{RUNS}/{run.id}/events?limit=2")).json()
    more = (await program.get(f"{RUNS}/{run.id}/events?after={events['next']}")).json()
    numbers = [event["number"] for event in [*events["items"], *more["items"]]]
    assert (numbers, more["next"]) == ([*range(1, len(numbers) + 1)], None)


async def test_stats_count_runs_by_kind_and_status(program, desk):
    await desk.done("a")
    last = await desk.done("b")
    await desk.done("c", fail="always")
    await desk.start("d", PART)
    told = (await program.get(f"{RUNS}/stats")).json()
    counts = {(one["kind"], one["status"]): one["runs"] for one in told["sums"]}
    assert counts == {("ops.work", "succeeded"): 2, ("ops.work", "failed"): 1, ("ops.part", "queued"): 1}
    assert (told["runs"], told["is_complete"]) == (4, True)
    done = next(one for one in told["sums"] if one["status"] == "succeeded")
    assert 0 < done["mean_run_seconds"] < 10
    assert done["oldest"] < done["newest"] == last.created_at.isoformat().replace("+00:00", "Z")


async def test_cancel_is_accepted_and_ignores_ended_runs(program, desk):
    ended, waiting = await desk.done("y"), await desk.start("x")
    answer = await program.post(f"{RUNS}/{waiting.id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert answer.headers["Location"] == f"{RUNS}/{waiting.id}"
    assert (await program.post(f"{RUNS}/{ended.id}/cancel")).json()["status"] == "succeeded"


async def test_repeated_retry_with_a_key_runs_once(program, desk):
    run = await desk.done("x", fail="always")
    key = {"Idempotency-Key": uuid4().hex}
    answers = [await program.post(f"{RUNS}/{run.id}/retry", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert (await desk.get(run)).epoch == 2


async def test_whole_run_is_retried_by_a_program(program, desk):
    run = await desk.done("x", items={"a": "always", "b": ""})
    items = await desk.items(run)
    answer = await program.post(f"{RUNS}/{run.id}/retry", params={"whole": True})
    assert (answer.status_code, answer.json()["status"], answer.json()["epoch"]) == (202, "queued", 2)
    await desk.drain()
    assert [(await desk.get(item)).epoch for item in items] == [2, 2]
    assert (await program.post(f"{RUNS}/{items[0].id}/retry", params={"whole": True})).status_code == 409


async def test_retry_names_the_conflicting_run(program, desk):
    failed = await desk.done("x", fail="always")
    rival = await desk.start("x")
    answer = await program.post(f"{RUNS}/{failed.id}/retry")
    assert (answer.status_code, answer.json()["run"]) == (409, str(rival.id))
    assert (await desk.get(rival)).status is Status.QUEUED


async def test_open_run_cannot_be_retried(program, desk):
    run = await desk.start("x")
    answer = await program.post(f"{RUNS}/{run.id}/retry")
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")


@pytest.mark.parametrize("path", ["", "/items", "/events", "/stream"])
async def test_run_of_another_user_is_not_found_by_programs(bobs, desk, path: str):
    run = await desk.start("x")
    assert (await bobs.get(f"{RUNS}/{run.id}{path}")).status_code == 404
    for verb in ("cancel", "retry"):
        assert (await bobs.post(f"{RUNS}/{run.id}/{verb}")).status_code == 404
    assert (await bobs.get(RUNS)).json()["items"] == []


async def test_operations_api_requires_an_admin(program, desk, as_admin, user):
    assert (await program.get("/api/v1/operations")).status_code == 403
    await as_admin.execute("INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin')", user.id)
    await desk.done("x")
    told = (await program.get("/api/v1/operations")).json()
    counts = {(one["kind"], one["status"]): one["runs"] for one in told["counts"]}
    assert counts["ops.work", "succeeded"] >= 1
    assert any(one["kind"] == "ops.work" and one["run"]["p50"] > 0 for one in told["times"])


@pytest.mark.parametrize("query", ["kind=x%00", "kind=x&kind=%00", "about=%00"])
async def test_impossible_kinds_and_keys_are_rejected(program, query: str):
    assert (await program.get(f"/api/v1/runs?{query}")).status_code == 422
