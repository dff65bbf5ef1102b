"""Tests of maintenance tasks: enqueued at their time, executed by one run, with a recorded result."""

import asyncio
from datetime import UTC, datetime, timedelta

from daybreak import people, schedule, wiring
from daybreak.errors import InvalidInput
from daybreak.runs import SYSTEM_OWNER_ID
from daybreak.runs.testing import run_all_due
from daybreak.schedule import MaintenanceTask, make_maintenance_kind
from daybreak.schedule.maintenance.tasks import PeriodicEnqueuer

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


async def clear(harness) -> None:
    await harness.admin.execute("TRUNCATE schedule_maintenance; TRUNCATE runs_open, runs_finished")


def counting_task(name: str = "test.count", *, fail: bool = False) -> tuple[MaintenanceTask, list]:
    done = []

    async def do(_database) -> str:
        done.append(name)
        if fail:
            raise InvalidInput("The cellar is locked.")
        return f"Done {len(done)} times."

    return MaintenanceTask(name=name, cron="*/15 * * * *", run=do), done


async def run_due(harness, *tasks: MaintenanceTask) -> None:
    await run_all_due(harness.database, [make_maintenance_kind(tasks)], SYSTEM_OWNER_ID)


async def test_task_is_executed_at_its_time_and_not_before(harness):
    await clear(harness)
    task, done = counting_task()
    enqueuer = PeriodicEnqueuer(harness.database, [task])
    due = []
    for minute in (1, 14, 15, 16, 30):
        due.append(await enqueuer.enqueue_due(NOON + timedelta(minutes=minute)))
        await run_due(harness, task)
    assert (due, len(done)) == ([0, 0, 1, 0, 1], 2)
    found = (await schedule.list_maintenance(harness.database))[0]
    assert (found.name, found.next_run_at) == ("test.count", NOON + timedelta(minutes=45))
    assert [(run.status, run.summary) for run in found.runs] == [
        ("succeeded", "Done 2 times."),
        ("succeeded", "Done 1 times."),
    ]


async def test_concurrent_processes_enqueue_a_task_once(harness):
    await clear(harness)
    task, done = counting_task()
    enqueuers = [PeriodicEnqueuer(harness.database, [task]) for _ in range(4)]
    for now in (NOON, NOON + timedelta(minutes=15)):
        await asyncio.gather(*(one.enqueue_due(now) for one in enqueuers))
    await run_due(harness, task)
    assert len(done) == 1


async def test_task_that_has_not_ended_is_not_enqueued_again(harness):
    await clear(harness)
    task, done = counting_task()
    enqueuer = PeriodicEnqueuer(harness.database, [task])
    for quarter in range(4):
        await enqueuer.enqueue_due(NOON + timedelta(minutes=15 * quarter))
    assert [run.status for run in (await schedule.list_maintenance(harness.database))[0].runs] == ["queued"]
    await run_due(harness, task)
    assert len(done) == 1


async def test_failed_task_is_recorded_and_blocks_no_other(harness):
    await clear(harness)
    (bad, _), (good, done) = counting_task("test.bad", fail=True), counting_task("test.good")
    enqueuer = PeriodicEnqueuer(harness.database, [bad, good])
    for now in (NOON, NOON + timedelta(minutes=15)):
        await enqueuer.enqueue_due(now)
    await run_due(harness, bad, good)
    assert len(done) == 1
    runs = {one.name: one.runs[0] for one in await schedule.list_maintenance(harness.database)}
    assert (runs["test.bad"].status, runs["test.good"].status) == ("failed", "succeeded")
    assert "The cellar is locked." in runs["test.bad"].summary


async def test_unknown_task_stays_queued_for_a_newer_version(harness):
    await clear(harness)
    task, _ = counting_task("test.new")
    enqueuer = PeriodicEnqueuer(harness.database, [task])
    for now in (NOON, NOON + timedelta(minutes=15)):
        await enqueuer.enqueue_due(now)
    await run_due(harness)
    run = (await schedule.list_maintenance(harness.database))[0].runs[0]
    assert (run.status, "no maintenance task “test.new”" in run.summary) == ("queued", True)


async def test_due_users_are_counted_and_lateness_follows_the_measured_rate(harness):
    for _ in range(3):
        await harness.create_user()
    measure, prune = schedule.builtin_tasks(harness.settings)
    assert "0 briefs" in await measure.run(harness.database)
    view = await schedule.get_overview(harness.database, harness.settings)
    assert [minute.users for minute in view.upcoming] == [3]
    await harness.admin.execute("UPDATE schedule_state SET briefs_per_second = 0.001, max_lead = '1 minute'")
    view = await schedule.get_overview(
        harness.database, harness.settings.model_copy(update={"max_lead_seconds": 60})
    )
    assert view.upcoming[0].late == 3
    assert "Deleted 0 months" in await prune.run(harness.database)


async def test_pending_slots_are_not_pruned(harness):
    user = await harness.create_user()
    harness.set_now(NOON + timedelta(days=8))
    await schedule.builtin_tasks(harness.settings)[1].run(harness.database)
    assert (await harness.tick()).missed == 8
    assert len(await harness.days(user)) == 8


async def test_accounts_due_for_deletion_are_deleted_by_maintenance(harness):
    await clear(harness)
    leaving_user = await harness.create_user()
    due = "INSERT INTO people_accounts (owner_id, deletion_due) VALUES ($1, now())"
    await harness.admin.execute(due, leaving_user.id)
    enqueuer = wiring.scheduler(harness.database)._periodic_enqueuer
    for now in (NOON, NOON + timedelta(hours=1)):
        await enqueuer.enqueue_due(now)
    await run_due(harness, *wiring.maintenance_tasks())
    assert await people.find_by_email(harness.database, leaving_user.email) is None
    found = {one.name: one.runs for one in await schedule.list_maintenance(harness.database)}
    assert found["people.purge"][0].summary == "Deleted 1 account due for deletion."
