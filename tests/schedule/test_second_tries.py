"""Tests of the second try of a scheduled brief whose worker died three times."""

import asyncio
from datetime import timedelta

import pytest

from daybreak import runs, schedule
from daybreak.briefs import COMPOSE, ComposeParameters, enqueue_compose
from daybreak.runs import RunsSettings, Status
from daybreak.runs.testing import run_all_due
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.rescuer import Rescuer
from daybreak.schedule import SecondTryState

HOUR = timedelta(hours=1)
SETTINGS = RunsSettings()


async def die(harness, user) -> runs.Run:
    """Claim the user's run and let its lease expire, as often as it has attempts; return the failed run."""
    executor = Executor(harness.database, [COMPOSE], SETTINGS)
    while keys := await harness.admin.fetch(
        "SELECT owner_id, id FROM runs_open WHERE owner_id = $1", user.id
    ):
        (key,) = keys
        await harness.admin.execute("UPDATE runs_open SET scheduled_at = now() - interval '1 s'")
        assert await executor.claim([tuple(key)])
        await harness.admin.execute("UPDATE runs_open SET lease_until = now() - interval '1 s'")
        await Rescuer(harness.database, SETTINGS).run_once()
    return await get_run(harness, user, key["id"])


async def get_run(harness, user, run_id) -> runs.Run:
    async with harness.database.transaction([user.id]) as tx:
        return await runs.get(tx, user.id, run_id)


async def second_try(harness, user):
    ((outcome),) = await harness.days(user)
    return outcome.second_try


async def enqueue_today(harness, **preferences) -> tuple:
    """Create a user whose brief of today has just become due, and return the time of the database, too."""
    now = await harness.admin.fetchval("SELECT now()")
    hours = 11 - now.hour
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    at = (now + timedelta(hours=hours)).replace(second=0, microsecond=0, tzinfo=None).time()
    harness.set_now(now - timedelta(minutes=5))
    user = await harness.create_user(zone, brief_time=at, **preferences)
    assert (await harness.tick(now)).enqueued == 1
    return user, now


async def test_brief_whose_workers_died_is_tried_once_more_after_an_hour(harness):
    user, now = await enqueue_today(harness)
    failed = await die(harness, user)
    assert (failed.status, failed.attempts, failed.epoch) == (Status.FAILED, 3, 1)
    noted = await second_try(harness, user)
    assert (noted.state, noted.run_id) == (SecondTryState.PENDING, failed.id)
    assert HOUR <= noted.retry_at - now < HOUR + timedelta(minutes=2)
    assert noted.describe(user.tz) == (
        f"Composing failed; it will be tried again at {noted.retry_at.astimezone(user.tz):%H:%M}."
    )
    await harness.tick(noted.retry_at - timedelta(seconds=1))
    assert (await get_run(harness, user, failed.id)).status is Status.FAILED
    await harness.tick(noted.retry_at)
    retried = await get_run(harness, user, failed.id)
    assert (retried.status, retried.epoch, retried.attempts) == (Status.QUEUED, 2, 0)
    await run_all_due(harness.database, [COMPOSE], user.id)
    assert (await get_run(harness, user, failed.id)).status is Status.SUCCEEDED
    assert (await second_try(harness, user)).describe(user.tz).endswith(": succeeded.")
    assert [one.run_status for one in await schedule.list_second_tries(harness.database)] == ["succeeded"]


async def test_second_try_that_fails_is_the_last(harness):
    user, _ = await enqueue_today(harness)
    first = await second_try_after_death(harness, user)
    await harness.tick(first.retry_at)
    again = await die(harness, user)
    assert (again.status, again.epoch) == (Status.FAILED, 2)
    for hours in range(3):
        await harness.tick(first.retry_at + hours * HOUR)
    assert (await get_run(harness, user, again.id)).epoch == 2
    assert (await second_try(harness, user)).describe(user.tz).endswith(": failed again.")


async def second_try_after_death(harness, user):
    await die(harness, user)
    return await second_try(harness, user)


async def test_concurrent_schedulers_retry_a_failed_brief_once(harness):
    user, _ = await enqueue_today(harness)
    noted = await second_try_after_death(harness, user)
    harness.set_now(noted.retry_at)
    await asyncio.gather(*(harness.tick() for _ in range(4)))
    run = await get_run(harness, user, noted.run_id)
    assert (run.status, run.epoch) == (Status.QUEUED, 2)
    assert (await second_try(harness, user)).state is SecondTryState.RETRIED


