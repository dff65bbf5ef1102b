"""Test that a folder has a memory of its own, and that its briefs leave the day's brief alone."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from daybreak import agenda, briefs, people
from daybreak.agenda.parsed import ImportedTask
from daybreak.briefs import ComposeParameters, Document, Edition, FolderBrief
from daybreak.briefs.document.model import Topic
from daybreak.briefs.store import FOLDER_SNAPSHOTS
from daybreak.errors import NotFound

from .conftest import PlanFolder

SUNDAY = date(2026, 3, 29)


def due(title: str, day: date = SUNDAY) -> ImportedTask:
    return ImportedTask(external_id=title, title=title, source_ref="plan.md:1", due=day)


async def compose(plans: PlanFolder, day: date, edition: Edition = Edition.STANDARD) -> FolderBrief:
    parameters = ComposeParameters(date=day, edition=edition)
    async with plans.database.transaction([plans.user.id]) as tx:
        return await briefs.compose_folder(tx, plans.user.id, plans.source.id, parameters)


async def receive(plans: PlanFolder, day: date, edition: Edition = Edition.STANDARD) -> Document:
    brief = await compose(plans, day, edition)
    await briefs.record_folder_brief(plans.database, plans.user.id, brief)
    return brief.document


async def receive_day(plans: PlanFolder, day: date) -> Document:
    brief = await briefs.compose(plans.database, plans.user.id, day)
    await briefs.mark_received(plans.database, plans.user.id, brief.id)
    return brief.document


def changed(document: Document) -> set[str]:
    """Return the titles of the tasks that have changed since the brief before."""
    cited = {fact for claim in document.since_last.entries for fact in claim.facts}
    return {document.facts[fact].title for fact in cited if document.facts[fact].kind == "task"}


def titles(document: Document) -> set[str]:
    """Return the titles of all tasks of a brief."""
    return {fact.title for fact in document.facts.values() if fact.kind == "task"}


async def stored_days(plans: PlanFolder) -> list[date]:
    async with plans.database.transaction([plans.user.id]) as tx:
        rows = await tx.fetch("SELECT brief_date FROM briefs_folder_snapshots ORDER BY brief_date")
    return [row["brief_date"] for row in rows]


async def dump_editions(plans: PlanFolder) -> list[tuple]:
    """Return all that is stored of the briefs of all sources."""
    async with plans.database.transaction([plans.user.id]) as tx:
        editions = await tx.fetch("SELECT * FROM briefs_editions ORDER BY id")
        return [
            tuple(row) for row in [*editions, *await tx.fetch("SELECT * FROM briefs_snapshots ORDER BY id")]
        ]


async def test_next_brief_of_a_folder_has_the_changes_since(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    first = await receive(plans, SUNDAY)
    assert (first.since_last.date, changed(first)) == (None, set())
    await plans.replace_items(due("Sow"), due("Reap"))
    document = await receive(plans, SUNDAY + timedelta(days=1))
    assert document.since_last.date == SUNDAY
    assert "Reap" in changed(document)


async def test_briefs_of_one_day_are_compared_with_the_day_before(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    await receive(plans, SUNDAY)
    await plans.replace_items(due("Sow"), due("Reap"))
    monday = SUNDAY + timedelta(days=1)
    first, second = await receive(plans, monday), await receive(plans, monday)
    assert first.since_last == second.since_last
    assert "Reap" in changed(second)
    assert await stored_days(plans) == [SUNDAY, monday]


async def test_brief_of_an_earlier_date_is_not_compared_with_a_later_one(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    await receive(plans, SUNDAY)
    assert (await receive(plans, SUNDAY - timedelta(days=1))).since_last.date is None


async def test_brief_that_was_not_received_is_not_remembered(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    await compose(plans, SUNDAY)
    assert await stored_days(plans) == []


async def test_folder_brief_leaves_the_brief_of_the_day_alone(new_plans: Callable):
    plans, garden = await new_plans(), await new_plans("garden")
    await plans.replace_items(due("Sow"))
    await garden.replace_items(due("Dig"))
    await receive_day(plans, SUNDAY)
    await garden.replace_items(due("Dig"), due("Rake"))
    monday = SUNDAY + timedelta(days=1)
    await briefs.compose(plans.database, plans.user.id, monday)
    before = await dump_editions(plans)
    for one in (plans, garden, garden):
        await receive(one, SUNDAY)
        await receive(one, monday)
    assert await dump_editions(plans) == before
    whole = await receive_day(plans, monday)
    assert whole.since_last.date == SUNDAY
    assert "Rake" in changed(whole)
    assert titles(whole) == {"Sow", "Dig", "Rake"}


async def test_brief_of_the_day_leaves_the_memory_of_a_folder_alone(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    await receive(plans, SUNDAY)
    await plans.replace_items(due("Sow"), due("Reap"))
    monday = SUNDAY + timedelta(days=1)
    await receive_day(plans, monday)
    assert "Reap" in changed(await receive(plans, monday + timedelta(days=1)))


async def test_folders_have_memories_of_their_own(new_plans: Callable):
    plans, garden = await new_plans(), await new_plans("garden")
    await plans.replace_items(due("Sow"))
    await garden.replace_items(due("Dig"))
    await receive(plans, SUNDAY)
    document = await receive(garden, SUNDAY + timedelta(days=1))
    assert document.since_last.date is None
    assert titles(document) == {"Dig"}


async def test_weekly_edition_reviews_the_briefs_of_the_folder(plans: PlanFolder):
    friday = SUNDAY + timedelta(days=5)
    await plans.replace_items(due("Sow", SUNDAY + timedelta(days=3)))
    await receive(plans, SUNDAY)
    await receive_day(plans, SUNDAY - timedelta(days=1))
    await plans.replace_items(due("Sow", SUNDAY + timedelta(days=3)), due("Reap", friday))
    review = await receive(plans, friday, Edition.WEEKLY)
    assert review.week is not None
    assert review.week.known_since == SUNDAY
    entries = {
        topic.topic: [entry.text for entry in topic.entries]
        for project in review.week.projects
        for topic in project.topics
    }
    assert "Reap" in entries[Topic.ADDED][0]


async def test_weekly_edition_uses_the_last_brief_of_the_month_without_one_of_the_week(plans: PlanFolder):
    for days in (40, 20, 15):
        await receive(plans, SUNDAY - timedelta(days=days))
    review = await receive(plans, SUNDAY, Edition.WEEKLY)
    assert review.week is not None
    assert review.week.known_since == SUNDAY - timedelta(days=15)


async def test_only_the_newest_snapshots_of_a_folder_are_kept(new_plans: Callable):
    plans, garden = await new_plans(), await new_plans("garden")
    await receive(garden, SUNDAY)
    days = [SUNDAY + timedelta(days=number) for number in range(FOLDER_SNAPSHOTS + 2)]
    for day in days:
        await receive(plans, day)
    assert await stored_days(plans) == [SUNDAY, *days[2:]]


async def test_concurrent_briefs_of_a_folder_leave_one_snapshot_a_day(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    days = [SUNDAY + timedelta(days=number) for number in (2, 0, 1)]
    documents = await asyncio.gather(*(receive(plans, day) for day in days * 4))
    assert {document.date for document in documents} == set(days)
    assert await stored_days(plans) == sorted(days)


async def test_removed_folder_takes_its_memory_along(plans: PlanFolder):
    await receive(plans, SUNDAY)
    brief = await compose(plans, SUNDAY)
    await agenda.delete_source_by_reference(plans.database, plans.user, str(plans.source.id))
    assert await stored_days(plans) == []
    await briefs.record_folder_brief(plans.database, plans.user.id, brief)
    assert await stored_days(plans) == []


async def test_unknown_user_is_not_found(plans: PlanFolder):
    unknown_id = uuid4()
    with pytest.raises(NotFound):
        async with plans.database.transaction([unknown_id]) as tx:
            await briefs.compose_folder(tx, unknown_id, plans.source.id, ComposeParameters(date=SUNDAY))


async def test_discarded_transaction_leaves_nothing_behind(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    person = people.make_user(f"{uuid4().hex}@example.org", timezone="UTC")
    async with plans.database.discarded_transaction([person.id]) as tx:
        await people.insert_user(tx, person)
        assert await people.get_user(tx, person.id) == person
    assert await people.find_by_email(plans.database, person.email) is None
