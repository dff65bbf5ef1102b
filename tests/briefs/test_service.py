import asyncio
import zlib
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4
from weakref import ref

import pytest

from daybreak import briefs, clock, people
from daybreak.agenda import TaskStatus
from daybreak.agenda.parsed import ImportedTask
from daybreak.briefs.document.model import Document
from daybreak.briefs.service import read_compose_inputs
from daybreak.briefs.wording.entries import with_texts
from daybreak.db import Database
from daybreak.errors import NotFound
from daybreak.people import QuietDay

from .conftest import PlanFolder

SUNDAY = date(2026, 3, 29)


def task(title: str, **parts) -> ImportedTask:
    return ImportedTask(external_id=title, title=title, source_ref="plan.md:1", **parts)


def make_tasks(projects: int, each: int = 4) -> list[ImportedTask]:
    return [
        task(f"Task {p}.{n}", project=f"Project {p:02}", due=SUNDAY + timedelta(days=n))
        for p in range(projects)
        for n in range(each)
    ]


async def rows(plans: PlanFolder, table: str) -> int:
    async with plans.database.transaction([plans.user.id]) as tx:
        return await tx.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name from this file


async def test_a_brief_that_was_composed_can_be_read(plans: PlanFolder):
    await plans.replace_items(task("One", due=SUNDAY))
    composed = await briefs.compose(plans.database, plans.user.id, SUNDAY)
    stored = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert stored == composed.document
    assert await briefs.read(plans.database, plans.user.id, SUNDAY - timedelta(days=1)) is None


async def test_another_users_brief_is_not_readable(plans: PlanFolder, other_user):
    await plans.replace_items(task("One", due=SUNDAY))
    composed = await briefs.compose(plans.database, plans.user.id, SUNDAY)
    await briefs.mark_received(plans.database, other_user.id, composed.id)
    assert await briefs.read(plans.database, other_user.id, SUNDAY) is None
    assert (await briefs.compose(plans.database, other_user.id, SUNDAY)).document.sections == ()


async def test_an_unknown_user_is_not_found(database: Database):
    with pytest.raises(NotFound):
        await briefs.compose(database, people.model.UUID(int=0), SUNDAY)


async def test_eight_concurrent_composes_store_one_brief(postgres, plans: PlanFolder):
    await plans.replace_items(*make_tasks(5))
    async with Database.connect(postgres.app, max_connections=8) as wide:
        found = await asyncio.gather(*(briefs.compose(wide, plans.user.id, SUNDAY) for _ in range(8)))
    assert len({brief.id for brief in found}) == 1
    assert (await rows(plans, "briefs_editions"), await rows(plans, "briefs_snapshots")) == (1, 1)
    await briefs.mark_received(plans.database, plans.user.id, found[0].id)
    again = await briefs.compose(plans.database, plans.user.id, SUNDAY + timedelta(days=1))
    assert again.document.since_last.date == SUNDAY
    assert {claim.kind for claim in again.document.since_last.entries} == {"became_overdue"}


async def test_an_edition_has_a_received_and_a_pending_snapshot(plans: PlanFolder):
    await plans.replace_items(task("One"))
    for _ in range(3):
        brief = await briefs.compose(plans.database, plans.user.id, SUNDAY)
        await briefs.mark_received(plans.database, plans.user.id, brief.id)
        await briefs.compose(plans.database, plans.user.id, SUNDAY)
    assert await rows(plans, "briefs_snapshots") == 2


@pytest.mark.parametrize("projects", [1, 50])
async def test_composing_needs_six_round_trips_for_any_number_of_projects(
    postgres, plans: PlanFolder, projects: int
):
    await plans.replace_items(*make_tasks(projects))
    statements: list[str] = []
    async with Database.connect(postgres.app, max_connections=1) as narrow:
        await briefs.compose(narrow, plans.user.id, SUNDAY)
        async with narrow.without_owner() as connection:
            log = query_logger(statements)
            connection.add_query_logger(log)
        await briefs.compose(narrow, plans.user.id, SUNDAY)
    assert len(statements) == 6, statements
    assert statements[0].startswith("BEGIN")
    assert statements[-1] == "COMMIT"


