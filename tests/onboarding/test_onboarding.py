"""The first visit: from nothing to the first brief with one form."""

from dataclasses import replace
from datetime import date

import pytest

from daybreak import briefs, people

from ..web.browser_client import FROM_OUR_PAGE  # noqa: TID252 - tests are no package that could be named

ANSWERS = {"timezone": "America/New_York", "country": "US"}


async def test_welcome_page_asks_for_zone_country_and_sources(annas):
    page = (await annas.get("/welcome")).text
    assert "Europe/Berlin (08:30)" in page
    assert "data-guess-zone" in page
    for name in ("country", "files", "address", "sample"):
        assert f'name="{name}"' in page


async def test_first_brief_is_composed_after_all_sources_are_read(annas, send, work, database, user):
    answer = await send(("todo.txt", b"Call Berta due:2026-03-29\n"), to="/welcome", sample="true", **ANSWERS)
    waiting = await annas.get(answer.headers["location"])
    assert "start a background worker" in waiting.text
    await work()
    assert (await annas.get(answer.headers["location"])).headers["location"] == "/"
    brief = await briefs.read(database, user.id, date(2026, 3, 29))
    assert brief.timezone == "America/New_York"
    assert {"Northlight relaunch", None} <= {section.project for section in brief.sections}
    async with database.transaction([user.id]) as tx:
        assert (await people.get(tx, user.id)).country == "US"


async def test_first_brief_is_composed_without_sources(annas, send, work, database, user):
    await send(("", b""), to="/welcome", **ANSWERS)
    await work()
    assert await briefs.read(database, user.id, date(2026, 3, 29)) is not None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"timezone": "Mars/Base"}, "is not a time zone"),
        ({"country": "XX"}, "No country with the code"),
        ({"address": "http://10.0.0.1/x.ics"}, "private address"),
    ],
)
async def test_invalid_input_is_reported_on_the_same_page(send, given, sentence: str):
    refused = await send(("", b""), to="/welcome", **ANSWERS | given)
    assert (refused.status_code, sentence in refused.text) == (422, True)


async def test_onboarding_of_another_user_is_not_found(bobs, send):
    answer = await send(("", b""), to="/welcome", **ANSWERS)
    assert (await bobs.get(answer.headers["location"])).status_code == 404


def parts(**said: str) -> list[tuple[str, tuple]]:
    """A form with a file, as a program sends it."""
    file = ("files", ("plans/todo.txt", b"Call Berta due:2026-03-29\n", "text/plain"))
    return [file, *((name, (None, value)) for name, value in said.items())]


async def test_program_onboards_like_the_page(annas, work, database, user):
    said = parts(timezone="America/New_York", country="US", sample="true")
    begun = await annas.client.post("/api/v1/welcome", files=said, headers=FROM_OUR_PAGE)
    assert (begun.status_code, begun.json()["status"]) == (202, "queued")
    await work()
    run = (await annas.get(begun.headers["location"])).json()
    assert (run["status"], run["kind"]) == ("succeeded", "welcome.begin")
    names = {one["name"] for one in (await annas.get("/api/v1/agenda/sources")).json()["items"]}
    assert names == {"Sample", "plans"}
    assert (await briefs.read(database, user.id, date(2026, 3, 29))).timezone == "America/New_York"


async def test_repeated_onboarding_with_a_key_runs_once(annas):
    request = annas.client.build_request("POST", "/api/v1/welcome", files=parts(timezone="UTC"))
    content, headers = await request.aread(), {**request.headers, **FROM_OUR_PAGE, "Idempotency-Key": "1"}
    answers = [await annas.client.post("/api/v1/welcome", content=content, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"


async def test_repeated_onboarding_preserves_later_changes(annas, database, user):
    request = annas.client.build_request("POST", "/api/v1/welcome", files=parts(timezone="UTC"))
    content, headers = await request.aread(), {**request.headers, **FROM_OUR_PAGE, "Idempotency-Key": "1"}
    await annas.client.post("/api/v1/welcome", content=content, headers=headers)
    await people.change(database, user.id, lambda known: replace(known, timezone="Asia/Kolkata"))
    await annas.client.post("/api/v1/welcome", content=content, headers=headers)
    assert (await people.find(database, user.email)).timezone == "Asia/Kolkata"


async def test_reused_key_is_rejected_before_any_fetch(annas):
    keyed = {**FROM_OUR_PAGE, "Idempotency-Key": "1"}
    await annas.client.post("/api/v1/welcome", files=parts(timezone="UTC"), headers=keyed)
    other = parts(timezone="UTC", address="http://10.0.0.1/x.ics")
    refused = await annas.client.post("/api/v1/welcome", files=other, headers=keyed)
    assert (refused.status_code, "used for another request" in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Timezone is required."),
        ({"timezone": "Mars/Base"}, "is not a time zone"),
        ({"timezone": "UTC", "country": "XX"}, "No country with the code"),
        ({"timezone": "UTC", "address": "http://10.0.0.1/x.ics"}, "private address"),
    ],
)
async def test_invalid_onboarding_is_rejected_and_starts_nothing(annas, database, user, said, sentence: str):
    refused = await annas.client.post("/api/v1/welcome", files=parts(**said), headers=FROM_OUR_PAGE)
    assert (refused.status_code, sentence in refused.json()["detail"]) == (422, True)
    assert (await annas.get("/api/v1/agenda/sources")).json()["items"] == []
    assert (await annas.get("/api/v1/runs")).json()["items"] == []
    assert await people.find(database, user.email) == user
