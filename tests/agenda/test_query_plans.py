"""Tests that the lists of pages find their rows by index among many rows of other users."""

from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from daybreak.agenda.read_models import FIRST_CURSOR, LATEST_CURSOR
from daybreak.db import load

_sql = load("daybreak.agenda")
TODAY = date(2026, 3, 29)
NOW = datetime(2026, 3, 29, tzinfo=UTC)
PROJECT = UUID(int=7)
FILL_TASKS = """
INSERT INTO agenda_tasks (
    owner_id, id, external_id, path, title, status, priority, due_on, touched_at, source_ref
)
SELECT $1, gen_random_uuid(), n::text, '', 'Task ' || n, (ARRAY['open', 'done', 'in_progress'])[1 + n % 3], 2,
       date '2026-01-01' + n % 300, now(), '' FROM generate_series(1, $2::integer) AS n
"""
OTHERS = (["Bob"], [f"{PROJECT}:board.csv"])
STATEMENTS = {
    "list_open_tasks": (TODAY, None, "", FIRST_CURSOR.at, FIRST_CURSOR.id, 51, *OTHERS),
    "list_finished_tasks": (None, "", LATEST_CURSOR.at, LATEST_CURSOR.id, 51, *OTHERS),
    "list_decided_tasks": ("snoozed", "", FIRST_CURSOR.at, FIRST_CURSOR.id, 51, TODAY),
    "get_board": (TODAY, None, 31, *OTHERS),
    "list_tasks_due": (TODAY, date(2026, 4, 5), NOW, datetime(2026, 4, 5, tzinfo=UTC), TODAY, 2000),
    "list_projects": ("", FIRST_CURSOR.id, 51, TODAY, NOW, *OTHERS),
    "read_other_tasks": (),
    "list_notes": (None, "", LATEST_CURSOR.at, LATEST_CURSOR.id, 31),
    "list_events": (NOW, datetime(2026, 4, 5, tzinfo=UTC), 2000),
    "get_task": (PROJECT,),
}


@pytest.fixture
async def owner_among_many(postgres, database, user, other_user) -> UUID:
    """Insert 200 tasks of Anna and 20,000 of Bob; return Anna's id."""
    for one, count in ((user.id, 200), (other_user.id, 20_000)):
        async with database.transaction([one]) as tx:
            await tx.execute(FILL_TASKS, one, count)
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute("ANALYZE agenda_tasks")
    await admin.close()
    return user.id


async def test_no_list_scans_the_tasks_of_all_users(database, owner_among_many: UUID):
    scanned = []
    for name, values in STATEMENTS.items():
        async with database.transaction([owner_among_many]) as tx:
            plan = await tx.fetch("EXPLAIN " + getattr(_sql, name), owner_among_many, *values)
        text = "\n".join(row[0] for row in plan)
        scanned += [(name, text)] if "Seq Scan on agenda_tasks" in text else []
    assert scanned == []