async def test_composing_for_many_readers_needs_six_round_trips(
    postgres, plans: PlanFolder, new_plans, other_user
):
    theirs: PlanFolder = await new_plans("theirs", other_user)
    await plans.replace_items(task("Mine", due=SUNDAY))
    await theirs.replace_items(task("Theirs", due=SUNDAY))
    days = {plans.user.id: SUNDAY, other_user.id: SUNDAY}
    statements: list[str] = []
    async with Database.connect(postgres.app, max_connections=1) as narrow:
        alone = await briefs.compose(narrow, plans.user.id, SUNDAY)
        async with narrow.without_owner() as connection:
            connection.add_query_logger(query_logger(statements))
        both = await briefs.compose_all(narrow, days)
    assert len(statements) == 6, statements
    assert both[plans.user.id].id == alone.id
    texts = {user_id: [action.text for action in one.document.next_actions] for user_id, one in both.items()}
    assert texts == {plans.user.id: ["“Mine”"], other_user.id: ["“Theirs”"]}
    assert both[other_user.id].document.timezone == other_user.timezone


async def test_only_the_facts_of_the_next_brief_are_in_memory(plans: PlanFolder, new_plans, other_user):
    theirs: PlanFolder = await new_plans("theirs", other_user)
    await plans.replace_items(task("Mine", due=SUNDAY))
    await theirs.replace_items(task("Theirs", due=SUNDAY))
    days = {plans.user.id: SUNDAY, other_user.id: SUNDAY}
    async with plans.database.transaction(days) as tx:
        occasions = await read_compose_inputs(tx, days, briefs.Edition.STANDARD, None)
        first = ref(next(occasions).agenda.tasks[0])
        second = next(occasions)
        assert first() is None
        assert len(second.agenda.tasks) == 1
        assert next(occasions, None) is None


async def test_briefs_composed_together_are_all_stored_or_none(plans: PlanFolder):
    unknown_id = uuid4()
    with pytest.raises(NotFound):
        await briefs.compose_all(plans.database, {plans.user.id: SUNDAY, unknown_id: SUNDAY})
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) is None
    assert await briefs.compose_all(plans.database, {}) == {}


def query_logger(queries: list[str]):
    return lambda record: queries.append(record.query)


async def test_unchanged_sections_are_reused(plans: PlanFolder):
    await plans.replace_items(*make_tasks(3))
    first = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    again = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert [section.reused for section in first.sections] == [False] * 3
    assert [section.reused for section in again.sections] == [True] * 3
    assert again.facts == first.facts


async def test_a_changed_task_renews_only_its_own_section(plans: PlanFolder):
    tasks = make_tasks(3)
    await plans.replace_items(*tasks)
    await briefs.compose(plans.database, plans.user.id, SUNDAY)
    await plans.replace_items(
        *tasks[:-1], task("Task 2.3", project="Project 02", due=SUNDAY, estimate_minutes=30)
    )
    again = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert {section.project: section.reused for section in again.sections} == {
        "Project 00": True,
        "Project 01": True,
        "Project 02": False,
    }


def first_text(document: Document, project: str | None) -> str:
    """Return the first sentence about a task of a project."""
    section = next(one for one in with_texts(document).sections if one.project == project)
    return section.buckets[0].entries[0].text


async def test_a_section_is_renewed_when_a_blocker_in_another_project_changes(plans: PlanFolder):
    blocked = task("Build", project="House", blocked_by=("a", "b"))

    def blockers(first: str, status: TaskStatus):
        return [
            ImportedTask(external_id="a", title=first, source_ref="x:1", project="Plan"),
            ImportedTask(external_id="b", title="Permit", source_ref="x:2", project="Plan", status=status),
        ]

    texts = []
    for first, status in (
        ("Draw", TaskStatus.OPEN),
        ("Draw it", TaskStatus.OPEN),
        ("Draw it", TaskStatus.DONE),
    ):
        await plans.replace_items(blocked, *blockers(first, status))
        document = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
        house = next(section for section in document.sections if section.project == "House")
        assert not house.reused
        texts.append(first_text(document, "House"))
    assert texts == [
        "“Build” is blocked by “Draw” and 1 other",
        "“Build” is blocked by “Draw it” and 1 other",
        "“Build” is blocked by “Draw it”",
    ]


