"""Tests of maintenance tasks: enqueued at their time, executed by one run, with a recorded result."""

import asyncio
from datetime import UTC, datetime, timedelta

from daybreak import people, schedule, wiring
from daybreak.errors import InvalidInput
from daybreak.runs import NOBODY
from daybreak.runs.testing import drain
from daybreak.schedule import Upkeep, upkeep_kind
from daybreak.schedule.maintenance.tasks import Caretaker

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


async def clear(office) -> None:
    await office.admin.execute("TRUNCATE schedule_upkeep; TRUNCATE runs_open, runs_finished")


def counting(name: str = "test.count", *, fail: bool = False) -> tuple[Upkeep, list]:
    done = []

    async def do(_database) -> str:
        done.append(name)
        if fail:
            raise InvalidInput("The cellar is locked.")
        return f"Done {len(done)} times."

    return Upkeep(name=name, cron="*/15 * * * *", do=do), done


async def work(office, *upkeeps: Upkeep) -> None:
    await drain(office.database, [upkeep_kind(upkeeps)], NOBODY)


async def test_task_is_executed_at_its_time_and_not_before(office):
    await clear(office)
    upkeep, done = counting()
    caretaker = Caretaker(office.database, [upkeep])
    due = []
    for minute in (1, 14, 15, 16, 30):
        due.append(await caretaker.start_due(NOON + timedelta(minutes=minute)))
        await work(office, upkeep)
    assert (due, len(done)) == ([0, 0, 1, 0, 1], 2)
    found = (await schedule.upkeep(office.database))[0]
    assert (found.name, found.next_at) == ("test.count", NOON + timedelta(minutes=45))
    assert [(run.status, run.said) for run in found.runs] == [
        ("succeeded", "Done 2 times."),
        ("succeeded", "Done 1 times."),
    ]


async def test_concurrent_processes_enqueue_a_task_once(office):
    await clear(office)
    upkeep, done = counting()
    caretakers = [Caretaker(office.database, [upkeep]) for _ in range(4)]
    for moment in (NOON, NOON + timedelta(minutes=15)):
        await asyncio.gather(*(one.start_due(moment) for one in caretakers))
    await work(office, upkeep)
    assert len(done) == 1


async def test_task_that_has_not_ended_is_not_enqueued_again(office):
    await clear(office)
    upkeep, done = counting()
    caretaker = Caretaker(office.database, [upkeep])
    for quarter in range(4):
        await caretaker.start_due(NOON + timedelta(minutes=15 * quarter))
    assert [run.status for run in (await schedule.upkeep(office.database))[0].runs] == ["queued"]
    await work(office, upkeep)
    assert len(done) == 1


async def test_failed_task_is_recorded_and_blocks_no_other(office):
    await clear(office)
    (bad, _), (good, done) = counting("test.bad", fail=True), counting("test.good")
    caretaker = Caretaker(office.database, [bad, good])
    for moment in (NOON, NOON + timedelta(minutes=15)):
        await caretaker.start_due(moment)
    await work(office, bad, good)
    assert len(done) == 1
    runs = {one.name: one.runs[0] for one in await schedule.upkeep(office.database)}
    assert (runs["test.bad"].status, runs["test.good"].status) == ("failed", "succeeded")
    assert "The cellar is locked." in runs["test.bad"].said


async def test_unknown_task_stays_queued_for_a_newer_version(office):
    await clear(office)
    upkeep, _ = counting("test.new")
    caretaker = Caretaker(office.database, [upkeep])
    for moment in (NOON, NOON + timedelta(minutes=15)):
        await caretaker.start_due(moment)
    await work(office)
    run = (await schedule.upkeep(office.database))[0].runs[0]
    assert (run.status, "no maintenance task “test.new”" in run.said) == ("queued", True)


async def test_due_users_are_counted_and_lateness_follows_the_measured_rate(office):
    for _ in range(3):
        await office.join()
    measure, forget = schedule.housekeeping(office.settings)
    assert "0 briefs" in await measure.do(office.database)
    view = await schedule.get_overview(office.database, office.settings)
    assert [minute.people for minute in view.to_come] == [3]
    await office.admin.execute("UPDATE schedule_state SET per_second = 0.001, longest_lead = '1 minute'")
    view = await schedule.get_overview(
        office.database, office.settings.model_copy(update={"longest_lead": 60})
    )
    assert view.to_come[0].late == 3
    assert "Deleted 0 months" in await forget.do(office.database)


async def test_pending_slots_are_not_pruned(office):
    user = await office.join()
    office.at(NOON + timedelta(days=8))
    await schedule.housekeeping(office.settings)[1].do(office.database)
    assert (await office.tick()).missed == 8
    assert len(await office.days(user)) == 8


async def test_accounts_due_for_deletion_are_deleted_by_maintenance(office):
    await clear(office)
    going = await office.join()
    due = "INSERT INTO people_accounts (owner_id, deletion_due) VALUES ($1, now())"
    await office.admin.execute(due, going.id)
    caretaker = wiring.scheduler(office.database)._caretaker
    for moment in (NOON, NOON + timedelta(hours=1)):
        await caretaker.start_due(moment)
    await work(office, *wiring.upkeeps())
    assert await people.find(office.database, going.email) is None
    found = {one.name: one.runs for one in await schedule.upkeep(office.database)}
    assert found["people.tidy"][0].said == "Deleted 1 account due for deletion."
