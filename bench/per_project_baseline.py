"""The baseline of compose.py: daily briefs composed in a loop over projects, without regard to query count.

Schema, rows, row-level security and server are the same. The baseline reads the tasks, phases and notes of
each project with one query each. It stores one brief per project and one per day, and commits each statement
separately. It stores the rows that it read and computes nothing: a lower bound for the cost of this design.
"""

from datetime import date, timedelta
from uuid import UUID

import asyncpg
import orjson

TABLES = ("bench_project_briefs", "bench_daily_briefs")

SCHEMA = "".join(
    f"""
    CREATE TABLE {table} (
        owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
        topic text NOT NULL,
        brief_date date NOT NULL,
        content jsonb NOT NULL,
        PRIMARY KEY (owner_id, topic, brief_date)
    );
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY owners ON {table} TO daybreak_app
    USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
    GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO daybreak_app;
    """
    for table in TABLES
)

_USER = "SELECT * FROM people_users INNER JOIN people_preferences ON id = owner_id WHERE id = $1"
_PROJECTS = "SELECT * FROM agenda_project_facts WHERE owner_id = $1 ORDER BY name"
_EVENTS = "SELECT * FROM agenda_event_facts WHERE owner_id = $1 AND ends_at >= $2 AND starts_at < $3"
_LAST_BRIEF = """
SELECT content FROM bench_daily_briefs WHERE owner_id = $1 AND brief_date < $2
ORDER BY brief_date DESC LIMIT 1
"""
_PROJECT_QUERIES = (
    "SELECT * FROM agenda_task_facts WHERE owner_id = $1 AND project_id = $2",
    "SELECT * FROM agenda_phase_facts WHERE owner_id = $1 AND project_id = $2 ORDER BY position",
    "SELECT * FROM agenda_note_facts WHERE owner_id = $1 AND project_id = $2 ORDER BY noted_at DESC LIMIT 5",
)
_WRITE_PROJECT, _WRITE_DAILY = (
    f"""
    INSERT INTO {table} VALUES ($1, $2, $3, $4::jsonb)
    ON CONFLICT (owner_id, topic, brief_date) DO UPDATE SET content = excluded.content
    """  # noqa: S608 - the two names above
    for table in TABLES
)


async def compose_per_project(pool: asyncpg.Pool, user_id: UUID, day: date) -> None:
    """Read and store one user's brief of that day, one query at a time."""
    async with pool.acquire() as connection:
        await connection.execute(f"SET daybreak.owner_ids = '{{{user_id}}}'")
        await connection.fetchrow(_USER, user_id)
        await connection.fetchrow(_LAST_BRIEF, user_id, day)
        start, end = day - timedelta(days=1), day + timedelta(days=31)
        events = await connection.fetch(_EVENTS, user_id, start, end)
        projects = await connection.fetch(_PROJECTS, user_id)
        for project in projects:
            found = [await connection.fetch(sql, user_id, project["id"]) for sql in _PROJECT_QUERIES]
            content = _to_json([_to_dicts(rows) for rows in found])
            await connection.execute(_WRITE_PROJECT, user_id, str(project["id"]), day, content)
        content = _to_json([_to_dicts(events), _to_dicts(projects)])
        await connection.execute(_WRITE_DAILY, user_id, "all", day, content)


def _to_dicts(rows: list[asyncpg.Record]) -> list[dict[str, object]]:
    return [dict(row) for row in rows]


def _to_json(content: object) -> str:
    return orjson.dumps(content, default=str).decode()