async def retry_by_hand(harness, user, noted) -> None:
    async with harness.database.transaction([user.id]) as tx:
        await runs.retry(tx, user.id, noted.run_id)


async def compose_by_hand(harness, user, noted) -> None:
    async with harness.database.transaction([user.id]) as tx:
        await enqueue_compose(tx, user.id, ComposeParameters(date=noted.local_date))


@pytest.mark.parametrize("by_hand", [retry_by_hand, compose_by_hand])
@pytest.mark.parametrize("has_ended", [True, False])
async def test_brief_started_again_by_hand_gets_no_second_try(harness, by_hand, has_ended):
    user, _ = await enqueue_today(harness)
    noted = await second_try_after_death(harness, user)
    await by_hand(harness, user, noted)
    if has_ended:
        await run_all_due(harness.database, [COMPOSE], user.id)
    await harness.tick(noted.retry_at)
    await run_all_due(harness.database, [COMPOSE], user.id)
    assert (await second_try(harness, user)).state is SecondTryState.SUPERSEDED
    ended = await harness.admin.fetch("SELECT status FROM runs_finished WHERE owner_id = $1", user.id)
    assert [row["status"] for row in ended].count("succeeded") == 1


async def test_brief_that_failed_again_after_a_retry_by_hand_gets_no_second_try(harness):
    user, _ = await enqueue_today(harness)
    noted = await second_try_after_death(harness, user)
    await retry_by_hand(harness, user, noted)
    assert (await die(harness, user)).epoch == 2
    await harness.tick(noted.retry_at)
    run = await get_run(harness, user, noted.run_id)
    assert (run.status, run.epoch) == (Status.FAILED, 2)
    assert (await second_try(harness, user)).state is SecondTryState.SUPERSEDED


async def test_second_try_after_the_catch_up_window_is_not_made(harness):
    user, _ = await enqueue_today(harness, catch_up=timedelta(minutes=30))
    noted = await second_try_after_death(harness, user)
    assert noted.state is SecondTryState.TOO_LATE
    await harness.tick(noted.retry_at)
    assert (await get_run(harness, user, noted.run_id)).status is Status.FAILED
    assert noted.describe(user.tz) == "Composing failed, and the catch-up window is over."


async def test_second_try_missed_until_the_window_is_over_is_not_made(harness):
    user, _ = await enqueue_today(harness)
    noted = await second_try_after_death(harness, user)
    await harness.tick(noted.retry_at + timedelta(hours=4))
    assert (await second_try_of_first_day(harness, user)).state is SecondTryState.TOO_LATE


async def test_user_who_pauses_briefs_gets_no_second_try(harness):
    user, _ = await enqueue_today(harness)
    noted = await second_try_after_death(harness, user)
    await harness.update_preferences(user, active=False)
    await harness.tick(noted.retry_at)
    assert (await get_run(harness, user, noted.run_id)).status is Status.FAILED
    paused = await second_try_of_first_day(harness, user)
    assert paused.state is SecondTryState.SUPERSEDED
    assert paused.describe(user.tz) == (
        "Composing failed; it was started again by hand, or briefs were paused."
    )


async def second_try_of_first_day(harness, user):
    return (await harness.days(user))[0].second_try


async def test_brief_that_fails_for_another_reason_gets_no_second_try(harness):
    user, _ = await enqueue_today(harness)
    await harness.admin.execute("UPDATE runs_open SET parameters = '{}', max_attempts = 1")
    await run_all_due(harness.database, [COMPOSE], user.id)
    ended = await harness.admin.fetchval("SELECT status FROM runs_finished WHERE owner_id = $1", user.id)
    assert ended == "failed"
    assert await second_try(harness, user) is None


async def test_second_tries_of_old_days_are_pruned(harness):
    user, now = await enqueue_today(harness)
    await second_try_after_death(harness, user)
    harness.set_now(now + timedelta(days=harness.settings.retention_days + 2))
    await schedule.builtin_tasks(harness.settings)[1].run(harness.database)
    assert await harness.admin.fetchval("SELECT count(*) FROM schedule_second_tries") == 0
