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
from daybreak.ops.charts.bars import HEIGHT
from daybreak.ops.charts.due import crowds
from daybreak.runs import NOBODY
from daybreak.runs.testing import drain
from daybreak.schedule import Minute, Reason, Upkeep, upkeep_kind
from daybreak.schedule.model import cure

HERE = "/operations/schedule"
NOW = datetime(2026, 3, 29, 6, 44, tzinfo=UTC)
MISS = """
INSERT INTO schedule_days (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT
    $1, date '2026-03-29' - n, 'standard', 'missed', 'too_late', $2::timestamptz,
    $2::timestamptz - n * interval '1 second'
FROM generate_series(0, $3 - 1) AS n
"""
ASIDE = "UPDATE schedule_dues SET aside = $2, start_at = NULL, stale = FALSE WHERE owner_id = ANY ($1)"


@pytest.fixture
async def quiet(as_admin) -> None:
    """Delete schedule errors, missed days and schedulers of other tests."""
    await as_admin.execute(
        "UPDATE schedule_dues SET aside = NULL; DELETE FROM schedule_days; DELETE FROM schedule_schedulers"
    )


async def find_the_cellar_locked(_database) -> str:
    raise InvalidInput("The cellar is locked.")


async def test_schedule_page_requires_an_admin(annas, bobs, as_operator):
    assert (await bobs.get(HERE)).status_code == 403
    assert (await bobs.post(f"{HERE}/retry")).status_code == 403
    assert f'href="{HERE}"' in (await annas.get("/operations")).text


async def test_empty_schedule_page_explains_what_is_missing(annas, as_operator, quiet):
    page = (await annas.get(HERE)).text
    assert "so no briefs are being created" in page
    assert page.count('<p class="empty">') >= 3


async def test_due_briefs_are_charted_and_listed(annas, as_operator, quiet, as_admin):
    insert = (
        "INSERT INTO schedule_slots (zone, local_time, local_date, due_at, people, crowd) "
        "VALUES ('Test/Nowhere', $1, date '2026-03-29', $2, $3, $3)"
    )
    seven = datetime(2026, 3, 29, 7, tzinfo=UTC)
    await as_admin.execute(insert, seven.time(), seven, 40)
    await as_admin.execute(insert, (seven + timedelta(hours=2)).time(), seven + timedelta(hours=2), 1200)
    await as_admin.execute("UPDATE schedule_state SET per_second = 0.1")
    page = (await annas.get(HERE)).text
    await as_admin.execute("DELETE FROM schedule_slots WHERE zone = 'Test/Nowhere'")
    await as_admin.execute("UPDATE schedule_state SET per_second = 50")
    assert "<title>09:00: 40</title>" in page  # in Berlin
    assert re.search(r"<title>11:00: 1.200, 1.020 late</title>", page)
    assert page.count('<rect class="late"') == 1


async def test_schedule_errors_are_listed_with_their_fix_and_retried(
    annas, as_operator, quiet, as_admin, desk, other_user
):
    both = [desk.user.id, other_user.id]
    await as_admin.execute(ASIDE, both, "The schedule failed on it: <b>poison</b>")
    page = (await annas.get(HERE)).text
    assert page.count("&lt;b&gt;poison&lt;/b&gt;") == 2
    assert page.count(escape(cure("The schedule failed on it"))) == 2
    assert other_user.email in page
    aside = "SELECT count(*) FROM schedule_dues WHERE aside IS NOT NULL"
    for nobody in ("", "abc"):
        assert (await annas.post(f"{HERE}/retry", user=nobody)).status_code == 422
    assert await as_admin.fetchval(aside) == 2
    await annas.post(f"{HERE}/retry", user=str(other_user.id))
    assert "Retrying 1 schedule" in (await annas.get(HERE)).text
    assert await as_admin.fetchval(aside) == 1
    await annas.post(f"{HERE}/retry")
    assert await as_admin.fetchval(aside) == 0


async def test_long_schedule_lists_are_paginated(annas, as_operator, quiet, as_admin, desk, database):
    await as_admin.execute(MISS, desk.user.id, NOW - timedelta(hours=1), 53)
    others = [await people.add(database, f"{n}-{desk.user.email}", timezone="UTC") for n in range(52)]
    await as_admin.execute(ASIDE, [one.id for one in others], "There is no time zone “Mars”.")
    too_late, fix = escape(Reason.TOO_LATE.sentence), escape(cure("There is no time zone “Mars”."))
    page = (await annas.get(HERE)).text
    assert (page.count(too_late), page.count(fix)) == (50, 50)
    more_aside, more = re.findall(r'href="([^"#]+)#[a-z-]+" rel="next"', page)
    assert (await annas.get(more)).text.count(too_late) == 3
    assert (await annas.get(more_aside)).text.count(fix) == 2
    await as_admin.execute("DELETE FROM people_users WHERE id = ANY ($1)", [one.id for one in others])


async def test_schedulers_and_maintenance_are_listed(annas, as_operator, quiet, as_admin, database):
    await as_admin.execute(
        "INSERT INTO schedule_schedulers VALUES ($1, 'boreas:1', $2, $2, ''), ($3, 'notos:2', $2, $4, ''),"
        " ($5, 'euros:3', $2, $2, 'Unavailable: away')",
        UUID(int=1), NOW - timedelta(minutes=15), UUID(int=2), NOW - timedelta(hours=2), UUID(int=3),
    )  # fmt: skip
    await as_admin.execute(
        "INSERT INTO schedule_upkeep VALUES ('test.clear', '17 3 * * *', $1) ON CONFLICT DO NOTHING", NOW
    )
    failing = upkeep_kind([Upkeep(name="test.clear", cron="17 3 * * *", do=find_the_cellar_locked)])
    async with database.transaction([NOBODY]) as tx:
        await runs.start(tx, failing, NOBODY, failing.parameters(), "test.clear")
    await drain(database, [failing], NOBODY)
    async with database.transaction([NOBODY]) as tx:
        await runs.start(tx, failing, NOBODY, failing.parameters(), "test.clear")
    page = (await annas.get(HERE)).text
    await as_admin.execute("DELETE FROM runs_open WHERE key = 'test.clear'")
    await as_admin.execute("DELETE FROM runs_finished WHERE key = 'test.clear'; DELETE FROM schedule_upkeep")
    states = re.findall(r'<span class="state \w+">([^<]+)', page)
    assert sorted(states) == ["Error", "Offline", "Online"]
    assert "so no briefs are being created" not in page
    assert "Failed:</span> The cellar is locked." in page
    assert "Queued</span>" in page, "a queued run has no summary yet"


MINUTES = st.builds(
    lambda after, people, late: Minute(
        due_at=NOW + timedelta(minutes=after), people=people, late=min(late, people)
    ),
    st.integers(0, 24 * 60) | st.just(24 * 60),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)


@given(st.lists(MINUTES, max_size=60))
@settings(max_examples=50)
def test_due_bars_count_every_user_and_fit_the_chart(minutes):
    bars = crowds(minutes, NOW)
    assert sum(bar.people for bar in bars) == sum(minute.people for minute in minutes)
    assert sum(bar.late for bar in bars) == sum(minute.late for minute in minutes)
    assert all(0 <= bar.late_height <= bar.height <= HEIGHT for bar in bars)
    assert all(bar.height > 0 for bar in bars if bar.people)
