"""What all operations have in common, shown on a small slice of the test's own."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import Field

from daybreak import people
from daybreak.errors import Conflict, PreconditionFailed
from daybreak.people import Scope
from daybreak.web import (
    After,
    ApiAdmin,
    ApiReader,
    ApiRouter,
    ApiWriter,
    Day,
    IdempotencyKey,
    IfMatch,
    InputModel,
    Limit,
    OutputModel,
    Page,
    WebSettings,
    check_if_match,
    create_app,
    decode_cursor,
    encode_cursor,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

from .browser_client import ADDRESS, BrowserClient

NOW = datetime(2026, 3, 29, tzinfo=UTC)
api = ApiRouter("lamps")
LIT: list[UUID] = []
COLOURS: dict[UUID, str] = {}


class Lamp(OutputModel):
    id: UUID
    colour: str = Field(examples=["green"])


class Painting(InputModel):
    colour: str = Field(max_length=20, examples=["green"])
    on: Day | None = None
    coats: int = 1


@api.get("/lamps", response_model=Page[Lamp])
async def list_lamps(context: ApiReader, after: After = None, limit: Limit = 2):
    _, number = decode_cursor(after, datetime.fromisoformat, int) if after else (None, 0)
    lamps = [Lamp(id=UUID(int=n), colour="red") for n in range(int(str(number)) + 1, 6)]
    rest = encode_cursor(NOW, lamps[limit - 1].id.int) if len(lamps) > limit else None
    return json_response(Page[Lamp](items=lamps[:limit], next=rest))


@api.get("/lamps/{lamp_id}", response_model=Lamp)
async def read_lamp(context: ApiReader, lamp_id: UUID):
    return etag_response(context.request, Lamp(id=lamp_id, colour=COLOURS.get(lamp_id, "red")))


@api.put("/lamps/{lamp_id}", response_model=Lamp, responses=error_responses(PreconditionFailed))
async def paint_lamp(context: ApiWriter, lamp_id: UUID, painting: Painting, if_match: IfMatch = None):
    check_if_match(if_match, Lamp(id=lamp_id, colour=COLOURS.get(lamp_id, "red")))
    COLOURS[lamp_id] = painting.colour
    return etag_response(context.request, Lamp(id=lamp_id, colour=painting.colour))


@api.post("/lamps/{lamp_id}/light", status_code=202, response_model=Lamp, responses=error_responses(Conflict))
async def light_lamp(context: ApiWriter, lamp_id: UUID, painting: Painting, key: IdempotencyKey = None):
    async def work(_tx):
        if painting.colour == "broken":
            raise Conflict("It is broken.").with_details(lamp=str(lamp_id))
        LIT.append(lamp_id)
        return json_response(Lamp(id=uuid4(), colour=painting.colour), 202, headers={"Location": "/here"})

    return await run_once(context, key, work)


@api.get("/lamps/of/all", response_model=Lamp)
async def watch_lamps(context: ApiAdmin):
    return json_response(Lamp(id=UUID(int=0), colour="all"))


@pytest.fixture(scope="session")
async def lamp_shop(postgres, database):
    @asynccontextmanager
    async def opening():
        yield database

    settings = WebSettings(port=8321, requests_per_minute=120)
    app = create_app(settings, opening, [], [api], listen_dsn=postgres.app)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def program(lamp_shop, database):
    async with BrowserClient.open(lamp_shop, database) as browser:
        browser.client.headers["Accept"] = "application/json"
        browser.client.headers["Content-Type"] = "application/json"
        yield browser.client


async def bearer(database, user, scope=Scope.WRITE) -> dict[str, str]:
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "A program", scope, 30)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
async def annas_token(database, user) -> dict[str, str]:
    return await bearer(database, user)


LAMP = f"/api/v1/lamps/{UUID(int=7)}"


async def test_request_without_a_token_is_unauthenticated(program):
    response = await program.get("/api/v1/lamps")
    assert (response.status_code, response.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (
        await program.get("/api/v1/lamps", headers={"Authorization": "Bearer dbk_none"})
    ).status_code == 401


async def test_read_only_token_cannot_write(program, database, user):
    headers = await bearer(database, user, Scope.READ)
    assert (await program.get("/api/v1/lamps", headers=headers)).status_code == 200
    assert (await program.put(LAMP, headers=headers, json={"colour": "green"})).status_code == 403


async def test_next_page_continues_after_the_cursor(program, annas_token):
    found, after = [], ""
    for _ in range(3):
        page = (await program.get(f"/api/v1/lamps{after}", headers=annas_token)).json()
        found += [UUID(lamp["id"]).int for lamp in page["items"]]
        after = f"?after={page['next']}"
    assert (found, page["next"]) == ([1, 2, 3, 4, 5], None)


@pytest.mark.parametrize("word", ["nonsense", "W10", "WyIyMDI2Il0", "e30", "%00", "bnVsbA"])
async def test_invalid_cursor_is_rejected(program, annas_token, word: str):
    response = await program.get(f"/api/v1/lamps?after={word}", headers=annas_token)
    assert (response.status_code, "first page" in response.json()["detail"]) == (422, True)


async def test_unchanged_resource_is_not_modified(program, annas_token):
    etag = (await program.get(LAMP, headers=annas_token)).headers["ETag"]
    response = await program.get(LAMP, headers={**annas_token, "If-None-Match": f'"x", W/{etag}'})
    assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", etag)


async def test_stale_if_match_is_rejected_with_the_current_version(program, annas_token):
    etag = (await program.get(LAMP, headers=annas_token)).headers["ETag"]
    seen = {**annas_token, "If-Match": etag}
    changed = await program.put(LAMP, headers=seen, json={"colour": "green"})
    assert (changed.status_code, changed.json()["colour"]) == (200, "green")
    late = await program.put(LAMP, headers=seen, json={"colour": "blue"})
    assert (late.status_code, late.json()["current"]["colour"]) == (412, "green")
    assert late.json()["etag"] == changed.headers["ETag"]
    assert COLOURS[UUID(int=7)] == "green"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"colour": 3}, "colour"),
        ({"colour": "green", "coats": "2"}, "coats"),
        ({"colour": "green", "coats": 2.0}, "coats"),
        ({"colour": "green", "coats": True}, "coats"),
        ({"colour": "green", "on": 0}, "on"),
        ({"colour": "green", "shade": 1}, "shade"),
        ({}, "colour"),
    ],
)
async def test_value_of_wrong_type_is_an_error_of_its_field(program, annas_token, sent, field):
    response = await program.put(LAMP, headers=annas_token, json=sent)
    assert (response.status_code, [*response.json()["errors"]]) == (422, [field])


async def test_repeated_idempotency_key_is_not_executed_again(program, annas_token):
    LIT.clear()
    headers = {**annas_token, "Idempotency-Key": uuid4().hex}
    both = [await program.post(f"{LAMP}/light", headers=headers, json={"colour": "green"}) for _ in range(2)]
    assert [one.status_code for one in both] == [202, 202]
    assert both[0].content == both[1].content
    assert both[1].headers["Location"] == "/here"
    assert [one.headers.get("Idempotency-Replayed") for one in both] == [None, "true"]
    assert len(LIT) == 1


async def test_concurrent_requests_with_one_key_are_executed_once(program, annas_token):
    LIT.clear()
    headers = {**annas_token, "Idempotency-Key": uuid4().hex}
    sending = [program.post(f"{LAMP}/light", headers=headers, json={"colour": "green"}) for _ in range(4)]
    answers = await asyncio.gather(*sending)
    assert len({one.content for one in answers}) == len(LIT) == 1


async def test_idempotency_key_is_bound_to_a_request_and_user(program, annas_token, database, other_user):
    LIT.clear()
    key = {"Idempotency-Key": uuid4().hex}
    await program.post(f"{LAMP}/light", headers=annas_token | key, json={"colour": "green"})
    other = await program.post(f"{LAMP}/light", headers=annas_token | key, json={"colour": "blue"})
    assert (other.status_code, "used for another" in other.json()["detail"]) == (422, True)
    bobs = await bearer(database, other_user) | key
    assert (await program.post(f"{LAMP}/light", headers=bobs, json={"colour": "blue"})).status_code == 202
    assert len(LIT) == 2


async def test_failed_request_can_be_retried_with_its_key(program, annas_token):
    headers = {**annas_token, "Idempotency-Key": uuid4().hex}
    refused = await program.post(f"{LAMP}/light", headers=headers, json={"colour": "broken"})
    assert (refused.status_code, refused.json()["lamp"]) == (409, str(UUID(int=7)))
    assert (await program.post(f"{LAMP}/light", headers=headers, json={"colour": "red"})).status_code == 202


async def test_idempotency_keys_expire_after_a_day(program, annas_token, admin_connection, user):
    LIT.clear()
    old, other = ({**annas_token, "Idempotency-Key": uuid4().hex} for _ in range(2))
    for headers in (old, other):
        await program.post(f"{LAMP}/light", headers=headers, json={"colour": "red"})
    await admin_connection.execute(
        "UPDATE web_idempotency_keys SET created_at = created_at - interval '25 hours' WHERE owner_id = $1",
        user.id,
    )
    again = await program.post(f"{LAMP}/light", headers=old, json={"colour": "blue"})
    assert (again.json()["colour"], len(LIT)) == ("blue", 3)
    count = "SELECT count(*) FROM web_idempotency_keys WHERE owner_id = $1"
    assert await admin_connection.fetchval(count, user.id) == 1


async def test_rate_limit_is_per_credential_with_retry_after(program, database, user, other_user):
    annas, bobs = await bearer(database, user), await bearer(database, other_user)
    statuses = [(await program.get(LAMP, headers=annas)).status_code for _ in range(40)]
    late = await program.get(LAMP, headers=annas)
    assert statuses.count(429) > 0
    assert (late.status_code, late.headers["Retry-After"]) == (429, "1")
    assert (await program.get(LAMP, headers=bobs)).status_code == 200


async def test_rate_limit_holds_for_all_tokens_of_a_user_together(program, database, user):
    tokens = [await bearer(database, user) for _ in range(4)]
    statuses = [(await program.get(LAMP, headers=tokens[n % 4])).status_code for n in range(80)]
    assert statuses.count(200) < 4 * 30
    assert statuses[-1] == 429


async def test_invalid_credential_is_limited_without_a_lookup(program):
    unknown = {"Authorization": "Bearer dbk_unknown"}
    statuses = {(await program.get(LAMP, headers=unknown)).status_code for _ in range(40)}
    assert statuses == {401, 429}


async def test_only_admin_programs_can_read_operations(program, annas_token, admin_connection, user):
    path = "/api/v1/lamps/of/all"
    assert (await program.get(path, headers=annas_token)).status_code == 403
    await admin_connection.execute(
        "INSERT INTO people_accounts (owner_id, role) VALUES ($1, 'admin')", user.id
    )
    assert (await program.get(path, headers=annas_token)).status_code == 200


async def test_session_can_use_operations_from_its_own_pages_only(program, lamp_shop, database, user):
    async with BrowserClient.open(lamp_shop, database) as browser:
        await browser.sign_in(user)
        ours = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
        assert (await browser.client.put(LAMP, headers=ours, json={"colour": "red"})).status_code == 200
        theirs = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        assert (await browser.client.put(LAMP, headers=theirs, json={"colour": "red"})).status_code == 403


async def test_openapi_lists_each_error_as_a_problem(program):
    paths = (await program.get("/api/v1/openapi.json")).json()["paths"]
    responses = paths["/api/v1/lamps/{lamp_id}"]["put"]["responses"]
    assert set(responses) == {"200", "400", "401", "403", "404", "408", "412", "413", "422", "429", "503"}
    assert [*responses["412"]["content"]] == ["application/problem+json"]
    assert paths["/api/v1/lamps"]["get"]["operationId"] == "lamps.list_lamps"


async def test_method_not_allowed_lists_all_allowed_methods(program, annas_token):
    response = await program.delete(LAMP, headers=annas_token)
    assert (response.status_code, response.json()["status"]) == (405, 405)
    assert response.headers["Allow"] == "GET, PUT"
