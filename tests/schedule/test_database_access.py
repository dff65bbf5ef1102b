"""Tests of database access of the application's role: own users only, and limited deletion."""

from datetime import timedelta

import asyncpg
import pytest

from daybreak import clock

ASKED = [
    "SELECT * FROM schedule_explain($1, now(), FALSE)",
    "SELECT schedule_rehearse($1, now(), FALSE, 'briefs.compose')",
    "SELECT schedule_resolve(now(), '{}', '{}', 1, $1)",
]
KEEP = """
INSERT INTO schedule_days (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
SELECT $1, current_date - age, 'standard', 'rung', 'due', now(), now() FROM unnest($2::integer []) AS age
"""
KEPT = "SELECT current_date - local_date AS age FROM schedule_days WHERE owner_id = $1 ORDER BY age"


@pytest.mark.parametrize("question", ASKED)
async def test_functions_reject_other_owners(office, question):
    anna, bob = await office.join(), await office.join()
    async with office.database.transaction([bob.id]) as tx:
        await tx.fetch(question, bob.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="does not act for that owner"):
        async with office.database.transaction([bob.id]) as tx:
            await tx.fetch(question, anna.id)
    assert await office.outcomes(anna) == []
    assert await office.runs(anna) == []


@pytest.mark.parametrize("question", ASKED)
async def test_functions_reject_transactions_without_owner(office, question):
    anna = await office.join()
    async with office.database.ownerless() as connection:
        with pytest.raises(asyncpg.PostgresError):
            await connection.fetch(question, anna.id)


async def test_days_of_the_last_month_are_never_pruned(office):
    user = await office.join()
    await office.admin.execute(KEEP, user.id, [0, 5, 30, 90])
    months = "SELECT count(*) FROM pg_class WHERE relnamespace = 'schedule_partitions'::regnamespace"
    before = await office.admin.fetchval(months)
    async with office.database.ownerless() as connection:
        await connection.fetchval("SELECT schedule_drop_partitions($1)", clock.now().date() + timedelta(9999))
    assert [row["age"] for row in await office.admin.fetch(KEPT, user.id)] == [0, 5, 30]
    assert await office.admin.fetchval(months) == before