async def test_a_timezone_for_one_brief_renews_its_sections(plans: PlanFolder):
    due = clock.first_instant(SUNDAY, clock.time(12), plans.user.tz)
    await plans.replace_items(task("One", due=due))
    for zone, text in (("Europe/Berlin", "12:00"), ("Asia/Kathmandu", "15:45")):
        document = (await briefs.compose(plans.database, plans.user.id, SUNDAY, timezone=zone)).document
        assert first_text(document, None) == f"“One” is due today at {text}"


async def test_a_brief_of_another_version_is_replaced(plans: PlanFolder):
    await plans.replace_items(task("One", due=SUNDAY))
    await briefs.compose(plans.database, plans.user.id, SUNDAY)
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute("UPDATE briefs_editions SET document = $1", zlib.compress(b'{"sections": [{}]}'))
    again = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert not again.sections[0].reused
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) == again


async def test_a_quiet_day_is_named_in_the_headline(plans: PlanFolder):
    await plans.replace_items(task("Later", due=SUNDAY + timedelta(days=5)))
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert document.quiet
    assert [claim.text for claim in document.headline] == [
        "A quiet day: nothing is due, overdue or on the calendar.",
    ]


async def test_a_day_is_not_quiet_while_a_source_cannot_be_read(plans: PlanFolder):
    await plans.replace_items()
    await plans.mark_failed("The folder is gone.")
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert not document.quiet
    assert "quiet" not in {claim.kind for claim in document.headline}
    assert document.headline[0].text == (
        "Nothing is due, overdue or on the calendar, as far as it could be read; see the warnings."
    )
    assert [gap.text for gap in document.warnings] == [
        "couldn’t be read: The folder is gone. Shown as of today at 08:30."
    ]


async def test_a_source_that_has_failed_for_days_states_since_when(plans: PlanFolder, monkeypatch):
    await plans.replace_items()
    await plans.mark_failed("The folder is gone.")
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    await plans.mark_failed("The folder is gone.")
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY + timedelta(days=2))).document
    (warning,) = document.warnings
    assert warning.text == ("couldn’t be read since Sunday: The folder is gone. Shown as of Sunday at 08:30.")


async def test_a_source_that_was_never_read_is_a_warning(plans: PlanFolder):
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY)).document
    assert not document.quiet
    assert [(gap.source, gap.text) for gap in document.warnings] == [
        ("plans", "not read yet. Press Sync now under Sources.")
    ]


async def test_a_source_that_was_read_two_days_ago_is_a_warning(plans: PlanFolder, monkeypatch):
    await plans.replace_items()
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    document = (await briefs.compose(plans.database, plans.user.id, SUNDAY + timedelta(days=2))).document
    assert not document.quiet
    assert [gap.text for gap in document.warnings] == [
        "last read on Sunday at 08:30; later changes aren’t shown. Press Sync now under Sources."
    ]


async def test_shortened_quiet_days_have_no_sections(plans: PlanFolder):
    user = replace(plans.user, preferences=replace(plans.user.preferences, quiet_day=QuietDay.SHORTEN))
    await people.update_user_with(plans.database, user.id, lambda _: user)
    undated = ImportedTask(external_id="1", title="Read Ulysses", source_ref="plan.md:1")
    await plans.replace_items(undated)
    document = (await briefs.compose(plans.database, user.id, SUNDAY)).document
    assert (document.quiet, document.sections) == (True, ())
    assert [action.facts for action in document.next_actions] != []
    await plans.replace_items(undated, replace(undated, external_id="2", due=SUNDAY))
    document = (await briefs.compose(plans.database, user.id, SUNDAY)).document
    assert (document.quiet, len(document.sections)) == (False, 1)
