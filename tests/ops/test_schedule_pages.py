"""Test the schedule page of administrators."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from daybreak import people, runs
from daybreak.errors import InvalidInput
from daybreak.ops.charts.bars import MAX_HEIGHT
from daybreak.ops.charts.due import make_due_bars
from daybreak.runs import SYSTEM_OWNER_ID
from daybreak.runs.testing import run_all_due
from daybreak.schedule import DueCount, MaintenanceTask, Reason, make_maintenance_kind
from daybreak.schedule.model import fix_for

HERE = "/operations/schedule"
NOW = datetime(2026, 3, 29, 6, 44, tzinfo=UTC)
MISS = """
INSERT INTO schedule_outcomes (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT
    $1, date '2026-03-29' - n, 'standard', 'missed', 'too_late', $2::timestamptz,
    $2::timestamptz - n * interval '1 second'
FROM generate_series(0, $3 - 1) AS n
"""
FAIL = """
INSERT INTO schedule_second_tries
SELECT
    owner_id, local_date, edition, gen_random_uuid(), 1, t, t + interval '1 h', t + interval '4 h', 'pending'
FROM schedule_outcomes CROSS JOIN (SELECT $2::timestamptz AS t) AS failed WHERE owner_id = $1
"""
SET_ERROR = (
    "UPDATE schedule_entries SET error = $2, start_at = NULL, is_stale = FALSE WHERE owner_id = ANY ($1)"
)


@pytest.fixture
async def quiet(admin_connection) -> None:
    """Delete schedule errors, missed days, schedulers and second tries of other tests."""
    await admin_connection.execute(
        "UPDATE schedule_entries SET error = NULL; "
        "DELETE FROM schedule_outcomes; DELETE FROM schedule_schedulers; DELETE FROM schedule_second_tries"
    )


async def find_the_cellar_locked(_database) -> str:
    raise InvalidInput("The cellar is locked.")


async def test_schedule_page_requires_an_admin(anna_client, bob_client, admin_user):
    assert (await bob_client.get(HERE)).status_code == 403
    assert (await bob_client.post(f"{HERE}/retry")).status_code == 403
    assert f'href="{HERE}"' in (await anna_client.get("/operations")).text


async def test_empty_schedule_page_explains_what_is_missing(anna_client, admin_user, quiet):
    page = (await anna_client.get(HERE)).text
    assert "so no briefs are being created" in page
    assert page.count('<p class="empty">') >= 3


async def test_due_briefs_are_charted_and_listed(anna_client, admin_user, quiet, admin_connection):
    insert = (
        "INSERT INTO schedule_slots "
        "(timezone, local_time, local_date, due_at, user_count, instant_user_count) "
        "VALUES ('Test/Nowhere', $1, date '2026-03-29', $2, $3, $3)"
    )
    seven = datetime(2026, 3, 29, 7, tzinfo=UTC)
    await admin_connection.execute(insert, seven.time(), seven, 40)
    await admin_connection.execute(
        insert, (seven + timedelta(hours=2)).time(), seven + timedelta(hours=2), 1200
    )
    await admin_connection.execute("UPDATE schedule_state SET briefs_per_second = 0.1")
    page = (await anna_client.get(HERE)).text
    await admin_connection.execute("DELETE FROM schedule_slots WHERE timezone = 'Test/Nowhere'")
    await admin_connection.execute("UPDATE schedule_state SET briefs_per_second = 50")
    assert "<title>09:00: 40</title>" in page  # in Berlin
    assert re.search(r"<title>11:00: 1.200, 1.020 late</title>", page)
    assert page.count('<rect class="late"') == 1


async def test_wrong_clock_of_a_worker_is_an_error_on_operations_and_in_the_api(
    anna_client, api_client, admin_user, admin_connection
):
    await admin_connection.execute(
        "INSERT INTO runs_workers (id, name, queues, running, draining, clock_ahead) "
        "VALUES (gen_random_uuid(), 'test:fast', '{}', 0, FALSE, '26 h')"
    )
    page, answer = (await anna_client.get("/operations")).text, await api_client.get("/api/v1/operations")
    await admin_connection.execute("DELETE FROM runs_workers WHERE name = 'test:fast'")
    words = "The clock of this machine is 26 h ahead of the database’s; correct it."
    assert words in page
    assert [words in one["error"] for one in answer.json()["workers"] if one["name"] == "test:fast"] == [True]


async def test_second_try_of_a_failed_brief_is_shown_to_its_user_and_to_admins(
    anna_client, api_client, admin_user, user, quiet, admin_connection
):
    await admin_connection.execute(
        MISS.replace("missed", "enqueued").replace("too_late", "due"), user.id, NOW, 1
    )
    await admin_connection.execute(FAIL, user.id, NOW)
    words = "Composing failed; it will be tried again at 09:44."  # in Berlin
    for path in (HERE, "/settings/schedule"):
        assert words in (await anna_client.get(path)).text, path
    (listed,) = (await api_client.get("/api/v1/operations/schedule")).json()["second_tries"]
    assert (listed["state"], listed["edition"]) == ("pending", "standard")
    await admin_connection.execute("DELETE FROM schedule_second_tries")


async def test_schedule_errors_are_listed_with_their_fix_and_retried(
    anna_client, admin_user, quiet, admin_connection, run_workspace, other_user
):
    both = [run_workspace.user.id, other_user.id]
    await admin_connection.execute(SET_ERROR, both, "The schedule failed on it: <b>poison</b>")
    page = (await anna_client.get(HERE)).text
    assert page.count("&lt;b&gt;poison&lt;/b&gt;") == 2
    assert page.count(escape(fix_for("The schedule failed on it"))) == 2
    assert other_user.email in page
    count = "SELECT count(*) FROM schedule_entries WHERE error IS NOT NULL"
    for nobody in ("", "abc"):
        assert (await anna_client.post(f"{HERE}/retry", user=nobody)).status_code == 422
    assert await admin_connection.fetchval(count) == 2
    await anna_client.post(f"{HERE}/retry", user=str(other_user.id))
    assert "Retrying 1 schedule" in (await anna_client.get(HERE)).text
    assert await admin_connection.fetchval(count) == 1
    await anna_client.post(f"{HERE}/retry")
    assert await admin_connection.fetchval(count) == 0


async def test_long_schedule_lists_are_paginated(
    anna_client, admin_user, quiet, admin_connection, run_workspace, database
):
    await admin_connection.execute(MISS, run_workspace.user.id, NOW - timedelta(hours=1), 53)
    others = [
        await people.create_user(database, f"{n}-{run_workspace.user.email}", timezone="UTC")
        for n in range(52)
    ]
    await admin_connection.execute(SET_ERROR, [one.id for one in others], "There is no time zone “Mars”.")
    too_late, fix = escape(Reason.TOO_LATE.text), escape(fix_for("There is no time zone “Mars”."))
    page = (await anna_client.get(HERE)).text
    assert (page.count(too_late), page.count(fix)) == (50, 50)
    more_errors, more = re.findall(r'href="([^"#]+)#[a-z-]+" rel="next"', page)
    assert (await anna_client.get(more)).text.count(too_late) == 3
    assert (await anna_client.get(more_errors)).text.count(fix) == 2
    await admin_connection.execute("DELETE FROM people_users WHERE id = ANY ($1)", [one.id for one in others])


async def test_schedulers_and_maintenance_are_listed(
    anna_client, admin_user, quiet, admin_connection, database
):
    now = await admin_connection.fetchval("SELECT now()")
    await admin_connection.execute(
        "INSERT INTO schedule_schedulers VALUES ($1, 'boreas:1', $2, $2, ''), ($3, 'notos:2', $2, $4, ''),"
        " ($5, 'euros:3', $2, $2, 'Unavailable: away')",
        UUID(int=1), now, UUID(int=2), now - timedelta(hours=2), UUID(int=3),
    )  # fmt: skip
    await admin_connection.execute(
        "INSERT INTO schedule_maintenance VALUES ('test.clear', '17 3 * * *', $1) ON CONFLICT DO NOTHING", NOW
    )
    failing = make_maintenance_kind(
        [MaintenanceTask(name="test.clear", cron="17 3 * * *", run=find_the_cellar_locked)]
    )
    async with database.transaction([SYSTEM_OWNER_ID]) as tx:
        await runs.enqueue(tx, failing, SYSTEM_OWNER_ID, failing.parameters(), "test.clear")
    await run_all_due(database, [failing], SYSTEM_OWNER_ID)
    async with database.transaction([SYSTEM_OWNER_ID]) as tx:
        await runs.enqueue(tx, failing, SYSTEM_OWNER_ID, failing.parameters(), "test.clear")
    page = (await anna_client.get(HERE)).text
    await admin_connection.execute("DELETE FROM runs_open WHERE key = 'test.clear'")
    await admin_connection.execute(
        "DELETE FROM runs_finished WHERE key = 'test.clear'; DELETE FROM schedule_maintenance"
    )
    states = re.findall(r'<span class="state \w+">([^<]+)', page)
    assert sorted(states) == ["Error", "Offline", "Online"]
    assert "so no briefs are being created" not in page
    assert "Failed:</span> The cellar is locked." in page
    assert "Queued</span>" in page, "a queued run has no summary yet"


MINUTES = st.builds(
    lambda after, people, late: DueCount(
        due_at=NOW + timedelta(minutes=after), users=people, late=min(late, people)
    ),
    st.integers(0, 24 * 60) | st.just(24 * 60),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)


@given(st.lists(MINUTES, max_size=60))
@settings(max_examples=50)
def test_due_bars_count_every_user_and_fit_the_chart(minutes):
    bars = make_due_bars(minutes, NOW)
    assert sum(bar.users for bar in bars) == sum(minute.users for minute in minutes)
    assert sum(bar.late for bar in bars) == sum(minute.late for minute in minutes)
    assert all(0 <= bar.late_height <= bar.height <= MAX_HEIGHT for bar in bars)
    assert all(bar.height > 0 for bar in bars if bar.users)
