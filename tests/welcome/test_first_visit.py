"""The first visit: from nothing to the first brief with one form."""

from datetime import date

import pytest

from daybreak import briefs, people

ANSWERS = {"timezone": "America/New_York", "country": "US"}


async def test_the_page_asks_for_zone_country_and_sources_and_offers_the_sample(annas):
    page = (await annas.get("/welcome")).text
    assert "Europe/Berlin (08:30)" in page
    assert "data-guess-zone" in page
    for name in ("country", "files", "address", "sample"):
        assert f'name="{name}"' in page


async def test_the_first_brief_is_written_once_everything_is_read(annas, send, work, database, user):
    answer = await send(("todo.txt", b"Call Berta due:2026-03-29\n"), to="/welcome", sample="true", **ANSWERS)
    waiting = await annas.get(answer.headers["location"])
    assert "Waiting for a worker" in waiting.text
    await work()
    assert (await annas.get(answer.headers["location"])).headers["location"] == "/"
    brief = await briefs.read(database, user.id, date(2026, 3, 29))
    assert brief.timezone == "America/New_York"
    assert {"Northlight relaunch", None} <= {section.project for section in brief.sections}
    async with database.transaction([user.id]) as tx:
        assert (await people.get(tx, user.id)).country == "US"


async def test_without_any_source_there_is_a_brief_too(annas, send, work, database, user):
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
async def test_what_cannot_be_used_is_said_on_the_same_page(send, given, sentence: str):
    refused = await send(("", b""), to="/welcome", **ANSWERS | given)
    assert (refused.status_code, sentence in refused.text) == (422, True)


async def test_nobody_follows_the_beginning_of_others(bobs, send):
    answer = await send(("", b""), to="/welcome", **ANSWERS)
    assert (await bobs.get(answer.headers["location"])).status_code == 404
