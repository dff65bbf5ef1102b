"""Tests of the query plans of pages in a database with many users."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from daybreak import briefs

from ...ops.test_scale import RecordedStatements, scanned  # noqa: TID252 - tests are no package that could be named

FILL_TABLES = """
SET session_replication_role = replica;
CREATE TEMP TABLE other_owners AS SELECT gen_random_uuid() AS owner_id FROM generate_series(1, 150);
INSERT INTO agenda_tasks (
    owner_id, id, external_id, path, title, status, priority, due_on, touched_at, source_ref
)
SELECT
    owner_id, gen_random_uuid(), n::text, 'plan.md', 'Write the chapter ' || n, 'open', 2,
    date '2026-03-29' + n, now(), 'plan.md:1'
FROM other_owners, generate_series(1, 100) AS n;
INSERT INTO agenda_events (
    owner_id, id, external_id, path, title, location, all_day, floating, starts_at, ends_at, busy, tentative,
    source_ref
)
SELECT
    owner_id, gen_random_uuid(), n::text, 'work.ics', 'Meeting ' || n, '', FALSE, FALSE,
    now() + n * interval '1 day', now() + n * interval '1 day', TRUE, FALSE, '1'
FROM other_owners, generate_series(1, 40) AS n;
INSERT INTO agenda_notes (owner_id, id, external_id, path, title, body, noted_at, source_ref)
SELECT owner_id, gen_random_uuid(), n::text, 'notes.md', 'Call ' || n, 'What was said.', now(), 'notes.md:1'
FROM other_owners, generate_series(1, 20) AS n;
INSERT INTO briefs_editions (owner_id, id, brief_date, edition, composed_at, document)
SELECT owner_id, gen_random_uuid(), date '2026-03-29' - n, 'standard', now(), 'x'
FROM other_owners, generate_series(1, 20) AS n;
INSERT INTO briefs_search_index (owner_id, edition_id, composed_at, search_vector)
SELECT owner_id, id, composed_at, to_tsvector('simple', 'invoice ' || brief_date)
FROM briefs_editions INNER JOIN other_owners USING (owner_id);
ANALYZE
"""
DELETE_ROWS = "DELETE FROM {} WHERE owner_id IN (SELECT owner_id FROM other_owners)"
TABLES = {"agenda_tasks", "agenda_events", "agenda_notes", "briefs_editions", "briefs_search_index"}
PAGES = [
    "/",
    "/briefs",
    "/briefs?q=invoice",
    "/agenda",
    "/agenda?q=chapter",
    "/agenda?show=done",
    "/agenda?show=snoozed",
    "/agenda/board",
    "/agenda/tasks/{task}",
    "/agenda/projects",
    "/agenda/projects/{project}",
    "/agenda/notes?q=call",
    "/agenda/calendar",
    "/agenda/sources",
]


@pytest.fixture(scope="module")
async def large_tables(postgres) -> AsyncIterator[set[str]]:
    """Insert thousands of tasks, events, notes and briefs of other users; yield the large tables."""
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(FILL_TABLES)
    rows = await admin.fetch("SELECT relname FROM pg_class WHERE reltuples > 1000 AND relkind = 'r'")
    yield {row["relname"] for row in rows}
    for table in TABLES:
        await admin.execute(DELETE_ROWS.format(table))
    await admin.close()


async def test_page_runs_few_queries_and_never_scans_a_large_table(
    large_tables, anna_client, overdue_task, database, user, postgres
):
    assert large_tables >= TABLES
    await briefs.compose(database, user.id, user.today())
    connection = await asyncpg.connect(postgres.app)
    for path in PAGES:
        address = path.format(task=overdue_task.id, project=overdue_task.project_id)
        with RecordedStatements() as recorded:
            answer = await anna_client.get(address)
        assert answer.status_code == 200, path
        assert len(recorded.without_transactions) <= 8, path
        for question, given in recorded.without_transactions:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL daybreak.owner_ids = '{{{user.id}}}'")
                plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {question}", *given)
            assert scanned(json.loads(plan)[0]["Plan"]) & large_tables == set(), (path, question)
    await connection.close()
