"""Test the API of briefs."""

from datetime import timedelta

import pytest

from daybreak import briefs, clock, runs
from daybreak.runs import Status, testing

from ..conftest import PlanFolder  # noqa: TID252 - tests are no package that could be named
from .sample_agenda import MARKET, SEEDS, SUNDAY, WATER

BRIEFS = "/api/v1/briefs"


@pytest.fixture
def program(anna_client):
    """Return a function that calls the API with Anna's session."""

    async def ask(method: str, path: str, json=None, **headers):
        return await anna_client.client.request(
            method, path, json=json, headers={**anna_client.same_origin_headers, **headers}
        )

    return ask


async def compose(plans: PlanFolder, day=SUNDAY) -> None:
    await plans.replace_items(WATER, SEEDS, MARKET)
    await briefs.compose(plans.database, plans.user.id, day)


async def test_a_brief_can_be_requested_and_read(program, plans):
    await plans.replace_items(WATER)
    assert (await program("GET", f"{BRIEFS}/{SUNDAY}")).status_code == 404
    ordered = await program("POST", BRIEFS, {"date": "2026-03-29"})
    run_id = ordered.json()["run"]
    assert (ordered.status_code, ordered.headers["location"]) == (202, f"/api/v1/runs/{run_id}")
    async with plans.database.transaction([plans.user.id]) as tx:
        run = (await runs.list_runs(tx, plans.user.id))[0]
    assert (await testing.run_inline(plans.database, [briefs.COMPOSE], run)).status is Status.SUCCEEDED
    read = await program("GET", f"{BRIEFS}/{SUNDAY}")
    assert read.json()["document"]["counts"]["due_today"] == 1
    again = await program("GET", f"{BRIEFS}/{SUNDAY}", **{"If-None-Match": read.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("regenerate", "status"), [("none", 200), ("changed", 200), ("all", 202)])
async def test_an_existing_brief_is_returned_unless_it_is_composed_again(
    program, plans, regenerate: str, status: int
):
    await compose(plans)
    answer = await program("POST", BRIEFS, {"date": "2026-03-29", "regenerate": regenerate})
    assert answer.status_code == status
    assert (answer.json()["document"]["date"] if status == 200 else answer.json()["date"]) == "2026-03-29"


async def test_changed_composes_again_only_if_facts_have_changed(program, plans):
    await compose(plans)
    order = {"date": "2026-03-29", "regenerate": "changed"}
    assert (await program("POST", BRIEFS, order)).status_code == 200
    await plans.replace_items(WATER, MARKET)
    assert (await program("POST", BRIEFS, order)).status_code == 202
    await testing.run_all_due(plans.database, [briefs.COMPOSE], plans.user.id)
    stands = await program("POST", BRIEFS, order)
    assert (stands.status_code, stands.json()["document"]["counts"]["overdue"]) == (200, 0)


async def test_reading_a_source_again_without_changes_changes_no_fact(program, plans, monkeypatch):
    await compose(plans)
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    await plans.replace_items(WATER, SEEDS, MARKET)
    order = {"date": "2026-03-29", "regenerate": "changed"}
    assert (await program("POST", BRIEFS, order)).status_code == 200


async def test_a_weekly_brief_can_be_requested_and_read(program, plans):
    await compose(plans)
    ordered = await program("POST", BRIEFS, {"date": "2026-03-29", "edition": "weekly"})
    assert (ordered.status_code, ordered.json()["edition"]) == (202, "weekly")
    await testing.run_all_due(plans.database, [briefs.COMPOSE], plans.user.id)
    read = await program("GET", f"{BRIEFS}/{SUNDAY}?edition=weekly")
    document = read.json()["document"]
    assert (document["edition"], document["week"]["starts"]) == ("weekly", "2026-03-22")
    listed = (await program("GET", BRIEFS)).json()["items"]
    assert [one["edition"] for one in listed] == ["weekly", "standard"]
    stranger = await program("POST", BRIEFS, {"date": "2026-03-29", "edition": "reengagement"})
    assert stranger.status_code == 422


async def test_a_repeated_idempotency_key_returns_the_first_response(program, plans):
    order = {"date": "2026-03-29", "regenerate": "all"}
    first = await program("POST", BRIEFS, order, **{"Idempotency-Key": "monday"})
    await testing.run_all_due(plans.database, [briefs.COMPOSE], plans.user.id)
    second = await program("POST", BRIEFS, order, **{"Idempotency-Key": "monday"})
    assert (second.status_code, second.json()) == (202, first.json())
    assert (await program("POST", BRIEFS, order)).json()["run"] != first.json()["run"]


@pytest.mark.parametrize(
    "order",
    [{}, {"date": "soon"}, {"date": 5}, {"date": "2026-03-29", "regenerate": "some"}, {"date": "2031-01-01"}],
)
async def test_an_invalid_request_is_rejected_with_a_problem(program, plans, order):
    answer = await program("POST", BRIEFS, order)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_the_list_can_be_paged_and_searched(program, plans):
    for number in range(3):
        await compose(plans, SUNDAY - timedelta(days=number))
    first = (await program("GET", f"{BRIEFS}?limit=2")).json()
    second = (await program("GET", f"{BRIEFS}?limit=2&after={first['next']}")).json()
    dates = [one["date"] for one in [*first["items"], *second["items"]]]
    assert (dates, second["next"]) == (["2026-03-29", "2026-03-28", "2026-03-27"], None)
    found = (await program("GET", f"{BRIEFS}?q=seeds&limit=1")).json()
    assert any("Order seeds was due" in line for line in found["items"][0]["lines"])
    assert (await program("GET", f"{BRIEFS}?after=nonsense")).status_code == 422


async def test_feedback_is_recorded_and_removed_by_sentence(program, plans):
    await compose(plans)
    document = (await program("GET", f"{BRIEFS}/{SUNDAY}")).json()["document"]
    claim = document["next_actions"][0]
    sentence = {"text": claim["text"], "facts": claim["facts"]}
    given = await program("PUT", f"{BRIEFS}/{SUNDAY}/feedback", sentence | {"opinion": "useful"})
    assert given.json()["feedback"] == [sentence | {"opinion": "useful"}]
    taken = await program("PUT", f"{BRIEFS}/{SUNDAY}/feedback", sentence | {"opinion": None})
    assert taken.json()["feedback"] == []
    unknown = await program(
        "PUT", f"{BRIEFS}/{SUNDAY}/feedback", {"text": "No", "facts": [], "opinion": "wrong"}
    )
    assert unknown.status_code == 404


async def test_the_document_names_every_open_task_in_words_that_take_feedback(program, plans):
    await compose(plans)
    document = (await program("GET", f"{BRIEFS}/{SUNDAY}")).json()["document"]
    views = [view for section in document["sections"] for view in section["buckets"]]
    entries = {view["bucket"]: view["entries"][0] for view in views}
    assert entries["due_today"]["text"] == "“Water the plants” is due today"
    assert entries["overdue"]["text"].startswith("“Order seeds” was due on Friday 27 March")
    sentence = {name: entries["overdue"][name] for name in ("text", "facts")}
    given = await program("PUT", f"{BRIEFS}/{SUNDAY}/feedback", sentence | {"opinion": "wrong"})
    assert given.json()["feedback"] == [sentence | {"opinion": "wrong"}]


async def test_briefs_of_other_users_are_not_found(bob_client, plans):
    await compose(plans)
    assert (await bob_client.get(f"{BRIEFS}/{SUNDAY}")).status_code == 404
    assert (await bob_client.get(BRIEFS)).json()["items"] == []
    assert (await bob_client.get(f"{BRIEFS}?q=seeds")).json()["items"] == []
