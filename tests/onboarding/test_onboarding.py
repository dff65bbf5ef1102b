"""Test onboarding: from the form to the first brief."""

from dataclasses import replace
from datetime import date

import pytest

from daybreak import briefs, people

from ..web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named

ANSWERS = {"timezone": "America/New_York", "country": "US"}


async def test_welcome_page_asks_for_zone_country_and_sources(anna_client):
    page = (await anna_client.get("/welcome")).text
    assert "Europe/Berlin (08:30)" in page
    assert "data-guess-zone" in page
    for name in ("country", "files", "address", "sample"):
        assert f'name="{name}"' in page


async def test_first_brief_is_composed_after_all_sources_are_read(
    anna_client, upload_files, run_jobs, database, user
):
    answer = await upload_files(
        ("todo.txt", b"Call Berta due:2026-03-29\n"), to="/welcome", sample="true", **ANSWERS
    )
    waiting = await anna_client.get(answer.headers["location"])
    assert "start a background worker" in waiting.text
    await run_jobs()
    assert (await anna_client.get(answer.headers["location"])).headers["location"] == "/"
    brief = await briefs.read(database, user.id, date(2026, 3, 29))
    assert brief.timezone == "America/New_York"
    assert {"Northlight relaunch", None} <= {section.project for section in brief.sections}
    async with database.transaction([user.id]) as tx:
        assert (await people.get_user(tx, user.id)).country == "US"


async def test_first_brief_is_composed_without_sources(anna_client, upload_files, run_jobs, database, user):
    await upload_files(("", b""), to="/welcome", **ANSWERS)
    await run_jobs()
    assert await briefs.read(database, user.id, date(2026, 3, 29)) is not None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"timezone": "Mars/Base"}, "is not a time zone"),
        ({"country": "XX"}, "No country with the code"),
        ({"address": "http://10.0.0.1/x.ics"}, "private address"),
    ],
)
async def test_invalid_input_is_reported_on_the_same_page(upload_files, given, sentence: str):
    refused = await upload_files(("", b""), to="/welcome", **ANSWERS | given)
    assert (refused.status_code, sentence in refused.text) == (422, True)


async def test_onboarding_of_another_user_is_not_found(bob_client, upload_files):
    answer = await upload_files(("", b""), to="/welcome", **ANSWERS)
    assert (await bob_client.get(answer.headers["location"])).status_code == 404


def parts(**fields: str) -> list[tuple[str, tuple]]:
    """Return the parts of a form with a file."""
    file = ("files", ("plans/todo.txt", b"Call Berta due:2026-03-29\n", "text/plain"))
    return [file, *((name, (None, value)) for name, value in fields.items())]


async def test_program_onboards_like_the_page(anna_client, run_jobs, database, user):
    fields = parts(timezone="America/New_York", country="US", sample="true")
    response = await anna_client.client.post("/api/v1/onboarding", files=fields, headers=SAME_ORIGIN_HEADERS)
    assert (response.status_code, response.json()["status"]) == (202, "queued")
    await run_jobs()
    run = (await anna_client.get(response.headers["location"])).json()
    assert (run["status"], run["kind"]) == ("succeeded", "onboarding.run")
    names = {one["name"] for one in (await anna_client.get("/api/v1/agenda/sources")).json()["items"]}
    assert names == {"Sample", "plans"}
    assert (await briefs.read(database, user.id, date(2026, 3, 29))).timezone == "America/New_York"


async def test_repeated_onboarding_with_a_key_runs_once(anna_client):
    request = anna_client.client.build_request("POST", "/api/v1/onboarding", files=parts(timezone="UTC"))
    content, headers = (
        await request.aread(),
        {**request.headers, **SAME_ORIGIN_HEADERS, "Idempotency-Key": "1"},
    )
    answers = [
        await anna_client.client.post("/api/v1/onboarding", content=content, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"


async def test_repeated_onboarding_preserves_later_changes(anna_client, database, user):
    request = anna_client.client.build_request("POST", "/api/v1/onboarding", files=parts(timezone="UTC"))
    content, headers = (
        await request.aread(),
        {**request.headers, **SAME_ORIGIN_HEADERS, "Idempotency-Key": "1"},
    )
    await anna_client.client.post("/api/v1/onboarding", content=content, headers=headers)
    await people.update_user_with(database, user.id, lambda known: replace(known, timezone="Asia/Kolkata"))
    await anna_client.client.post("/api/v1/onboarding", content=content, headers=headers)
    assert (await people.find_by_email(database, user.email)).timezone == "Asia/Kolkata"


async def test_reused_key_is_rejected_before_any_fetch(anna_client):
    keyed = {**SAME_ORIGIN_HEADERS, "Idempotency-Key": "1"}
    await anna_client.client.post("/api/v1/onboarding", files=parts(timezone="UTC"), headers=keyed)
    other = parts(timezone="UTC", address="http://10.0.0.1/x.ics")
    refused = await anna_client.client.post("/api/v1/onboarding", files=other, headers=keyed)
    assert (refused.status_code, "used for another request" in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Timezone is required."),
        ({"timezone": "Mars/Base"}, "is not a time zone"),
        ({"timezone": "UTC", "country": "XX"}, "No country with the code"),
        ({"timezone": "UTC", "address": "http://10.0.0.1/x.ics"}, "private address"),
    ],
)
async def test_invalid_onboarding_is_rejected_and_starts_nothing(
    anna_client, database, user, fields, sentence: str
):
    refused = await anna_client.client.post(
        "/api/v1/onboarding", files=parts(**fields), headers=SAME_ORIGIN_HEADERS
    )
    assert (refused.status_code, sentence in refused.json()["detail"]) == (422, True)
    assert (await anna_client.get("/api/v1/agenda/sources")).json()["items"] == []
    assert (await anna_client.get("/api/v1/runs")).json()["items"] == []
    assert await people.find_by_email(database, user.email) == user
