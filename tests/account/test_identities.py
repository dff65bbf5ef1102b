"""Test the page Who you are and the API for identities."""

import io
import json
import re
import zipfile
from dataclasses import replace
from uuid import uuid4

import pytest

from daybreak import people
from daybreak.people import Scope, Sighting

from ..web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named

PAGE = "/settings/identities"
API = "/api/v1/identities"
SOURCE = uuid4()


@pytest.fixture
async def proposals(database, user) -> dict[str, str]:
    """Propose people of a file to Anna; return the ids by value."""
    team = [Sighting("Annabel", "board.csv", 3), Sighting("Bob Miller", "board.csv", 1)]
    async with database.transaction([user.id]) as tx:
        await people.propose_identities(tx, user, SOURCE, team)
        return {one.value: str(one.id) for one in await people.list_identities(tx, user.id)}


@pytest.fixture
def is_anna(database, user):
    """Return a function that compares a text with Anna's identities."""

    async def matches(text: str) -> bool:
        async with database.transaction([user.id]) as tx:
            return (await people.read_identities(tx, [user.id]))[user.id].matches(text)

    return matches


UNDO = re.compile(
    r'<form method="post" action="([^"]+)">\s*((?:<input type="hidden"[^>]*>\s*)*)<button[^>]*>Undo'
)
HIDDEN = re.compile(r'name="([^"]+)" value="([^"]*)"')


async def undo_on_page(client) -> None:
    """Press the undo that the next page offers."""
    action, hidden = UNDO.search((await client.get(PAGE)).text).groups()
    assert (await client.post(action, **dict(HIDDEN.findall(hidden)))).status_code == 303


async def test_page_asks_about_similar_names_with_file_and_frequency(anna_client, proposals):
    text = (await anna_client.get(PAGE)).text
    asked, _, others = text.partition("Others in your files")
    assert "Is this you?" in asked
    assert "3 tasks in board.csv" in asked
    assert "Bob Miller" not in asked
    assert "1 task in board.csv" in others


async def test_tasks_page_asks_until_there_is_an_answer(anna_client, proposals):
    text = (await anna_client.get("/agenda")).text
    assert "3 tasks in board.csv are assigned to “Annabel”." in text
    assert f'href="{PAGE}"' in text
    await anna_client.post(f"{PAGE}/{proposals['Annabel']}/reject")
    assert "Is this you?" not in (await anna_client.get("/agenda")).text


async def test_confirmed_proposal_is_the_reader_until_the_undo(anna_client, proposals, is_anna):
    assert not await is_anna("Annabel")
    await anna_client.post(f"{PAGE}/{proposals['Annabel']}/confirm")
    assert await is_anna("@annabel")
    page = (await anna_client.get(PAGE)).text
    assert "“Annabel” is you." in page
    assert "Is this you?" not in page


@pytest.mark.parametrize("verb", ["confirm", "reject"])
async def test_answer_is_taken_back_by_undo(anna_client, proposals, database, user, verb):
    await anna_client.post(f"{PAGE}/{proposals['Annabel']}/{verb}")
    await undo_on_page(anna_client)
    async with database.transaction([user.id]) as tx:
        assert not (await people.get_identity(tx, user.id, proposals["Annabel"])).is_answered


@pytest.mark.parametrize("verb", ["confirm", "reject"])
async def test_withdrawn_answer_is_not_called_a_removal(anna_client, proposals, verb):
    for one in (verb, "remove"):
        await anna_client.post(f"{PAGE}/{proposals['Bob Miller']}/{one}")
    text = (await anna_client.get(PAGE)).text
    assert "Answer to “Bob Miller” taken back." in text
    assert "removed" not in text


async def test_removed_name_is_restored_by_undo(anna_client, is_anna):
    await anna_client.post(PAGE, value="Annika Holm")
    assert await is_anna("Holm, Annika")
    text = (await anna_client.get(PAGE)).text
    added = re.search(r'action="([^"]+/remove)"><button [^>]+Remove: Annika Holm', text)[1]
    await anna_client.post(added)
    assert not await is_anna("Holm, Annika")
    await undo_on_page(anna_client)
    assert await is_anna("Holm, Annika")


@pytest.mark.parametrize("value", ["", " ", "Anna; Bob", "@", "x" * 201])
async def test_malformed_name_gets_one_sentence_at_its_field(anna_client, value):
    answer = await anna_client.post(PAGE, value=value)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


