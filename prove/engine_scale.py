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
from daybreak.runs.worker.executor import Engine
from daybreak.runs.worker.heartbeat import Beat
from daybreak.runs.worker.rescuer import Sweep
from engine_cluster import Place, until
from engine_kinds import ALL, CLICK, Order

SLOWER = 3.0
"""Maximum slowdown of a statement with stale statistics."""
ROUNDS = 15
AT_ONCE = 20
CLICKS = 20
GROWTH = 15_000
"""Maximum growth of a warm worker in kilobytes while it processes a backlog."""
BELIEVE = """
ALTER TABLE runs_open SET (autovacuum_enabled = off);
ALTER TABLE pgq.pgqueuer SET (autovacuum_enabled = off);
ANALYZE runs_open, pgq.pgqueuer;
"""
FILL = """
WITH owners AS (SELECT gen_random_uuid() AS owner_id, n FROM generate_series(1, $1::integer / 10) AS n)
INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts)
SELECT o.owner_id, gen_random_uuid(), 'prove.bulk', 'bulk', k::text, '{"nap": 0.01}', 'queued', 3
FROM owners AS o CROSS JOIN generate_series(1, 10) AS k
"""
RING = """
SELECT runs_ring('bulk', array_agg(owner_id), array_agg(id))
FROM (SELECT owner_id, id, row_number() OVER () / 20000 AS part FROM runs_open WHERE rung_at IS NULL) AS r
GROUP BY part
"""
SCANS = "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables WHERE relname = 'runs_open'"
PAIRS = "SELECT owner_id, id FROM runs_open WHERE kind = 'prove.bulk' AND status = 'queued' LIMIT $1"
WAITED = "SELECT extract(EPOCH FROM started_at - created_at)::float FROM runs_all WHERE id = $1"


@dataclass
class Scale:
    """Measurements on a table with `rows` rows."""

    place: Place
    rows: int
    measured: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    async def pass_over(self) -> None:
        """Fill the table without ANALYZE, measure, ANALYZE, measure again, then start a worker."""
        owner = self.place.owner
        await owner.execute(BELIEVE)
        await owner.execute(FILL, self.rows, timeout=900)
        await owner.execute(RING, timeout=900)
        async with Database.connect(self.place.addresses.app) as database:
            stale = await self._durations(database)
            scanned = await self._scanned(self._durations(database))
            await owner.execute("ANALYZE runs_open, pgq.pgqueuer")
            fresh = await self._durations(database)
        self._compare(stale, fresh, scanned)
        await self._work()

    async def _durations(self, database: Database) -> dict[str, float]:
        """Return the median milliseconds of each step of a worker, for 20 runs at a time."""
        settings = RunsSettings()
        took: dict[str, list[float]] = {"claim": [], "beat": [], "run and commit": [], "sweep": []}
        async with Engine(database, ALL, settings).started() as engine:
            beat, sweep = Beat(engine, "proof", database), Sweep(database, settings)
            for _ in range(ROUNDS):
                pairs = [tuple(row) for row in await self.place.owner.fetch(PAIRS, AT_ONCE)]
                begun = await _timed(took["claim"], engine.claim(pairs))
                await _timed(took["beat"], beat.once())
                await _timed(took["run and commit"], asyncio.gather(*map(engine.execute, begun)))
                await _timed(took["sweep"], sweep.once())
        return {name: median(times) for name, times in took.items()}

    async def _scanned(self, work: Any) -> int:  # noqa: ANN401 - the result is not used
        """Return the rows read by sequential scans, including a few of the query for the run keys."""
        before = await self._rows_read()
        await work
        return await self._rows_read() - before

    async def _rows_read(self) -> int:
        await asyncio.sleep(1.5)
        await self.place.owner.execute("SELECT pg_stat_clear_snapshot()")
        return int(await self.place.owner.fetchval(SCANS))

    def _compare(self, stale: dict[str, float], fresh: dict[str, float], scanned: int) -> None:
        self.measured["milliseconds, statistics of an empty table"] = _rounded(stale)
        self.measured["milliseconds, fresh statistics"] = _rounded(fresh)
        self.measured["rows read by sequential scans, stale"] = scanned
        self.wrong += [
            f"{name} takes {stale[name]:.1f} ms with stale statistics, {fresh[name]:.1f} ms with fresh ones"
            for name in stale
            if stale[name] > SLOWER * fresh[name] + 5
        ]
        if scanned > self.rows:
            self.wrong.append(f"{scanned} rows were read by sequential scans")

    async def _work(self) -> None:
        """Measure a worker with the backlog: its memory, and the wait of interactive runs."""
        worker = self.place.hire(settings={})
        assert worker.pid
        await until(partial(self._has_ended, None, 1), 30)
        waits, sizes = [], []
        for _ in range(CLICKS):
            sizes.append(_resident(worker.pid))
            (click,) = await self.place.start(uuid4(), [Order()], CLICK)
            await until(partial(self._has_ended, click.id, 1), 10)
            waits.append(await self.place.owner.fetchval(WAITED, click.id) or 10.0)
            await asyncio.sleep(1)
        self.measured["a click behind the backlog, seconds"] = _rounded(
            {"p50": median(waits), "most": max(waits)}
        )
        self.measured["a worker's memory, kilobytes"] = {"warm": sizes[CLICKS // 4], "at the end": sizes[-1]}
        self.measured["done of the backlog"] = await self.place.owner.fetchval(
            "SELECT count(*) FROM runs_finished"
        )
        if max(waits) > 1.0:
            self.wrong.append(f"a click waited {max(waits):.2f} s")
        if sizes[-1] - sizes[CLICKS // 4] > GROWTH:
            self.wrong.append(f"the worker grew from {sizes[CLICKS // 4]} to {sizes[-1]} kB")

    async def _has_ended(self, run_id: UUID | None, least: int) -> bool:
        query = "SELECT count(*) >= $2 FROM runs_finished WHERE $1::uuid IS NULL OR id = $1"
        return bool(await self.place.owner.fetchval(query, run_id, least))


async def _timed(took: list[float], work: Any) -> Any:  # noqa: ANN401 - passed on as it is
    begun = monotonic()
    answer = await work
    took.append(1000 * (monotonic() - begun))
    return answer


def _rounded(times: dict[str, float]) -> dict[str, float]:
    return {name: round(time, 3) for name, time in times.items()}


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
