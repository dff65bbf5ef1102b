"""Test a brief composed in the foreground: it is a run like every other and never has older facts."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from daybreak import briefs, runs
from daybreak.agenda.parsed import ImportedTask
from daybreak.briefs import COMPOSE, ComposeParameters, StoredBrief, make_compose_kind
from daybreak.briefs.composing.sections import ProjectFacts, write_section
from daybreak.briefs.document.model import Section
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.jobs import enqueue_or_get
from daybreak.errors import NotFound, Unavailable
from daybreak.runs import Run, RunsSettings, Status, testing
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat

from .conftest import PlanFolder

SUNDAY = date(2026, 3, 29)
TIMEOUT_SECONDS = 60.0


def due(title: str, project: str = "Garden") -> ImportedTask:
    return ImportedTask(external_id=title, title=title, source_ref="plan.md:1", project=project, due=SUNDAY)


class GatedSectionWriter:
    """A writer that waits until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def write(self, book: FactBook, project_facts: ProjectFacts) -> Section:
        self.reached.set()
        await self.opened.wait()
        return write_section(book, project_facts)


class FailingSectionWriter:
    async def write(self, *_) -> Section:
        raise Unavailable("The model does not answer.")


async def compose(plans: PlanFolder, kind=COMPOSE, **wanted) -> StoredBrief:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await briefs.compose_on_demand(
            plans.database, kind, plans.user.id, ComposeParameters(date=SUNDAY, **wanted)
        )


async def enqueue(plans: PlanFolder, **wanted) -> Run:
    async with plans.database.transaction([plans.user.id]) as tx:
        return await briefs.enqueue_compose(tx, plans.user.id, ComposeParameters(date=SUNDAY, **wanted))


async def list_reader_runs(plans: PlanFolder) -> list[Run]:
    """Return the runs of the reader, oldest first."""
    async with plans.database.transaction([plans.user.id]) as tx:
        return (await runs.list_runs(tx, plans.user.id))[::-1]


def titles(brief: StoredBrief) -> set[str]:
    return {fact.title for fact in brief.document.facts.values() if fact.kind == "task"}


async def test_composing_on_demand_ends_a_run_and_stores_the_brief(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    brief = await compose(plans)
    assert brief.document == await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert [(run.status, run.result["edition_id"]) for run in await list_reader_runs(plans)] == [
        (Status.SUCCEEDED, str(brief.id))
    ]


async def test_a_gap_makes_the_run_partial_and_the_brief_is_stored(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    brief = await compose(plans, make_compose_kind(FailingSectionWriter()))
    assert [gap.source for gap in brief.document.warnings] == ["Garden"]
    assert [run.status for run in await list_reader_runs(plans)] == [Status.PARTIAL]


async def test_an_unknown_user_is_an_error_and_fails_the_run(plans: PlanFolder):
    unknown_id = uuid4()
    with pytest.raises(NotFound):
        await briefs.compose_on_demand(plans.database, COMPOSE, unknown_id, ComposeParameters(date=SUNDAY))
    async with plans.database.transaction([unknown_id]) as tx:
        assert [run.status for run in await runs.list_runs(tx, unknown_id)] == [Status.FAILED]


async def test_a_run_with_older_facts_is_awaited_and_another_is_enqueued(plans: PlanFolder):
    gate = GatedSectionWriter()
    await plans.replace_items(due("Sow"))
    early = asyncio.create_task(
        testing.run_inline(plans.database, [make_compose_kind(gate)], await enqueue(plans))
    )
    await gate.reached.wait()
    await plans.replace_items(due("Sow"), due("Reap"))
    late = asyncio.create_task(compose(plans))
    await asyncio.wait({late}, timeout=0.2)
    assert not late.done()
    gate.opened.set()
    assert titles(await late) == {"Sow", "Reap"}
    assert (await early).status is Status.SUCCEEDED
    assert [run.status for run in await list_reader_runs(plans)] == [Status.SUCCEEDED] * 2


async def test_a_queued_run_is_used(plans: PlanFolder):
    waiting = await enqueue(plans)
    await plans.replace_items(due("Sow"))
    assert titles(await compose(plans)) == {"Sow"}
    assert [(run.id, run.status) for run in await list_reader_runs(plans)] == [(waiting.id, Status.SUCCEEDED)]


async def test_a_run_for_another_zone_is_awaited(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    await enqueue(plans, timezone="Asia/Tokyo")
    brief = await compose(plans)
    assert brief.document.timezone == plans.user.timezone
    assert [run.status for run in await list_reader_runs(plans)] == [Status.SUCCEEDED] * 2
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) == brief.document


def dead_process_key() -> str:
    """Return the key of a process that has ended."""
    program = (
        "from daybreak.runs.worker import process_identity as identity; "
        "print(identity.current_process_key(), end='')"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


async def test_the_run_of_a_killed_command_does_not_delay_the_next(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    once = replace(COMPOSE, max_attempts=1)
    async with plans.database.transaction([plans.user.id]) as tx:
        left = await enqueue_or_get(tx, once, plans.user.id, ComposeParameters(date=SUNDAY))
    engine = Executor(plans.database, [once], RunsSettings(lease_seconds=600))
    await Heartbeat(engine, "killed", engine.database, process_key=dead_process_key()).send()
    await engine.claim([(left.owner_id, left.id)])
    assert titles(await compose(plans)) == {"Sow"}
    assert [
        (run.status, [error.error_class for error in run.errors]) for run in await list_reader_runs(plans)
    ] == [
        (Status.FAILED, ["WorkerDied"]),
        (Status.SUCCEEDED, []),
    ]


async def test_concurrent_commands_each_return_a_brief_and_leave_no_open_run(plans: PlanFolder):
    await plans.replace_items(due("Sow"))
    found = await asyncio.gather(*(compose(plans) for _ in range(5)))
    assert len({brief.id for brief in found}) == 1
    assert {run.status for run in await list_reader_runs(plans)} == {Status.SUCCEEDED}