async def test_name_with_markup_is_escaped(anna_client, database, user):
    async with database.transaction([user.id]) as tx:
        await people.propose_identities(tx, user, SOURCE, [Sighting("Anna <b>bold", "<i>.csv", 1)])
    text = (await anna_client.get(PAGE)).text
    assert "<b>bold" not in text
    assert "<i>.csv" not in text


async def test_form_of_another_site_is_rejected(anna_client, is_anna):
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = await anna_client.client.post(PAGE, data={"value": "Eve Stone"}, headers=foreign)
    assert answer.status_code == 403
    assert not await is_anna("Eve Stone")


async def test_program_lists_adds_confirms_rejects_and_removes(anna_client, proposals, is_anna):
    async def send(method: str, path: str = "", **body: str):
        return await anna_client.client.request(
            method, API + path, json=body or None, headers=SAME_ORIGIN_HEADERS
        )

    listed = {one["value"]: one for one in (await send("GET")).json()["items"]}
    assert (listed["Annabel"]["counts"], listed["Annabel"]["is_likely"], listed["Annabel"]["seen"]) == (
        False,
        True,
        3,
    )
    assert (listed["Bob Miller"]["is_likely"], listed["Bob Miller"]["source_name"]) == (False, "board.csv")
    added = await send("POST", value="annika@work.example")
    assert (added.status_code, added.json()["kind"], added.json()["counts"]) == (201, "email", True)
    assert await is_anna("Annika <annika@work.example>")
    assert (await send("POST", f"/{proposals['Annabel']}/confirm")).json()["counts"] is True
    assert (await send("POST", f"/{proposals['Bob Miller']}/reject")).json()["rejected_at"]
    assert (await send("DELETE", f"/{added.json()['id']}")).status_code == 204
    assert not await is_anna("annika@work.example")
    assert (await send("DELETE", f"/{added.json()['id']}")).status_code == 404
    refused = await send("POST", value="Anna; Bob")
    assert (refused.status_code, refused.json()["detail"]) == (422, "Enter one name or address at a time.")


async def test_read_only_token_cannot_answer(anonymous_client, database, user, proposals):
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "Widget", Scope.READ, None)
    headers = {"Authorization": f"Bearer {secret}"}
    client = anonymous_client.client
    assert (await client.get(API, headers=headers)).status_code == 200
    answer = await client.post(f"{API}/{proposals['Annabel']}/confirm", headers=headers)
    assert answer.status_code == 403


async def test_export_has_identities(anna_client, proposals):
    exported = await anna_client.get("/settings/data/export")
    with zipfile.ZipFile(io.BytesIO(exported.content)) as files:
        rows = [json.loads(line) for line in files.read("people_identities.jsonl").splitlines()]
    assert {"Annabel", "Bob Miller"} <= {row["value"] for row in rows}


async def test_login_name_of_the_profile_is_listed_and_can_be_rejected(anna_client, database, user, is_anna):
    await people.update_user_with(database, user.id, lambda known: replace(known, name="Anna Lex"))
    assert await is_anna("Alex")
    items = (await anna_client.get(API)).json()["items"]
    (login,) = [one for one in items if one["value"] == "alex"]
    assert (login["source"], login["counts"]) == ("profile", True)
    await anna_client.post(f"{PAGE}/{login['id']}/reject")
    assert not await is_anna("Alex")
    assert await is_anna("Anna Lex")


async def test_a_long_text_is_no_name(anna_client):
    answer = await anna_client.post(PAGE, value="a" * 50_000)
    assert answer.status_code == 422
    assert "at most 200" in answer.text


async def test_page_lists_an_assumed_name_as_the_users_until_it_is_rejected(database, user, anna_client):
    async with database.transaction([user.id]) as tx:
        await people.propose_identities(tx, user, SOURCE, [Sighting("Anna", "board.csv", 3)])
        (anna,) = [one for one in await people.list_identities(tx, user.id) if one.value == "Anna"]
    page = (await anna_client.get(PAGE)).text
    assert "Is this you?" not in page
    assert "3 tasks in board.csv" in page
    await anna_client.post(f"{PAGE}/{anna.id}/reject")
    async with database.transaction([user.id]) as tx:
        assert not (await people.get_identity(tx, user.id, anna.id)).counts
