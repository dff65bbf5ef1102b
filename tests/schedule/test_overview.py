"""Tests of the operator's view of all users: bounded, paginated, with retry."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import ReadOnlySQLTransactionError

from daybreak import schedule
from daybreak.schedule import Scheduler
from daybreak.schedule.heartbeat import SchedulerHeartbeat, delete_stale_schedulers, list_schedulers
from daybreak.schedule.tick import Ticker

MORNING = datetime(2026, 3, 30, 5, tzinfo=UTC)


async def set_timezone(harness, timezone: str, *users) -> None:
    ids = [user.id for user in users]
    await harness.admin.execute("UPDATE people_users SET timezone = $1 WHERE id = ANY ($2)", timezone, ids)


async def test_errors_are_paginated_and_retried(harness):
    users = [await harness.create_user() for _ in range(5)]
    await set_timezone(harness, "Mars/Olympus", *users)
    await harness.tick(MORNING)
    first = await schedule.list_errors(harness.database, limit=3)
    rest = await schedule.list_errors(harness.database, first[-1].owner_id, limit=3)
    assert [one.owner_id for one in (*first, *rest)] == sorted(user.id for user in users)
    sound = await harness.create_user()
    assert await schedule.retry_errors(harness.database, [users[4].id, sound.id]) == 1
    assert await schedule.retry_errors(harness.database) == 4
    assert (await schedule.get_overview(harness.database, harness.settings)).errors == 0
    await harness.tick(MORNING)
    assert (await schedule.get_overview(harness.database, harness.settings)).errors == 5


async def test_retry_after_failed_tick_enqueues_the_brief(harness):
    user = await harness.create_user()
    await harness.admin.execute(
        f"ALTER TABLE schedule_outcomes ADD CONSTRAINT poison CHECK (owner_id <> '{user.id}')"
    )
    try:
        assert (await harness.tick(MORNING)).errored == 1
    finally:
        await harness.admin.execute("ALTER TABLE schedule_outcomes DROP CONSTRAINT poison")
    assert (await harness.tick(MORNING)).enqueued == 0
    assert await schedule.retry_errors(harness.database) == 1
    assert (await harness.tick(MORNING)).enqueued == 1
    assert await harness.runs(user) == ["2026-03-30/standard"]


async def test_days_without_brief_are_paginated_newest_first(harness):
    users = [await harness.create_user() for _ in range(3)]
    await harness.tick(MORNING + timedelta(days=2))
    whole = await schedule.list_days_without_brief(harness.database, limit=100)
    assert {one.outcome for one in whole} == {"missed"}
    assert len(whole) == 6  # two days each; the third is caught up
    paged, cursor = (
        [],
        schedule.DayWithoutBriefCursor(datetime.max.replace(tzinfo=UTC), UUID(int=0), MORNING.date(), ""),
    )
    for _ in range(2):
        paged += await schedule.list_days_without_brief(harness.database, cursor, limit=4)
        cursor = paged[-1].cursor
    assert await schedule.list_days_without_brief(harness.database, cursor, limit=4) == []
    assert paged == whole
    assert (await schedule.get_overview(harness.database, harness.settings)).missed == 6
    harness.set_now(MORNING + timedelta(days=4))
    assert await schedule.list_days_without_brief(harness.database) == []
    assert {one.owner_id for one in whole} == {user.id for user in users}


async def test_scheduler_heartbeat_is_listed_with_last_error_until_stale(harness):
    await harness.admin.execute("TRUNCATE schedule_schedulers")
    heartbeat = SchedulerHeartbeat(harness.database)
    await heartbeat.send()
    seen = (await list_schedulers(harness.database))[0]
    assert (seen.alive, seen.last_error) == (True, "")
    await heartbeat.send("Unavailable: The database is away.")
    assert (await list_schedulers(harness.database))[0].last_error.startswith("Unavailable")
    await harness.admin.execute("UPDATE schedule_schedulers SET seen_at = seen_at - interval '10 minutes'")
    assert not (await list_schedulers(harness.database))[0].alive
    await harness.admin.execute("UPDATE schedule_schedulers SET seen_at = seen_at - interval '2 days'")
    await delete_stale_schedulers(harness.database)
    assert await list_schedulers(harness.database) == []


@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_stopped_scheduler_is_not_listed(harness, how):
    await harness.admin.execute("TRUNCATE schedule_schedulers")
    scheduler = Scheduler(harness.database, harness.settings)
    running = asyncio.create_task(scheduler.run())
    await asyncio.wait_for(scheduler.ready.wait(), 60)
    assert len(await list_schedulers(harness.database)) == 1
    scheduler.stop() if how == "stop" else running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await list_schedulers(harness.database) == []


async def test_scheduler_survives_read_only_database_and_reports_no_row_values(harness, monkeypatch):
    await harness.admin.execute("TRUNCATE schedule_schedulers")
    refusal = ReadOnlySQLTransactionError("cannot execute INSERT: Key (email)=(anna@example.org)")
    settings = harness.settings.model_copy(update={"tick_seconds": 0.05})
    scheduler = Scheduler(harness.database, settings)
    turns = asyncio.Queue()
    send = SchedulerHeartbeat.send

    async def refused(_ticker, now, _work):
        turns.put_nowait(now)
        raise refusal

    async def refused_once(self, error=""):
        if turns.qsize() < 2:
            raise refusal
        await send(self, error)
        turns.put_nowait(error)

    monkeypatch.setattr(Ticker, "tick", refused)
    monkeypatch.setattr(SchedulerHeartbeat, "send", refused_once)
    running = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(60):
        while turns.qsize() < 3:  # noqa: ASYNC110 - reads the queue's size without emptying it
            await asyncio.sleep(0.01)
    (seen,) = await list_schedulers(harness.database)
    assert "ReadOnlySQLTransactionError" in seen.last_error
    assert "anna" not in seen.last_error
    scheduler.stop()
    await asyncio.wait_for(running, 60)


async def test_history_continues_after_a_cursor(harness):
    user = await harness.create_user()
    await harness.tick(MORNING + timedelta(days=6))
    whole = (await harness.days(user))[::-1]
    async with harness.database.transaction([user.id]) as tx:
        paged = await schedule.list_outcomes(tx, user.id, 4)
        paged += await schedule.list_outcomes(tx, user.id, 4, paged[-1].cursor)
        assert await schedule.list_outcomes(tx, user.id, 4, paged[-1].cursor) == []
    assert paged == whole
    assert len(whole) == 7
