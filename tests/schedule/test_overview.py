"""Tests of the operator's view of all users: bounded, paginated, with retry."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asyncpg import ReadOnlySQLTransactionError

from daybreak import schedule
from daybreak.schedule import Scheduler
from daybreak.schedule.heartbeat import Presence, forget_gone, schedulers
from daybreak.schedule.tick import Ticker

MORNING = datetime(2026, 3, 30, 5, tzinfo=UTC)


async def set_zone(office, zone: str, *users) -> None:
    ids = [user.id for user in users]
    await office.admin.execute("UPDATE people_users SET timezone = $1 WHERE id = ANY ($2)", zone, ids)


async def test_errors_are_paginated_and_retried(office):
    users = [await office.join() for _ in range(5)]
    await set_zone(office, "Mars/Olympus", *users)
    await office.tick(MORNING)
    first = await schedule.set_aside(office.database, limit=3)
    rest = await schedule.set_aside(office.database, first[-1].owner_id, limit=3)
    assert [one.owner_id for one in (*first, *rest)] == sorted(user.id for user in users)
    sound = await office.join()
    assert await schedule.retry(office.database, [users[4].id, sound.id]) == 1
    assert await schedule.retry(office.database) == 4
    assert (await schedule.get_overview(office.database, office.settings)).aside == 0
    await office.tick(MORNING)
    assert (await schedule.get_overview(office.database, office.settings)).aside == 5


async def test_retry_after_failed_tick_enqueues_the_brief(office):
    user = await office.join()
    await office.admin.execute(
        f"ALTER TABLE schedule_days ADD CONSTRAINT poison CHECK (owner_id <> '{user.id}')"
    )
    try:
        assert (await office.tick(MORNING)).set_aside == 1
    finally:
        await office.admin.execute("ALTER TABLE schedule_days DROP CONSTRAINT poison")
    assert (await office.tick(MORNING)).rung == 0
    assert await schedule.retry(office.database) == 1
    assert (await office.tick(MORNING)).rung == 1
    assert await office.runs(user) == ["2026-03-30/standard"]


async def test_days_without_brief_are_paginated_newest_first(office):
    users = [await office.join() for _ in range(3)]
    await office.tick(MORNING + timedelta(days=2))
    whole = await schedule.left_out(office.database, limit=100)
    assert {one.outcome for one in whole} == {"missed"}
    assert len(whole) == 6  # two days each; the third is caught up
    paged, place = (
        [],
        schedule.LeftOutPlace(datetime.max.replace(tzinfo=UTC), UUID(int=0), MORNING.date(), ""),
    )
    for _ in range(2):
        paged += await schedule.left_out(office.database, place, limit=4)
        place = paged[-1].place
    assert await schedule.left_out(office.database, place, limit=4) == []
    assert paged == whole
    assert (await schedule.get_overview(office.database, office.settings)).missed == 6
    office.at(MORNING + timedelta(days=4))
    assert await schedule.left_out(office.database) == []
    assert {one.owner_id for one in whole} == {user.id for user in users}


async def test_scheduler_heartbeat_is_listed_with_last_error_until_stale(office):
    await office.admin.execute("TRUNCATE schedule_schedulers")
    presence = Presence(office.database)
    await presence.say()
    seen = (await schedulers(office.database))[0]
    assert (seen.alive, seen.trouble) == (True, "")
    await presence.say("Unavailable: The database is away.")
    assert (await schedulers(office.database))[0].trouble.startswith("Unavailable")
    office.at(MORNING + timedelta(minutes=10))
    assert not (await schedulers(office.database))[0].alive
    office.at(MORNING + timedelta(days=2))
    await forget_gone(office.database)
    assert await schedulers(office.database) == []


@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_stopped_scheduler_is_not_listed(office, how):
    await office.admin.execute("TRUNCATE schedule_schedulers")
    scheduler = Scheduler(office.database, office.settings)
    running = asyncio.create_task(scheduler.run())
    await asyncio.wait_for(scheduler.ready.wait(), 60)
    assert len(await schedulers(office.database)) == 1
    scheduler.stop() if how == "stop" else running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await schedulers(office.database) == []


async def test_scheduler_survives_read_only_database_and_reports_no_row_values(office, monkeypatch):
    await office.admin.execute("TRUNCATE schedule_schedulers")
    refusal = ReadOnlySQLTransactionError("cannot execute INSERT: Key (email)=(anna@example.org)")
    settings = office.settings.model_copy(update={"interval": 0.05})
    scheduler = Scheduler(office.database, settings)
    turns = asyncio.Queue()
    send = Presence.say

    async def refused(_ticker, moment):
        turns.put_nowait(moment)
        raise refusal

    async def refused_once(self, trouble=""):
        if turns.qsize() < 2:
            raise refusal
        await send(self, trouble)
        turns.put_nowait(trouble)

    monkeypatch.setattr(Ticker, "tick", refused)
    monkeypatch.setattr(Presence, "say", refused_once)
    running = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(60):
        while turns.qsize() < 3:  # noqa: ASYNC110 - the queue is looked at, not emptied
            await asyncio.sleep(0.01)
    (seen,) = await schedulers(office.database)
    assert "ReadOnlySQLTransactionError" in seen.trouble
    assert "anna" not in seen.trouble
    scheduler.stop()
    await asyncio.wait_for(running, 60)


async def test_history_continues_after_a_cursor(office):
    user = await office.join()
    await office.tick(MORNING + timedelta(days=6))
    whole = (await office.days(user))[::-1]
    async with office.database.transaction([user.id]) as tx:
        paged = await schedule.history(tx, user.id, 4)
        paged += await schedule.history(tx, user.id, 4, paged[-1].place)
        assert await schedule.history(tx, user.id, 4, paged[-1].place) == []
    assert paged == whole
    assert len(whole) == 7
