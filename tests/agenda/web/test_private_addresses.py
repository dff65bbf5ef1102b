"""Tests of calendar URLs with passwords and in private networks, by pages and API, tried as attacks."""

import re

import pytest

from daybreak import agenda, people, server, wiring
from daybreak.people import Actor, Role
from daybreak.web import WebSettings

from ...web.browser_client import SAME_ORIGIN_HEADERS, BrowserClient  # noqa: TID252 - tests are no package that could be named
from ..protected_server import ProtectedServer, protected_server  # noqa: TID252 - likewise

PATH, API = "/agenda/sources/address", "/api/v1/agenda/sources"
CONFIRM = "DAYBREAK_INTAKE_ALLOW_CONFIRMED_ADDRESSES"
QUESTION = "This address is in your own network (127.0.0.1). Read it anyway?"


@pytest.fixture
def calendar():
    with protected_server() as running:
        yield running


@pytest.fixture
async def admin(database, user, monkeypatch):
    """Make Anna the administrator of a server as `daybreak up` starts it."""
    monkeypatch.setenv(CONFIRM, "true")
    await people.set_role(database, user, Role.ADMIN, actor=Actor.of_command("test"))
    return user


async def list_urls(database, user) -> list[str]:
    return [one.source.locator for one in await agenda.list_sources(database, user)]


async def add_by_api(client: BrowserClient, **body):
    headers = SAME_ORIGIN_HEADERS | {"Accept": "application/json"}
    return await client.client.post(API, json=body, headers=headers)


async def test_private_address_is_read_after_a_question(anna_client, admin, calendar, database):
    asked = await anna_client.post(PATH, address=calendar.url, name="Home")
    assert (asked.status_code, calendar.requests) == (422, [])
    assert QUESTION in asked.text
    (value,) = re.findall(r'name="private_addresses" value="([^"]*)">Read it anyway<', asked.text)
    answer = await anna_client.post(
        PATH, address=calendar.url, name="Home", private_addresses=value, confirmed_for=calendar.url
    )
    assert answer.status_code == 303
    assert "0 tasks, 1 event" in (await anna_client.get(answer.headers["location"])).text
    assert len(await list_urls(database, admin)) == 1


@pytest.mark.parametrize(
    "confirmed_for", ["", "http://127.0.0.1/", "http://127.0.0.1:631/", "http://localhost/"]
)
async def test_confirmation_counts_for_the_url_of_the_question_only(
    anna_client, admin, calendar, confirmed_for
):
    form = {"address": calendar.url, "private_addresses": "127.0.0.1", "confirmed_for": confirmed_for}
    answer = await anna_client.post(PATH, **form)
    assert (answer.status_code, QUESTION in answer.text, calendar.requests) == (422, True, [])


async def test_confirmation_is_kept_while_the_password_is_entered(anna_client, admin, calendar):
    calendar.password = "s3cret-pass"
    form = {"address": calendar.url, "private_addresses": "127.0.0.1", "confirmed_for": calendar.url}
    asked = await anna_client.post(PATH, **form)
    assert (asked.status_code, "asks for a user name" in asked.text) == (422, True)
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', asked.text))
    del hidden["next"]
    assert hidden == {"confirmed_for": calendar.url, "private_addresses": "127.0.0.1"}
    answer = await anna_client.post(
        PATH, address=calendar.url, user_name="anna", password="s3cret-pass", **hidden
    )
    assert answer.status_code == 303


async def test_api_asks_and_accepts_the_same(anna_client, admin, calendar):
    asked = await add_by_api(anna_client, address=calendar.url)
    assert (asked.status_code, asked.json()["private_addresses"]) == (422, ["127.0.0.1"])
    assert asked.json()["detail"] == QUESTION
    answer = await add_by_api(anna_client, address=calendar.url, private_addresses=["127.0.0.1"])
    assert answer.status_code == 201
    assert "private_addresses" not in answer.json()


@pytest.mark.parametrize("private_addresses", ["169.254.169.254", "10.0.0.5", "127.0.0.2", "8.8.8.8", "x y"])
async def test_only_what_the_name_resolves_to_can_be_confirmed(
    anna_client, admin, calendar, database, private_addresses
):
    answer = await anna_client.post(
        PATH, address=calendar.url, private_addresses=private_addresses, confirmed_for=calendar.url
    )
    assert answer.status_code == 422
    assert (calendar.requests, await list_urls(database, admin)) == ([], [])


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://0.0.0.0/"]
)
async def test_metadata_service_is_never_asked_about(anna_client, admin, database, url):
    for extra in ({}, {"private_addresses": "169.254.169.254", "confirmed_for": url}):
        answer = await anna_client.post(PATH, address=url, **extra)
        assert answer.status_code == 422
        assert "Read it anyway" not in answer.text
    assert await list_urls(database, admin) == []


