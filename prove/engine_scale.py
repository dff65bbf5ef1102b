"""A backlog of a million runs, with planner statistics of an empty table."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from daybreak.db import Database
from daybreak.runs import RunsSettings
from daybreak.runs.worker.executor import Executor
from daybreak.runs.worker.heartbeat import Heartbeat
from daybreak.runs.worker.rescuer import Rescuer
from engine_cluster import ProofCluster, wait_until
from engine_kinds import ALL, CLICK, ProofParameters

MAX_SLOWDOWN = 3.0
"""Maximum slowdown of a statement with stale statistics."""
ROUNDS = 15
RUNS_PER_BATCH = 20
CLICKS = 20
MAX_GROWTH_KILOBYTES = 15_000
"""Maximum growth of a warm worker in kilobytes while it processes a backlog."""
FREEZE_STATISTICS = """
ALTER TABLE runs_open SET (autovacuum_enabled = off);
ALTER TABLE pgq.pgqueuer SET (autovacuum_enabled = off);
ANALYZE runs_open, pgq.pgqueuer;
"""
INSERT_BACKLOG = """
WITH owners AS (SELECT gen_random_uuid() AS owner_id, n FROM generate_series(1, $1::integer / 10) AS n)
INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts)
SELECT o.owner_id, gen_random_uuid(), 'prove.bulk', 'bulk', k::text, '{"nap": 0.01}', 'queued', 3
FROM owners AS o CROSS JOIN generate_series(1, 10) AS k
"""
DISPATCH_BACKLOG = """
SELECT runs_dispatch('bulk', array_agg(owner_id), array_agg(id))
FROM (
    SELECT owner_id, id, row_number() OVER () / 20000 AS part FROM runs_open WHERE dispatched_at IS NULL
) AS r
GROUP BY part
"""
COUNT_SCANNED_ROWS = (
    "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables WHERE relname = 'runs_open'"
)
LIST_RUN_KEYS = "SELECT owner_id, id FROM runs_open WHERE kind = 'prove.bulk' AND status = 'queued' LIMIT $1"
WAIT_SECONDS = "SELECT extract(EPOCH FROM started_at - created_at)::float FROM runs_all WHERE id = $1"


@dataclass
class ScaleProof:
    """Measurements on a table with `rows` rows."""

    cluster: ProofCluster
    rows: int
    measured: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Fill the table without ANALYZE, measure, ANALYZE, measure again, then start a worker."""
        owner = self.cluster.owner
        await owner.execute(FREEZE_STATISTICS)
        await owner.execute(INSERT_BACKLOG, self.rows, timeout=900)
        await owner.execute(DISPATCH_BACKLOG, timeout=900)
        async with Database.connect(self.cluster.urls.app) as database:
            stale = await self._measure_steps(database)
            scanned = await self._count_scanned_rows(self._measure_steps(database))
            await owner.execute("ANALYZE runs_open, pgq.pgqueuer")
            fresh = await self._measure_steps(database)
        self._compare(stale, fresh, scanned)
        await self._measure_worker()

    async def _measure_steps(self, database: Database) -> dict[str, float]:
        """Return the median milliseconds of each step of a worker, for 20 runs at a time."""
        settings = RunsSettings()
        durations: dict[str, list[float]] = {"claim": [], "heartbeat": [], "run and commit": [], "rescue": []}
        async with Executor(database, ALL, settings).run_loops() as engine:
            heartbeat, rescuer = Heartbeat(engine, "proof", database), Rescuer(database, settings)
            for _ in range(ROUNDS):
                pairs = [tuple(row) for row in await self.cluster.owner.fetch(LIST_RUN_KEYS, RUNS_PER_BATCH)]
                begun = await _record_duration(durations["claim"], engine.claim(pairs))
                await _record_duration(durations["heartbeat"], heartbeat.send())
                await _record_duration(
                    durations["run and commit"], asyncio.gather(*map(engine.execute, begun))
                )
                await _record_duration(durations["rescue"], rescuer.run_once())
        return {name: median(times) for name, times in durations.items()}

    async def _count_scanned_rows(self, work: Any) -> int:  # noqa: ANN401 - the result is not used
        """Return the rows read by sequential scans, including a few of the query for the run keys."""
        before = await self._read_scan_counter()
        await work
        return await self._read_scan_counter() - before

    async def _read_scan_counter(self) -> int:
        await asyncio.sleep(1.5)
        await self.cluster.owner.execute("SELECT pg_stat_clear_snapshot()")
        return int(await self.cluster.owner.fetchval(COUNT_SCANNED_ROWS))

    def _compare(self, stale: dict[str, float], fresh: dict[str, float], scanned: int) -> None:
        self.measured["milliseconds, statistics of an empty table"] = _round_all(stale)
        self.measured["milliseconds, fresh statistics"] = _round_all(fresh)
        self.measured["rows read by sequential scans, stale"] = scanned
        self.failures += [
            f"{name} takes {stale[name]:.1f} ms with stale statistics, {fresh[name]:.1f} ms with fresh ones"
            for name in stale
            if stale[name] > MAX_SLOWDOWN * fresh[name] + 5
        ]
        if scanned > self.rows:
            self.failures.append(f"{scanned} rows were read by sequential scans")

    async def _measure_worker(self) -> None:
        """Measure a worker with the backlog: its memory, and the wait of interactive runs."""
        worker = self.cluster.start_worker(settings={})
        assert worker.pid
        await wait_until(partial(self._has_ended, None, 1), 30)
        waits, sizes = [], []
        for _ in range(CLICKS):
            sizes.append(_resident_kilobytes(worker.pid))
            (click,) = await self.cluster.enqueue(uuid4(), [ProofParameters()], CLICK)
            await wait_until(partial(self._has_ended, click.id, 1), 10)
            waits.append(await self.cluster.owner.fetchval(WAIT_SECONDS, click.id) or 10.0)
            await asyncio.sleep(1)
        self.measured["a click behind the backlog, seconds"] = _round_all(
            {"p50": median(waits), "most": max(waits)}
        )
        self.measured["a worker's memory, kilobytes"] = {"warm": sizes[CLICKS // 4], "at the end": sizes[-1]}
        self.measured["done of the backlog"] = await self.cluster.owner.fetchval(
            "SELECT count(*) FROM runs_finished"
        )
        if max(waits) > 1.0:
            self.failures.append(f"a click waited {max(waits):.2f} s")
        if sizes[-1] - sizes[CLICKS // 4] > MAX_GROWTH_KILOBYTES:
            self.failures.append(f"the worker grew from {sizes[CLICKS // 4]} to {sizes[-1]} kB")

    async def _has_ended(self, run_id: UUID | None, minimum: int) -> bool:
        query = "SELECT count(*) >= $2 FROM runs_finished WHERE $1::uuid IS NULL OR id = $1"
        return bool(await self.cluster.owner.fetchval(query, run_id, minimum))


async def _record_duration(durations: list[float], work: Any) -> Any:  # noqa: ANN401 - passed on as it is
    begun = monotonic()
    answer = await work
    durations.append(1000 * (monotonic() - begun))
    return answer


def _round_all(times: dict[str, float]) -> dict[str, float]:
    return {name: round(time, 3) for name, time in times.items()}


def _resident_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
