"""Test sections of a waiting writer: concurrent, failing alone, and readable as they are written."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from daybreak import briefs, runs
from daybreak.agenda.parsed import ImportedEvent, ImportedTask
from daybreak.briefs import COMPOSE, ComposeParameters, jobs, make_compose_kind, progress_writer
from daybreak.briefs.composing.sections import ProjectFacts, write_section
from daybreak.briefs.document.model import Section
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.progress_reader import LiveBrief
from daybreak.briefs.wording.entries import with_texts
from daybreak.db import Database
from daybreak.errors import Unavailable
from daybreak.runs import Run, RunEvent, RunsSettings, Status, Worker, testing

from .conftest import PlanFolder

SUNDAY = date(2026, 3, 29)
TIMEOUT_SECONDS = 60.0


def due(project: str, title: str = "Task") -> ImportedTask:
    return ImportedTask(
        external_id=f"{project}/{title}", title=title, source_ref="plan.md:1", project=project, due=SUNDAY
    )


class WaitingSectionWriter:
    """A writer that waits, then returns the section of the deterministic writer."""

    def __init__(self, wait: Callable[[str], Awaitable[object]]) -> None:
        self._wait = wait

    async def write(self, book: FactBook, project_facts: ProjectFacts) -> Section:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await self._wait(project_facts.project.name)
        return write_section(book, project_facts)


async def enqueue(database: Database, user_id: UUID) -> Run:
    async with database.transaction([user_id]) as tx:
        return await briefs.enqueue_compose(tx, user_id, ComposeParameters(date=SUNDAY))


async def compose(database: Database, user_id: UUID, wait: Callable[[str], Awaitable[object]]) -> Run:
    run = await enqueue(database, user_id)
    return await testing.run_inline(database, [make_compose_kind(WaitingSectionWriter(wait))], run)


async def events(database: Database, run: Run) -> list[RunEvent]:
    async with database.transaction([run.owner_id]) as tx:
        return await runs.list_events(tx, run.owner_id, run.id)


async def test_sections_of_one_brief_are_written_concurrently(plans: PlanFolder):
    await plans.replace_items(*(due(name) for name in "ABCD"))
    all_there = asyncio.Barrier(4)
    run = await compose(plans.database, plans.user.id, lambda _: all_there.wait())
    assert (run.status, run.phase, run.done, run.failed, run.total) == (Status.SUCCEEDED, "sections", 4, 0, 4)


async def test_briefs_of_different_users_are_written_concurrently(
    postgres, database: Database, plans: PlanFolder, new_plans, other_user
):
    theirs: PlanFolder = await new_plans("theirs", other_user)
    for one in (plans, theirs):
        await one.replace_items(due("A"), due("B"))
    all_there = asyncio.Barrier(4)
    kind = make_compose_kind(WaitingSectionWriter(lambda _: all_there.wait()))
    worker = Worker(postgres.app, [kind], settings=RunsSettings(rescue_seconds=0.3))
    working = asyncio.create_task(worker.run())
    try:
        begun = [await enqueue(database, one.user.id) for one in (plans, theirs)]
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not await _all_succeeded(database, begun):  # noqa: ASYNC110 - nothing notifies of the rows
                await asyncio.sleep(0.02)
    finally:
        worker.drain()
        await asyncio.wait_for(working, TIMEOUT_SECONDS)


async def _all_succeeded(database: Database, some: list[Run]) -> bool:
    statuses = set()
    for run in some:
        async with database.transaction([run.owner_id]) as tx:
            statuses.add((await runs.get(tx, run.owner_id, run.id)).status)
    return statuses == {Status.SUCCEEDED}


async def test_section_concurrency_is_limited(plans: PlanFolder, monkeypatch):
    monkeypatch.setattr(jobs, "_SECTION_CONCURRENCY", 3)
    await plans.replace_items(*(due(f"P{number}") for number in range(9)))
    most = under_way = 0

    async def wait(_: str) -> None:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        for _ in range(3):
            await asyncio.sleep(0)
        under_way -= 1

    await compose(plans.database, plans.user.id, wait)
    assert most == 3


async def test_no_connection_is_acquired_while_sections_are_written(postgres, plans: PlanFolder):
    await plans.replace_items(due("A"), due("B"))
    async with Database.connect(postgres.app, max_connections=1) as narrow:

        async def ask(_: str) -> None:
            async with narrow.transaction([plans.user.id]) as tx:
                await tx.fetchval("SELECT 1")

        assert (await compose(narrow, plans.user.id, ask)).status is Status.SUCCEEDED


async def test_the_brief_does_not_depend_on_the_order_of_sections(plans: PlanFolder):
    await plans.replace_items(due("A"), due("B"), due("C"))
    at_once = await briefs.compose(plans.database, plans.user.id, SUNDAY)
    order = {"A": asyncio.Event(), "B": asyncio.Event(), "C": asyncio.Event()}
    order["C"].set()

    async def backwards(name: str) -> None:
        await order[name].wait()
        order[{"C": "B", "B": "A", "A": "A"}[name]].set()

    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute("DELETE FROM briefs_editions")
    await compose(plans.database, plans.user.id, backwards)
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) == at_once.document


async def test_a_section_that_fails_is_a_gap_and_the_run_ends_partial(plans: PlanFolder):
    await plans.replace_items(due("A"), due("B"))

    async def fail(name: str) -> None:
        if name == "B":
            raise Unavailable("The model does not answer.")

    run = await compose(plans.database, plans.user.id, fail)
    document = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert (run.status, run.done, run.failed, run.total) == (Status.PARTIAL, 1, 1, 2)
    assert (await events(plans.database, run))[-1].data["gaps"] == ["B"]
    assert [section.project for section in document.sections] == ["A"]
    assert [(gap.source, gap.text) for gap in document.warnings] == [
        ("B", "counted, but not shown: The model does not answer.")
    ]
    assert document.counts.due_today == 2
    assert not document.quiet


async def test_when_all_sections_fail_there_is_a_brief_with_named_gaps(plans: PlanFolder):
    standup = ImportedEvent(
        external_id="s", title="Standup", source_ref="s", start=SUNDAY, end=date(2026, 3, 30), location=""
    )
    await plans.replace_items(due("A", "Sow"), due("B"), standup)

    async def fail(_: str) -> None:
        raise ZeroDivisionError

    run = await compose(plans.database, plans.user.id, fail)
    document = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert run.status is Status.PARTIAL
    assert (document.sections, {gap.source for gap in document.warnings}) == ((), {"A", "B"})
    assert [entry.text for entry in document.timeline] == ["“Standup”"]
    assert len(document.next_actions) == 2


async def test_a_section_that_times_out_is_a_gap(plans: PlanFolder, monkeypatch):
    monkeypatch.setattr(jobs, "_SECTIONS_TIMEOUT_SECONDS", 0.05)
    await plans.replace_items(due("A"), due("B"))
    never = asyncio.Event()
    run = await compose(
        plans.database, plans.user.id, lambda name: never.wait() if name == "B" else _at_once()
    )
    document = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert run.status is Status.PARTIAL
    assert [gap.text.rpartition(": ")[2] for gap in document.warnings] == [
        "it took longer than 0.05 seconds."
    ]


async def _at_once() -> None:
    return


async def test_facts_and_sections_are_readable_as_they_are_written(plans: PlanFolder):
    await plans.replace_items(due("A", "Sow"), due("B", "Reap"))
    gates = {"A": asyncio.Event(), "B": asyncio.Event()}
    run = await enqueue(plans.database, plans.user.id)
    kind = make_compose_kind(WaitingSectionWriter(lambda name: gates[name].wait()))
    composing = asyncio.create_task(testing.run_inline(plans.database, [kind], run))

    facts = await wait_for_events(plans.database, run, "facts", 1)
    assert facts[0].data["total"] == 2
    assert [action["text"] for action in facts[0].data["document"]["next_actions"]] == ["“Reap”", "“Sow”"]
    assert facts[0].data["document"]["counts"]["due_today"] == 2

    gates["B"].set()
    first = (await wait_for_events(plans.database, run, "section", 1))[0].data
    assert (first["index"], first["section"]["project"], first["gap"]) == (1, "B", None)
    assert "Reap" in {fact["title"] for fact in first["facts"].values()}
    live = with_texts(LiveBrief.from_events(await events(plans.database, run)).to_document())
    assert live.sections[0].buckets[0].entries[0].text == "“Reap” is due today"
    async with plans.database.transaction([plans.user.id]) as tx:
        now = await runs.get(tx, plans.user.id, run.id)
    assert (now.status, now.phase, now.done, now.total) == (Status.RUNNING, "sections", 1, 2)

    gates["A"].set()
    assert (await composing).status is Status.SUCCEEDED
    assert [one.data["index"] for one in await wait_for_events(plans.database, run, "section", 2)] == [1, 0]


async def wait_for_events(database: Database, run: Run, name: str, count: int) -> list[RunEvent]:
    """Wait until there are that many events of a name; return them."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            found = [event for event in await events(database, run) if event.name == name]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