@pytest.mark.parametrize(
    "header",
    [
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded"),
        *("X-Real-IP", "Forwarded", "Via", "X-Original-Forwarded-For", "X-Cluster-Client-IP", "Client-IP"),
        *("CF-Connecting-IP", "Cf-Ray", "Fly-Client-IP", "True-Client-IP", "Tailscale-User-Login"),
        *("X-Envoy-External-Address", "X-Amzn-Trace-Id", "X-Azure-ClientIP"),
    ],
)
async def test_request_through_a_proxy_cannot_confirm(anna_client, admin, calendar, header):
    headers = SAME_ORIGIN_HEADERS | {header: "127.0.0.1"}
    for extra, status in (
        ({}, 422),
        ({"private_addresses": "127.0.0.1", "confirmed_for": calendar.url}, 403),
    ):
        answer = await anna_client.post(PATH, headers=headers, address=calendar.url, **extra)
        assert answer.status_code == status
        assert "Read it anyway" not in answer.text
    assert calendar.requests == []


async def test_member_cannot_confirm(anna_client, calendar, monkeypatch):
    monkeypatch.setenv(CONFIRM, "true")
    assert "Read it anyway" not in (await anna_client.post(PATH, address=calendar.url)).text
    answer = await add_by_api(anna_client, address=calendar.url, private_addresses=["127.0.0.1"])
    assert (answer.status_code, calendar.requests) == (403, [])


async def test_server_that_up_did_not_start_cannot_be_confirmed(anna_client, admin, calendar, monkeypatch):
    monkeypatch.delenv(CONFIRM)
    assert "Read it anyway" not in (await anna_client.post(PATH, address=calendar.url)).text
    answer = await anna_client.post(
        PATH, address=calendar.url, private_addresses="127.0.0.1", confirmed_for=calendar.url
    )
    assert (answer.status_code, calendar.requests) == (403, [])


async def test_another_site_cannot_confirm(anna_client, admin, calendar):
    for headers in (
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {},
    ):
        answer = await anna_client.post(
            PATH, headers=headers, address=calendar.url, private_addresses="127.0.0.1"
        )
        assert answer.status_code == 403
    assert calendar.requests == []


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0", "url": "http://127.0.0.1:8321"},  # noqa: S104 - nothing listens
        {"host": "127.0.0.1", "url": "http://127.0.0.1:8321"},
        {"host": "192.168.1.5", "url": "http://127.0.0.1:8321"},
    ],
)
async def test_server_that_others_reach_cannot_be_confirmed(postgres, database, admin, calendar, settings):
    app = server.build_app(WebSettings(**settings), wiring.DatabaseUrls(postgres.app, None, embedded=False))
    async with app.router.lifespan_context(app), BrowserClient.open(app, database) as client:
        await client.sign_in(admin)
        answer = await client.post(
            PATH, address=calendar.url, private_addresses="127.0.0.1", confirmed_for=calendar.url
        )
        assert (answer.status_code, calendar.requests) == (403, [])


@pytest.mark.parametrize("place", ["192.168.1.77", "::ffff:10.0.0.3", "203.0.113.5", ""])
async def test_client_elsewhere_cannot_confirm(application, database, admin, calendar, place):
    async with BrowserClient.open(application, database, place=place) as client:
        await client.sign_in(admin)
        answer = await client.post(
            PATH, address=calendar.url, private_addresses="127.0.0.1", confirmed_for=calendar.url
        )
        assert (answer.status_code, calendar.requests) == (403, [])


