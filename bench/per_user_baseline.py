"""The baselines of schedule.py: a loop over users, as in a scheduler that does not minimize queries.

Same server, same users, no row-level security. For each user: two queries for the engagement, one for a
duplicate within 30 minutes, one insertion. The concurrent variant queries the engagement in parallel, all
duplicates in one statement, and inserts in parallel.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

SCHEMA = """
CREATE TABLE bench_jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id uuid NOT NULL, job_type text NOT NULL,
    status text NOT NULL DEFAULT 'pending', dedup_key text NOT NULL, metadata jsonb NOT NULL,
    scheduled_for timestamptz NOT NULL
);
CREATE UNIQUE INDEX bench_jobs_dedup ON bench_jobs (dedup_key) WHERE status IN ('pending', 'processing');
CREATE INDEX bench_jobs_of ON bench_jobs (owner_id, job_type, scheduled_for);
"""
_LAST_SEEN = "SELECT last_seen_at FROM people_users WHERE id = $1"
_BRIEF = "SELECT max(brief_date) FROM briefs_editions WHERE owner_id = $1"
_DUPLICATE = """
SELECT count(*) FROM bench_jobs
WHERE owner_id = $1 AND job_type = 'brief' AND status IN ('pending', 'processing')
    AND scheduled_for > $2::timestamptz - interval '30 minutes'
    AND scheduled_for < $2::timestamptz + interval '30 minutes'
"""
_DUPLICATES = _DUPLICATE.replace("count(*)", "DISTINCT owner_id").replace(
    "owner_id = $1", "owner_id = ANY ($1)"
)
_INSERT = """
INSERT INTO bench_jobs (owner_id, job_type, dedup_key, metadata, scheduled_for)
VALUES ($1, 'brief', $2, $3, $4) ON CONFLICT DO NOTHING
"""


async def run_sequentially(pool: asyncpg.Pool, users: Sequence[UUID], due_at: datetime) -> None:
    """Execute all four statements for one user after another."""
    for user in users:
        await _is_engaged(pool, user, due_at)
        if not await pool.fetchval(_DUPLICATE, user, due_at):
            await _insert(pool, user, due_at)


async def run_concurrently(pool: asyncpg.Pool, users: Sequence[UUID], due_at: datetime) -> None:
    """Execute the same concurrently, limited by the connections of the pool."""
    await asyncio.gather(*(_is_engaged(pool, user, due_at) for user in users))
    queued = {row["owner_id"] for row in await pool.fetch(_DUPLICATES, list(users), due_at)}
    await asyncio.gather(*(_insert(pool, user, due_at) for user in users if user not in queued))


async def _is_engaged(pool: asyncpg.Pool, user: UUID, due_at: datetime) -> bool:
    last_seen: datetime = await pool.fetchval(_LAST_SEEN, user)
    brief: date | None = await pool.fetchval(_BRIEF, user)
    return due_at - last_seen <= timedelta(days=2) or brief is None


async def _insert(pool: asyncpg.Pool, user: UUID, due_at: datetime) -> None:
    about = json.dumps({"briefDate": due_at.date().isoformat(), "timezone": "UTC"})
    await pool.execute(_INSERT, user, f"brief-{user}-{due_at.date()}", about, due_at)
