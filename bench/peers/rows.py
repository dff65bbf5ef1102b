"""The rows of a job: its effect for all contenders, and the run for peers that do not store one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from daybreak.db import Database

_RUNS_PER_OWNER = 10

_ENABLE_ROW_SECURITY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON {table} TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON {table} TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO daybreak_app;
"""
EFFECTS = """
CREATE TABLE bench_effects (
    owner_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner_id, number)
);
""" + _ENABLE_ROW_SECURITY.format(table="bench_effects")
RUNS = (
    """
CREATE TABLE bench_runs (
    owner_id uuid NOT NULL,
    number integer NOT NULL,
    status text NOT NULL DEFAULT 'queued',
    fence bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    event_number bigint NOT NULL DEFAULT 0,
    parameters jsonb NOT NULL,
    result jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (owner_id, number)
);
CREATE TABLE bench_events (
    owner_id uuid NOT NULL,
    run integer NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (owner_id, run, number)
);
"""
    + _ENABLE_ROW_SECURITY.format(table="bench_runs")
    + _ENABLE_ROW_SECURITY.format(table="bench_events")
)

ADD_RUNS = (
    "INSERT INTO bench_runs (owner_id, number, parameters) SELECT *, '{}' FROM unnest($1::uuid[], $2::int[])"
)
WRITE_EFFECT = "INSERT INTO bench_effects (owner_id, number) VALUES ($1, $2)"
_CLAIM_RUN = """
WITH claimed AS (
    UPDATE bench_runs SET
        status = 'running', fence = fence + 1, attempts = attempts + 1, event_number = event_number + 1,
        started_at = now()
    WHERE owner_id = $1 AND number = $2 AND status IN ('queued', 'running')
    RETURNING *
),
written AS (
    INSERT INTO bench_events (owner_id, run, number, name, data)
    SELECT owner_id, number, event_number, 'running', jsonb_build_object('attempt', attempts) FROM claimed
)
SELECT fence FROM claimed
"""
_COMPLETE_RUN = """
WITH ended AS (
    UPDATE bench_runs SET
        status = 'succeeded', result = '{}', event_number = event_number + 1, finished_at = now()
    WHERE owner_id = $1 AND number = $2 AND fence = $3 AND status = 'running'
    RETURNING *
)
INSERT INTO bench_events (owner_id, run, number, name, data)
SELECT owner_id, number, event_number, 'succeeded', jsonb_build_object('attempt', attempts) FROM ended
"""


@dataclass(frozen=True)
class BenchJob:
    """One job.

    Attributes:
        number: number from 0, and index of its start time.
        sleep_seconds: seconds of waiting without CPU time.
    """

    number: int
    sleep_seconds: float = 0.0

    @property
    def owner(self) -> UUID:
        """Owner; ten jobs share an owner."""
        return UUID(int=1 + self.number // _RUNS_PER_OWNER)


def make_jobs(count: int, sleep_seconds: float = 0.0) -> list[BenchJob]:
    """Return `count` jobs."""
    return [BenchJob(number, sleep_seconds) for number in range(count)]


async def insert_runs(connection: asyncpg.Connection, batch: Sequence[BenchJob]) -> None:
    """Insert the rows of queued runs."""
    await connection.execute(ADD_RUNS, [job.owner for job in batch], [job.number for job in batch])


async def run_job(database: Database, job: BenchJob) -> None:
    """Run a job as a user of a queue must: a fenced claim, the work, and one commit for effect and end."""
    async with database.transaction([job.owner]) as tx:
        fence = await tx.fetchval(_CLAIM_RUN, job.owner, job.number)
    if job.sleep_seconds:
        await asyncio.sleep(job.sleep_seconds)
    async with database.transaction([job.owner]) as tx:
        await tx.execute(WRITE_EFFECT, job.owner, job.number)
        if await tx.execute(_COMPLETE_RUN, job.owner, job.number, fence) != "INSERT 0 1":
            raise RuntimeError("another worker has the run")
