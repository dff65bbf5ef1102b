"""Tests that a link works once: also when many use it at the same time, or another one replaces it."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from daybreak import people
from daybreak.people import LinkPurpose, Role

from .browser_client import BrowserClient

pytestmark = pytest.mark.usefixtures("cheap_passwords", "reset_throttle")
PASSWORD = "correct horse battery"


@pytest.mark.parametrize("purpose", LinkPurpose)
async def test_link_used_by_many_at_once_works_for_one(application, database, user, purpose):
    path = purpose.path(await people.create_link(database, user, purpose))
    async with AsyncExitStack() as stack:
        browsers = [
            await stack.enter_async_context(BrowserClient.open(application, database)) for _ in range(12)
        ]
        form = {"password": PASSWORD, "password_confirmation": PASSWORD}
        answers = await asyncio.gather(*(browser.post(path, **form) for browser in browsers))
        assert sorted(answer.status_code for answer in answers) == [303] + [404] * 11
        opened = [(await browser.get("/settings")).status_code for browser in browsers]
    assert sorted(opened) == [200] + [303] * 11


async def test_repeated_invitation_replaces_the_first_one(anonymous_client, database):
    email = f"{uuid4().hex}@example.org"
    first, second = [
        LinkPurpose.INVITATION.path(
            (await people.invite(database, email, timezone="UTC", role=Role.MEMBER)).secret
        )
        for _ in range(2)
    ]
    assert (await anonymous_client.get(first)).status_code == 404
    assert (await anonymous_client.get(second)).status_code == 200


async def test_new_password_ends_all_other_links(anonymous_client, database, user):
    links = [purpose.path(await people.create_link(database, user, purpose)) for purpose in LinkPurpose]
    used = links[1]
    await anonymous_client.post(used, password=PASSWORD, password_confirmation=PASSWORD)
    assert [(await anonymous_client.get(link)).status_code for link in links] == [404] * 3
