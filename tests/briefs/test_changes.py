import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from daybreak import agenda, briefs, clock, people
from daybreak.agenda import SourceReader, TaskStatus
from daybreak.agenda.parsed import ImportedEvent, ImportedTask
from daybreak.briefs import Edition
from daybreak.db import Database
from daybreak.intake import IntakeSettings
from daybreak.people import User

from .conftest import PlanFolder

SATURDAY, SUNDAY, MONDAY = date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)


def task(title: str, **parts) -> ImportedTask:
    return ImportedTask(external_id=title, title=title, source_ref="plan.md:1", **parts)


def event(title: str, start, **parts) -> ImportedEvent:
    length = timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)
    return ImportedEvent(
        external_id=title, title=title, source_ref=title, start=start, end=start + length, **parts
    )


async def compose_and_receive(plans: PlanFolder, day: date, **parts) -> None:
    brief = await briefs.compose(plans.database, plans.user.id, day, **parts)
    await briefs.mark_received(plans.database, plans.user.id, brief.id)


async def changes(plans: PlanFolder, day: date = SUNDAY, **parts) -> list[tuple[str, str]]:
    document = (await briefs.compose(plans.database, plans.user.id, day, **parts)).document
    assert not [gap for gap in document.warnings if "left out" in gap.text]
    return [(claim.kind, claim.text) for claim in document.since_last.entries]


async def test_each_change_is_listed_once(plans: PlanFolder):
    same = task("Same", due=MONDAY)
    await plans.replace_items(
        same,
        task("Finish", due=MONDAY),
        task("Move", due=MONDAY),
        task("Late", due=SATURDAY),
        task("Drop", due=MONDAY),
        task("Call off", due=MONDAY),
        task("Delay", start=SATURDAY),
    )
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(
        same,
        task("Finish", due=MONDAY, status=TaskStatus.DONE, completed=SATURDAY),
        task("Move", due=date(2026, 4, 2)),
        task("Late", due=SATURDAY),
        task("Call off", due=MONDAY, status=TaskStatus.CANCELLED),
        task("Delay", start=MONDAY),
        task("New", due=MONDAY),
    )
    assert await changes(plans) == [
        ("done", "“Finish” was finished yesterday."),
        ("came_in", "“New” came in, due tomorrow."),
        ("moved", "The start of “Delay” moved from yesterday to tomorrow."),
        ("moved", "“Move” moved from tomorrow to Thursday."),
        ("became_overdue", "“Late” became overdue: it was due yesterday."),
        ("vanished", "“Call off” was cancelled."),
        ("vanished", "“Drop” is no longer in plans."),
    ]


async def test_an_archived_task_is_listed_as_done(plans: PlanFolder):
    await plans.replace_items(task("Water the plants", due=SUNDAY), task("Mow", due=SUNDAY))
    await compose_and_receive(plans, SATURDAY)
    archived = ImportedTask(
        external_id="done.txt#water",
        title="Water the plants",
        source_ref="done.txt:1",
        status=TaskStatus.DONE,
        completed=SATURDAY,
    )
    await plans.replace_items(archived, task("Mow", due=SUNDAY))
    assert await changes(plans) == [("done", "“Water the plants” was finished yesterday.")]


async def test_three_edited_lines_of_a_file_are_three_changes(database: Database, user: User, tmp_path: Path):
    def write(**due: str) -> None:
        entries = [
            {"uuid": f"00000000-0000-4000-8000-{n:012}", "description": name, "due": day}
            | {"status": "pending", "entry": "20260301T080000Z"}
            for n, (name, day) in enumerate(due.items())
        ]
        (tmp_path / "tasks.json").write_text(json.dumps(entries), encoding="utf-8")

    reader = SourceReader(
        database, user, SUNDAY, IntakeSettings(), lambda: pytest.fail("no secret is needed")
    )
    dates = {f"Task {n}": f"2026040{n}T100000Z" for n in range(1, 8)}
    write(**dates)
    await agenda.import_folder(reader, tmp_path)
    brief = await briefs.compose(database, user.id, SATURDAY)
    await briefs.mark_received(database, user.id, brief.id)
    write(**dates | {f"Task {n}": "20260409T100000Z" for n in (2, 4, 6)})
    await agenda.import_folder(reader, tmp_path)
    since = (await briefs.compose(database, user.id, SUNDAY)).document.since_last
    assert [claim.kind for claim in since.entries] == ["moved"] * 3
    assert "“Task 4” moved from Saturday at 12:00 to Thursday 9 April at 12:00." in [
        claim.text for claim in since.entries
    ]