async def test_a_section_too_long_for_an_event_is_null(plans: PlanFolder, monkeypatch):
    monkeypatch.setattr(progress_writer, "_MAX_SECTION_BYTES", 100)
    await plans.replace_items(due("A"))
    run = await compose(plans.database, plans.user.id, lambda _: _at_once())
    assert (await wait_for_events(plans.database, run, "section", 1))[0].data == {
        "index": 0,
        "section": None,
        "facts": {},
        "gap": None,
    }


async def test_the_deterministic_writer_adds_no_events(plans: PlanFolder):
    await plans.replace_items(due("A"))
    run = await testing.run_inline(plans.database, [COMPOSE], await enqueue(plans.database, plans.user.id))
    assert [event.name for event in await events(plans.database, run)] == ["running", "succeeded"]
    assert (run.phase, run.done, run.total) == ("sections", 1, 1)


@pytest.mark.parametrize(
    ("column", "beyond"), [("due_on", date.min), ("due_at", datetime(9999, 12, 31, 23, 59, tzinfo=UTC))]
)
async def test_an_unexpected_row_costs_only_its_project(postgres, plans: PlanFolder, column, beyond):
    await plans.replace_items(due("A"), replace(due("B"), due=None))
    owner = await asyncpg.connect(postgres.owner)
    await owner.execute(
        f"UPDATE agenda_tasks SET {column} = $2 WHERE owner_id = $1 "  # noqa: S608 - a name from this file
        "AND project_id = (SELECT id FROM agenda_projects WHERE owner_id = $1 AND name = 'B')",
        plans.user.id,
        beyond,
    )
    await owner.close()
    run = await testing.run_inline(plans.database, [COMPOSE], await enqueue(plans.database, plans.user.id))
    document = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert (run.status, (await events(plans.database, run))[-1].data["gaps"]) == (Status.PARTIAL, ["B"])
    assert [section.project for section in document.sections] == ["A"]
    assert "its 1 task is not in this brief or its numbers" in document.warnings[0].text
    assert [action.text for action in document.next_actions] == ["“Task”"]
