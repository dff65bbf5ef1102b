"""Tests of token access to the account: a token cannot grant more than its own access."""

from uuid import uuid4

import pytest

from daybreak import people
from daybreak.people import Role, Scope

from .conftest import client_with_token


def made(answer) -> dict:
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_read_only_token_reads_everything(token_client):
    reader = await token_client(Scope.READ)
    for path in ("/profile", "/sessions", "/tokens", "/deletion", "/export"):
        assert (await reader("GET", path)).status_code == 200


async def test_token_secret_is_returned_only_once(request_as_anna, anonymous_client):
    token = made(await request_as_anna("POST", "/tokens", {"name": "Widget", "scope": "write", "days": 30}))
    assert (await client_with_token(anonymous_client, token["secret"])("GET", "/profile")).status_code == 200
    listed = await request_as_anna("GET", "/tokens")
    assert token["secret"] not in listed.text
    assert [(one["name"], one["scope"], one["is_this"]) for one in listed.json()["items"]] == [
        ("Widget", "write", False)
    ]
    assert (await request_as_anna("DELETE", f"/tokens/{token['id']}")).status_code == 204
    assert (await client_with_token(anonymous_client, token["secret"])("GET", "/profile")).status_code == 401


@pytest.mark.parametrize("days", [31, 3650, None])
async def test_token_cannot_create_one_that_expires_later(token_client, request_as_anna, days: int | None):
    refused = await (await token_client(days=30))("POST", "/tokens", {"name": "x", "days": days})
    assert (refused.status_code, "Ask for fewer days" in refused.json()["detail"]) == (403, True)
    assert [one["name"] for one in (await request_as_anna("GET", "/tokens")).json()["items"]] == ["A program"]


async def test_token_without_expiry_can_create_another_one(token_client):
    maker = await token_client(days=None)
    assert (made(await maker("POST", "/tokens", {"name": "x", "days": None})))["expires_at"] is None


async def test_child_tokens_are_revoked_with_their_parent(token_client, request_as_anna, anonymous_client):
    maker = await token_client()
    child = made(await maker("POST", "/tokens", {"name": "child", "scope": "write", "days": 20}))
    grandchild = made(
        await client_with_token(anonymous_client, child["secret"])(
            "POST", "/tokens", {"name": "x", "days": 10}
        )
    )
    listed = (await maker("GET", "/tokens")).json()["items"]
    own = next(one["id"] for one in listed if one["is_this"])
    assert (await request_as_anna("DELETE", f"/tokens/{own}")).status_code == 204
    for secret in (child["secret"], grandchild["secret"]):
        assert (await client_with_token(anonymous_client, secret)("GET", "/profile")).status_code == 401
    assert (await request_as_anna("GET", "/tokens")).json()["items"] == []


async def test_admin_token_invites_new_members_only(token_client, database, user, other_user):
    await people.set_role(database, user, Role.ADMIN)
    maker = await token_client()
    email = f"{uuid4().hex}@example.org"
    assert "/invitation/" in (made(await maker("POST", "/members/invitations", {"email": email})))["link"]
    as_admin = {"email": f"{uuid4().hex}@example.org", "role": "admin"}
    assert (await maker("POST", "/members/invitations", as_admin)).status_code == 403
    assert await people.find_by_email(database, as_admin["email"]) is None
    again = await maker("POST", "/members/invitations", {"email": other_user.email})
    assert (again.status_code, "in the browser" in again.json()["detail"]) == (409, True)
    for account in (user, other_user):
        assert (await maker("POST", "/members/resets", {"email": account.email})).status_code == 403
