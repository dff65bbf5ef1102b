"""Tests of database access of the application's role: own users only, and limited deletion."""

from datetime import timedelta

import asyncpg
import pytest

from daybreak import clock

OWNER_QUERIES = [
    "SELECT * FROM schedule_explain($1, now(), FALSE)",
    "SELECT schedule_simulate($1, now(), FALSE, 'briefs.compose')",
    "SELECT schedule_recompute_next(now(), '{}', '{}', 1, $1)",
]
INSERT_DAYS = """
INSERT INTO schedule_outcomes (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT $1, current_date - age, 'standard', 'enqueued', 'due', now(), now() FROM unnest($2::integer []) AS age
"""
SELECT_AGES = (
    "SELECT current_date - local_date AS age FROM schedule_outcomes WHERE owner_id = $1 ORDER BY age"
)


@pytest.mark.parametrize("question", OWNER_QUERIES)
async def test_functions_reject_other_owners(harness, question):
    anna, bob = await harness.create_user(), await harness.create_user()
    async with harness.database.transaction([bob.id]) as tx:
        await tx.fetch(question, bob.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not act for that owner"):
        async with harness.database.transaction([bob.id]) as tx:
            await tx.fetch(question, anna.id)
    assert await harness.outcomes(anna) == []
    assert await harness.runs(anna) == []


@pytest.mark.parametrize("question", OWNER_QUERIES)
async def test_functions_reject_transactions_without_owner(harness, question):
    anna = await harness.create_user()
    async with harness.database.without_owner() as connection:
        with pytest.raises(asyncpg.PostgresError):
            await connection.fetch(question, anna.id)


async def test_days_of_the_last_month_are_never_pruned(harness):
    user = await harness.create_user()
    await harness.admin.execute(INSERT_DAYS, user.id, [0, 5, 30, 90])
    months = "SELECT count(*) FROM pg_class WHERE relnamespace = 'schedule_partitions'::regnamespace"
    before = await harness.admin.fetchval(months)
    async with harness.database.without_owner() as connection:
        await connection.fetchval("SELECT schedule_drop_partitions($1)", clock.now().date() + timedelta(9999))
    assert [row["age"] for row in await harness.admin.fetch(SELECT_AGES, user.id)] == [0, 5, 30]
    assert await harness.admin.fetchval(months) == before
