"""With many people in the database a page over one's agenda or briefs asks little of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from daybreak import briefs

from ...ops.test_scale import Overheard, scanned  # noqa: TID252 - tests are no package that could be named

PEOPLE = 150
STANDARD = Path(__file__).parents[3] / "bench/standard.sql"
BRIEFS = """
INSERT INTO briefs_editions (owner_id, id, brief_date, edition, composed_at, document)
SELECT id, gen_random_uuid(), date '2026-03-29' - n, 'standard', now(), 'x'
FROM people_users, generate_series(1, 20) AS n WHERE email LIKE 'user%@example.org';
INSERT INTO briefs_words (owner_id, edition_id, composed_at, words)
SELECT e.owner_id, e.id, e.composed_at, to_tsvector('simple', 'invoice ' || e.brief_date)
FROM briefs_editions AS e INNER JOIN people_users AS u ON e.owner_id = u.id
WHERE u.email LIKE 'user%@example.org';
ANALYZE
"""
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
async def crowd(postgres) -> AsyncIterator[set[str]]:
    """Thousands of tasks, events, notes and briefs of others; gives the tables that are big then."""
    admin = await asyncpg.connect(postgres.admin)
    await admin.execute(f"SET bench.users = {PEOPLE}; SET bench.day = '2026-03-29'")
    await admin.execute(STANDARD.read_text(encoding="utf-8"))
    await admin.execute(BRIEFS)
    rows = await admin.fetch("SELECT relname FROM pg_class WHERE reltuples > 1000 AND relkind = 'r'")
    yield {row["relname"] for row in rows}
    await admin.execute("DELETE FROM people_users WHERE email LIKE 'user%@example.org'")
    await admin.close()


async def test_a_page_asks_few_questions_and_reads_no_big_table_from_end_to_end(
    crowd, annas, berta, database, user, postgres
):
    assert {"agenda_tasks", "agenda_events", "agenda_notes", "briefs_editions", "briefs_words"} <= crowd
    await briefs.compose(database, user.id, user.today())
    connection = await asyncpg.connect(postgres.app)
    for path in PAGES:
        address = path.format(task=berta.id, project=berta.project_id)
        with Overheard() as heard:
            answer = await annas.get(address)
        assert answer.status_code == 200, path
        assert len(heard.questions) <= 8, path
        for question, given in heard.questions:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL daybreak.owner_ids = '{{{user.id}}}'")
                plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {question}", *given)
            assert scanned(json.loads(plan)[0]["Plan"]) & crowd == set(), (path, question)
    await connection.close()
