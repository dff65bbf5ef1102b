"""Test a brief composed by a run: it is stored when the run ends, not before."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from daybreak import briefs
from daybreak.agenda.parsed import ImportedTask
from daybreak.briefs import ComposeParameters
from daybreak.briefs.service import compose_in
from daybreak.db import Database
from daybreak.errors import Conflict
from daybreak.runs import Run, Status, testing

from .conftest import PlanFolder

SUNDAY = date(2026, 3, 29)
DUE = ImportedTask(external_id="1", title="Water the plants", source_ref="plan.md:1", due=SUNDAY)


async def enqueue(database: Database, user_id: UUID, **wanted) -> Run:
    async with database.transaction([user_id]) as tx:
        return await briefs.enqueue_compose(tx, user_id, ComposeParameters(date=SUNDAY, **wanted))


async def run_to_end(database: Database, run: Run) -> Run:
    return await testing.run_inline(database, [briefs.COMPOSE], run)


async def test_a_run_composes_the_brief_and_returns_a_result(plans: PlanFolder):
    await plans.replace_items(DUE)
    run = await run_to_end(plans.database, await enqueue(plans.database, plans.user.id))
    stored = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert stored is not None
    assert (run.status, run.result["due_today"], run.result["sections"]) == (Status.SUCCEEDED, 1, 1)
    assert stored.counts.due_today == 1
    await briefs.mark_received(plans.database, plans.user.id, UUID(run.result["edition_id"]))


async def test_a_run_composes_the_same_brief_as_composing_directly(plans: PlanFolder):
    await plans.replace_items(DUE)
    at_once = await briefs.compose(plans.database, plans.user.id, SUNDAY)
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute("DELETE FROM briefs_editions")
    await run_to_end(plans.database, await enqueue(plans.database, plans.user.id))
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) == at_once.document


async def test_facts_added_after_the_enqueue_are_in_the_brief(plans: PlanFolder):
    run = await enqueue(plans.database, plans.user.id)
    await plans.replace_items(DUE)
    assert (await run_to_end(plans.database, run)).result["due_today"] == 1


async def test_a_run_uses_the_requested_zone(plans: PlanFolder):
    run = await run_to_end(
        plans.database, await enqueue(plans.database, plans.user.id, timezone="Asia/Tokyo")
    )
    stored = await briefs.read(plans.database, plans.user.id, SUNDAY)
    assert (run.status, stored.timezone) == (Status.SUCCEEDED, "Asia/Tokyo")


async def test_enqueuing_twice_is_one_run(plans: PlanFolder):
    first = await enqueue(plans.database, plans.user.id)
    assert (await enqueue(plans.database, plans.user.id)).id == first.id
    await run_to_end(plans.database, first)
    assert (await enqueue(plans.database, plans.user.id)).id != first.id


async def test_a_run_for_another_zone_is_a_conflict(plans: PlanFolder):
    await enqueue(plans.database, plans.user.id)
    with pytest.raises(Conflict, match="another time zone"):
        await enqueue(plans.database, plans.user.id, timezone="Asia/Tokyo")


async def test_a_run_for_an_unknown_user_fails_without_retries(database: Database):
    run = await run_to_end(database, await enqueue(database, uuid4()))
    assert (run.status, run.attempts) == (Status.FAILED, 1)
    assert "no such user" in run.errors[0].message


async def test_a_failed_transaction_stores_no_brief(plans: PlanFolder):
    await plans.replace_items(DUE)
    with pytest.raises(ZeroDivisionError):
        await _compose_and_fail(plans)
    assert await briefs.read(plans.database, plans.user.id, SUNDAY) is None


async def _compose_and_fail(plans: PlanFolder) -> None:
    async with plans.database.transaction([plans.user.id]) as tx:
        await compose_in(tx, {plans.user.id: SUNDAY})
        raise ZeroDivisionError
