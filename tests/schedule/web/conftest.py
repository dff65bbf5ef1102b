"""Fixtures for the schedule's pages and API, in the database shared by all page tests."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from daybreak import people
from daybreak.people import Role, Scope

from ...web.browser_client import BrowserClient  # noqa: TID252 - tests are no package that could be named

INSERT_DAYS = """
INSERT INTO schedule_outcomes (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT
    $1, $2::date - age, 'standard', $3, $4, $2::date - age + time '05:00' AT TIME ZONE 'UTC',
    timestamptz '2026-03-29 05:00Z' - age * interval '1 day'
FROM generate_series(0, $5 - 1) AS age
"""


@pytest.fixture
async def api_client(application, database, user):
    """Return an API client with a token of Anna."""
    async with database.transaction([user.id]) as tx:
        _, secret = await people.create_token(tx, user.id, "A program", Scope.WRITE, 30)
    async with BrowserClient.open(application, database) as browser:
        browser.client.headers.update({"Accept": "application/json", "Authorization": f"Bearer {secret}"})
        yield browser.client


@pytest.fixture
async def anna_is_admin(database, user) -> None:
    """Make Anna an admin."""
    await people.set_role(database, user, Role.ADMIN)


@pytest.fixture
def insert_days(admin_connection) -> Callable[..., Awaitable[None]]:
    """Return a function that inserts past outcomes of a user, the last of them today."""

    async def insert_days(owner, days: int, outcome: str = "enqueued", reason: str = "due") -> None:
        await admin_connection.execute(INSERT_DAYS, owner.id, date(2026, 3, 29), outcome, reason, days)

    return insert_days


@pytest.fixture
def break_timezone(admin_connection, database) -> Callable[..., Awaitable[None]]:
    """Return a function that sets the error of an unknown time zone in a user's schedule."""

    async def break_timezone(owner) -> None:
        await admin_connection.execute(
            "UPDATE schedule_entries SET error = 'There is no time zone “Mars/Olympus”.', start_at = NULL,"
            " local_date = NULL, is_stale = FALSE WHERE owner_id = $1",
            owner.id,
        )

    return break_timezone