@pytest.fixture
def open_network(monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES", "true")


@pytest.mark.parametrize("inside", [False, True])
async def test_password_is_typed_apart_or_taken_out_of_the_url(
    anna_client, open_network, calendar: ProtectedServer, inside
):
    calendar.password = "s3cret-pass"
    asked = await anna_client.post(PATH, address=calendar.url)
    assert (asked.status_code, "asks for a user name and a password" in asked.text) == (422, True)
    assert "<details open>" in asked.text
    url = calendar.url.replace("http://", "http://anna:s3cret-pass@") if inside else calendar.url
    typed = {} if inside else {"user_name": "anna", "password": "s3cret-pass"}
    answer = await anna_client.post(PATH, address=url, **typed)
    page = (await anna_client.get(answer.headers["location"])).text
    assert "0 tasks, 1 event" in page
    listed = (await anna_client.client.get(API, headers={"Accept": "application/json"})).text
    for secret in ("s3cret-pass", "t0ken"):
        assert secret not in page + listed


async def test_rejected_password_is_not_repeated_on_the_page(anna_client, open_network, calendar):
    calendar.password = "s3cret-pass"
    answer = await anna_client.post(PATH, address=calendar.url, user_name="anna", password="wr0ng-pass")
    assert answer.status_code == 422
    assert "rejected the user name or the password; enter them again" in answer.text
    assert 'value="anna"' in answer.text
    assert "wr0ng-pass" not in answer.text


@pytest.mark.parametrize("path", [PATH, "/welcome"])
@pytest.mark.parametrize("address", ["{}", " <{}>", "“{}”", "feed:{}"])
async def test_password_in_a_rejected_url_is_not_repeated(anna_client, open_network, calendar, path, address):
    calendar.password = "s3cret-pass"
    url = address.format(calendar.url.replace("http://", "http://anna:wr0ng-pass@"))
    answer = await anna_client.post(path, address=url, timezone="Europe/Berlin")
    assert (answer.status_code, "wr0ng-pass" in answer.text) == (422, False)
    assert f'value="{calendar.url}"' in answer.text
    assert 'value="anna"' in answer.text


async def test_api_error_states_that_credentials_are_required(anna_client, open_network, calendar):
    calendar.password = "s3cret-pass"
    assert (await add_by_api(anna_client, address=calendar.url)).json()["credentials"] == "required"
    answer = await add_by_api(anna_client, address=calendar.url, user_name="anna", password="no")
    assert (answer.status_code, answer.json()["credentials"]) == (422, "rejected")
    answer = await add_by_api(anna_client, address=calendar.url, user_name="anna", password="s3cret-pass")
    assert answer.status_code == 201
    assert "s3cret-pass" not in answer.text


@pytest.mark.parametrize("by", ["page", "api"])
async def test_password_of_a_source_is_entered_anew(anna_client, open_network, calendar, by):
    calendar.password = "old"
    added = await add_by_api(anna_client, address=calendar.url, user_name="anna", password="old")
    calendar.password = "n3w"
    source_id = added.json()["id"]

    async def enter(password: str):
        if by == "page":
            path = f"/agenda/sources/{source_id}/credentials"
            return await anna_client.post(path, user_name="anna", password=password)
        headers = SAME_ORIGIN_HEADERS | {"Accept": "application/json"}
        body = {"user_name": "anna", "password": password}
        return await anna_client.client.put(f"{API}/{source_id}/credentials", json=body, headers=headers)

    refused = await enter("wr0ng")
    assert refused.status_code == 422
    assert "rejected the user name or the password" in refused.text
    assert "wr0ng" not in refused.text
    assert (await enter("n3w")).status_code == (303 if by == "page" else 200)


async def test_page_states_until_when_a_server_is_not_requested(
    anna_client, open_network, calendar, run_jobs, monkeypatch
):
    added = await add_by_api(anna_client, address=calendar.url)
    calendar.status, calendar.headers = 429, {"Retry-After": "3600"}
    monkeypatch.setattr("daybreak.agenda.sources.addresses._is_fresh", lambda _: False)
    path = f"/agenda/sources/{added.json()['id']}"
    for _ in range(2):
        await anna_client.post(f"{path}/refresh")
        await run_jobs()
    assert len(calendar.requests) == 2
    page = (await anna_client.get(path)).text
    assert re.search(r"Next request</dt><dd>not before <time ", page)
    shown = await anna_client.client.get(
        f"{API}/{added.json()['id']}", headers={"Accept": "application/json"}
    )
    assert shown.json()["retry_at"]


@pytest.mark.parametrize("is_admin", [True, False])
async def test_onboarding_asks_the_same(anna_client, database, user, calendar, monkeypatch, is_admin):
    monkeypatch.setenv(CONFIRM, "true")
    if is_admin:
        await people.set_role(database, user, Role.ADMIN, actor=Actor.of_command("test"))
    form = {"timezone": "Europe/Berlin", "address": calendar.url}
    asked = await anna_client.post("/welcome", **form)
    assert (asked.status_code, QUESTION in asked.text) == (422, is_admin)
    answer = await anna_client.post(
        "/welcome", **form, private_addresses="127.0.0.1", confirmed_for=calendar.url
    )
    assert answer.status_code == (303 if is_admin else 403)
    assert len(calendar.requests) == is_admin
