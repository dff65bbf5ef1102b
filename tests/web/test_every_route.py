"""Test properties of every route of the application, including those of future slices."""

import json
import re
from uuid import UUID

import pytest

from daybreak import people, server, wiring
from daybreak.people import Scope
from daybreak.web import WebSettings

from .route_inventory import (
    ENDLESS,
    OWNED_BY_PARAMETER,
    PUBLIC,
    PUBLIC_PARAMETERS,
    RouteMethod,
    list_route_methods,
    read_all_rows,
)

ALL = list(
    list_route_methods(server.build_app(WebSettings(), wiring.DatabaseUrls("nowhere", None, embedded=False)))
)
FINITE = [route for route in ALL if route.path not in ENDLESS]
OF_SOMEBODY = [route for route in ALL if set(route.parameters) & OWNED_BY_PARAMETER.keys()]
CHANGING = [route for route in ALL if route.method not in {"GET", "OPTIONS"}]
# The request is too long for an address, and nothing is stored.
COMPUTING = {"/api/v1/schedule/preview"}
OF_ADMINS = ("/settings/members", "/operations", "/api/v1/account/members", "/api/v1/operations")
ADMINS_ONLY = [route for route in ALL if route.path.startswith(OF_ADMINS)]
# Reading computes a stale due date again, and an export is a security event.
WRITTEN_BY_READING = {"schedule_entries", "people_security_events"}
NUMBER = re.compile(r"Request ID [0-9a-f]{32}|\"request_id\":\"[0-9a-f]{32}\"|\"instance\":\"[^\"]*\"")
INLINE = re.compile(r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
ANYTHING = {name: str(UUID(int=1)) for name in OWNED_BY_PARAMETER} | {
    "secret": "unknown",
    "name": "unknown.css",
    "day": "2026-03-29",
}


@pytest.fixture
async def annas_reader(database, user) -> dict[str, str]:
    """What a program sends that may read what is Anna's."""
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "A program", Scope.READ, 30)
    return {"Authorization": f"Bearer {secret}"}


def named(route: RouteMethod) -> str:
    return f"{route.method} {route.path}"


def test_every_path_parameter_is_listed():
    names = {name for route in ALL for name in route.parameters}
    assert names == OWNED_BY_PARAMETER.keys() | PUBLIC_PARAMETERS, (
        "say in routes.py how one of somebody's comes about"
    )
    assert {(route.method, route.path) for route in ALL} >= PUBLIC


@pytest.mark.parametrize("route", [route for route in ALL if not route.is_public], ids=named)
async def test_anonymous_requests_are_rejected(anonymous_client, route):
    ours = anonymous_client.same_origin_headers
    asked = await anonymous_client.client.request(route.method, route.fill_path(ANYTHING), headers=ours)
    if route.path.startswith("/api/"):
        assert (asked.status_code, asked.headers["www-authenticate"]) == (401, 'Bearer realm="daybreak"')
    else:
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("route", OF_SOMEBODY, ids=named)
async def test_resources_of_other_users_are_not_found(anna_client, bob_client, user, database, route):
    async with database.transaction([user.id]) as tx:
        annas_own = {name: await make(tx, user) for name, make in OWNED_BY_PARAMETER.items()}
        before = await read_all_rows(tx, user)
    headers = bob_client.same_origin_headers | {"If-Match": "*"}
    others, nobodys = [
        await bob_client.client.request(
            route.method, route.fill_path(values), headers=headers, **route.request_body
        )
        for values in (ANYTHING | annas_own, ANYTHING)
    ]
    assert (others.status_code, nobodys.status_code) == (404, 404)
    assert NUMBER.sub("", others.text) == NUMBER.sub("", nobodys.text), "response reveals its existence"
    async with database.transaction([user.id]) as tx:
        assert await read_all_rows(tx, user) == before


@pytest.mark.parametrize("route", OF_SOMEBODY, ids=named)
@pytest.mark.parametrize("value", ["0", "x" * 300, "%00", "'--", "..%2f..%2fetc"])
async def test_malformed_address_is_not_found(anna_client, route, value):
    path = route.fill_path(ANYTHING | dict.fromkeys(OWNED_BY_PARAMETER, value))
    assert (
        await anna_client.client.request(route.method, path, headers=anna_client.same_origin_headers)
    ).status_code == 404


@pytest.mark.parametrize("route", CHANGING, ids=named)
async def test_cross_site_requests_change_nothing(anna_client, route):
    theirs = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    asked = await anna_client.client.request(route.method, route.fill_path(ANYTHING), headers=theirs)
    assert asked.status_code == 403


@pytest.mark.parametrize("route", ADMINS_ONLY, ids=named)
async def test_member_cannot_use_admin_routes(anna_client, route):
    assert (
        await anna_client.client.request(
            route.method, route.fill_path({}), headers=anna_client.same_origin_headers
        )
    ).status_code == 403


@pytest.mark.parametrize(
    "route",
    [one for one in CHANGING if one.path.startswith("/api/") and one.path not in COMPUTING],
    ids=named,
)
async def test_read_only_token_changes_nothing(anonymous_client, annas_reader, route):
    asked = await anonymous_client.client.request(
        route.method, route.fill_path(ANYTHING), headers=annas_reader
    )
    assert (asked.status_code, "read-only" in asked.json()["detail"]) == (403, True)


@pytest.mark.parametrize("route", FINITE, ids=named)
async def test_every_response_has_security_headers(anna_client, route):
    asked = await anna_client.client.request(
        route.method, route.fill_path(ANYTHING), headers=anna_client.same_origin_headers
    )
    assert asked.status_code < 500 or route.path == "/readyz"  # no worker is there
    policy = dict(one.split(maxsplit=1) for one in asked.headers["content-security-policy"].split("; "))
    assert {policy[name] for name in ("default-src", "frame-ancestors", "base-uri")} == {"'none'"}
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert "unsafe" not in str(policy)
    assert asked.headers["x-content-type-options"] == "nosniff"
    assert asked.headers["referrer-policy"] == "same-origin"
    assert asked.headers["cache-control"] == "no-store"
    assert len(asked.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    "route", [one for one in FINITE if one.method == "GET" and not one.path.endswith("/stream")], ids=named
)
async def test_reading_starts_and_changes_nothing(anna_client, user, database, route):
    async with database.transaction([user.id]) as tx:
        annas_own = {name: await make(tx, user) for name, make in OWNED_BY_PARAMETER.items()}
        before = await read_all_rows(tx, user, WRITTEN_BY_READING)
    await anna_client.get(route.fill_path(ANYTHING | annas_own))
    async with database.transaction([user.id]) as tx:
        assert await read_all_rows(tx, user, WRITTEN_BY_READING) == before


@pytest.mark.parametrize("route", [route for route in FINITE if route.method == "GET"], ids=named)
async def test_no_page_has_inline_scripts_or_styles(anna_client, route):
    assert not INLINE.search((await anna_client.get(route.fill_path(ANYTHING))).text)


@pytest.mark.parametrize("path", ["/nowhere", "/settings/access/sessions/x/end", "/sign-in/link/unknown"])
async def test_programs_get_problem_documents(anonymous_client, path):
    asked = await anonymous_client.get(path, headers={"Accept": "application/json"})
    assert asked.headers["content-type"] == "application/problem+json"
    document = asked.json()
    assert document["status"] == asked.status_code
    assert document["request_id"] == asked.headers["x-request-id"]
    assert document["detail"].endswith(".")
    assert json.loads(asked.text).keys() >= {"type", "title", "status", "detail", "instance"}