async def test_calendar_events_are_compared(plans: PlanFolder):
    monday = datetime(2026, 3, 30, 9)  # noqa: DTZ001 - floating
    await plans.replace_items(event("Same", monday), event("Moved", monday), event("Called off", MONDAY))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(
        event("Same", monday), event("Moved", monday.replace(hour=11)), event("New", MONDAY)
    )
    assert await changes(plans) == [
        ("vanished", "“Called off” (tomorrow) is no longer on the calendar."),
        ("came_in", "“New” was added for tomorrow."),
        ("moved", "“Moved” moved from 09:00 to 11:00 tomorrow."),
    ]


async def test_past_events_do_not_vanish(plans: PlanFolder):
    await plans.replace_items(event("Dinner", SATURDAY), task("Sleep"))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(task("Sleep"))
    assert await changes(plans) == []


async def test_events_that_enter_the_window_are_not_new(plans: PlanFolder):
    await plans.replace_items(*(event(f"Day {n}", SATURDAY + timedelta(days=n)) for n in range(20)))
    await compose_and_receive(plans, SATURDAY)
    assert await changes(plans) == []


async def test_tasks_of_a_new_source_are_not_listed(plans: PlanFolder, new_plans):
    await plans.replace_items(task("Old"))
    await compose_and_receive(plans, SATURDAY)
    await (await new_plans("second")).replace_items(*(task(f"Task {n}") for n in range(200)))
    assert await changes(plans) == []


async def test_the_first_brief_has_no_changes(plans: PlanFolder):
    await plans.replace_items(task("New"))
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert document.since_last == briefs.document.model.SinceLast(date=None)


async def test_an_unreceived_brief_is_not_compared_with(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY - timedelta(days=1))
    await plans.replace_items(task("One"), task("Two"))
    await briefs.compose(plans.database, plans.user.id, SATURDAY)
    assert await changes(plans) == [("came_in", "“Two” came in.")]


async def test_composing_again_compares_with_the_day_before(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(task("One"), task("Two"))
    await compose_and_receive(plans, SUNDAY)
    await plans.replace_items(task("One"), task("Two"), task("Three"))
    assert await changes(plans) == [("came_in", "“Three” came in."), ("came_in", "“Two” came in.")]


async def test_the_received_version_is_compared_with_not_a_later_one(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(task("One"), task("Two"))
    await briefs.compose(plans.database, plans.user.id, SATURDAY)
    assert await changes(plans) == [("came_in", "“Two” came in.")]


async def test_the_last_received_version_is_compared_with(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(task("One"), task("Two"))
    await compose_and_receive(plans, SATURDAY)
    assert await changes(plans) == []


async def test_receiving_is_idempotent(plans: PlanFolder):
    await plans.replace_items(task("One"), task("Two"))
    brief = await briefs.compose(plans.database, plans.user.id, SATURDAY)
    for _ in range(2):
        await briefs.mark_received(plans.database, plans.user.id, brief.id)
    await plans.replace_items(task("Two"))
    assert await changes(plans) == [("vanished", "“One” is no longer in plans.")]


async def test_a_timezone_change_moves_no_event(plans: PlanFolder):
    monday = datetime(2026, 3, 30, 23, 30)  # noqa: DTZ001 - floating
    await plans.replace_items(
        event("Floating", monday),
        event("All day", MONDAY),
        event("Instant", monday.replace(tzinfo=plans.user.tz)),
        event("Last", datetime(2026, 4, 4, 23, 30, tzinfo=plans.user.tz)),
        event("Beyond", datetime(2026, 4, 5, 0, 30, tzinfo=plans.user.tz)),
        task("Task", due=monday.replace(tzinfo=plans.user.tz)),
    )
    await compose_and_receive(plans, SATURDAY)
    for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati"):
        there = replace(plans.user, timezone=zone)
        await people.update_user_with(plans.database, plans.user.id, lambda _, there=there: there)
        assert await changes(plans) == []


async def test_tasks_of_a_removed_source_are_not_listed(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY)
    await agenda.delete_source_by_reference(plans.database, plans.user, "plans")
    assert await changes(plans) == []


async def test_tasks_of_a_failing_source_do_not_vanish(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY)
    await plans.mark_failed("The folder is gone.")
    assert await changes(plans) == []


async def test_changes_beyond_the_most_are_counted(plans: PlanFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("daybreak.briefs.composing.changes.MAX_ENTRIES", 25)
    await plans.replace_items(task("Known"))
    await compose_and_receive(plans, SATURDAY)
    await plans.replace_items(*(task(f"Task {n}") for n in range(40)), task("Known"))
    since = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document.since_last
    assert (len(since.entries), since.omitted) == (25, 15)


async def test_every_edition_is_compared_with(plans: PlanFolder):
    await plans.replace_items(task("One"))
    await compose_and_receive(plans, SATURDAY, edition=Edition.WEEKLY)
    await plans.replace_items(task("One"), task("Two"))
    assert await changes(plans) == [("came_in", "“Two” came in.")]
    assert clock.now().date() == SUNDAY
