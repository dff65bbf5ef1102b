"""``kill -9`` at points of composing: another worker writes the same brief exactly once."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson

from crash import normalize_brief
from daybreak import agenda, briefs, people
from daybreak.agenda import SourceReader
from daybreak.briefs import ComposeParameters
from daybreak.briefs.document import codec
from daybreak.cli.commands.sample import write_sample
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User
from daybreak.runs import Run
from engine_cluster import FAST_SETTINGS, ProofCluster, wait_until
from engine_invariants import check_invariants
from engine_kills import PHASES

FIRST_DATE = date(2026, 3, 29)
READERS = 2
WORKERS = 6
TIMEOUT_SECONDS = 120
ONE_RUN_SETTINGS = FAST_SETTINGS | {
    "interactive_concurrency": 1,
    "scheduled_concurrency": 0,
    "bulk_concurrency": 0,
}
POINTS_PER_PHASE = dict(zip(PHASES, (2, 3, 12, 4, 10, 2), strict=True))
"""Minimum number of kill points of each phase."""
LIST_EDITIONS = """
SELECT r.id AS run_id, r.epoch FROM runs_all AS r INNER JOIN briefs_editions AS e
ON e.owner_id = r.owner_id AND e.brief_date = (r.parameters ->> 'date')::date
"""
LIST_DUPLICATE_SNAPSHOTS = """
SELECT owner_id, brief_date, count(*) FROM briefs_snapshots GROUP BY owner_id, brief_date HAVING count(*) <> 1
"""


@dataclass
class ComposingRound:
    """Users with the same folder; one worker is killed for each of their briefs."""

    cluster: ProofCluster
    rng: random.Random
    death_counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    async def run(self, kills: int, completed: int = 0) -> None:
        """Compose all briefs and kill in each phase in turn, continuing after `completed` kills."""
        days = [FIRST_DATE + timedelta(days=number) for number in range(-(-kills // READERS))]
        write_sample(self.cluster.folder / "sample", FIRST_DATE)
        async with Database.connect(self.cluster.urls.app) as database:
            undisturbed, *readers = [
                await self._create_user(database, number) for number in range(READERS + 1)
            ]
            await self._enqueue([(undisturbed, day) for day in days])
            await self._run_workers(plan=None)
            wanted = [(reader, day) for day in days for reader in readers][:kills]
            started = await self._enqueue(wanted)
            plan = {str(run.id): self._plan_death(completed + number) for number, run in enumerate(started)}
            (self.cluster.folder / "plan").write_bytes(orjson.dumps(plan))
            await self._run_workers(plan=str(self.cluster.folder / "plan"))
            for run, (reader, day) in zip(started, wanted, strict=True):
                if await _read_essence(database, reader, day) != await _read_essence(
                    database, undisturbed, day
                ):
                    self.failures.append(f"the brief differs after a death in {plan[str(run.id)]}")
        self.failures += (
            await check_invariants(self.cluster.owner, [run.id for run in started], (), LIST_EDITIONS)
        ).violations
        self.failures += [
            f"{row} snapshots of one brief"
            for row in await self.cluster.owner.fetch(LIST_DUPLICATE_SNAPSHOTS)
        ]
        self._compare_deaths(plan)

    async def _create_user(self, database: Database, number: int) -> User:
        folder = self.cluster.folder / "sample"
        user = await people.create_user(
            database, f"reader{number}@example.org", timezone="Europe/Berlin", name="Anna"
        )
        await agenda.import_folder(
            SourceReader(database, user, FIRST_DATE, IntakeSettings(), _unexpected_vault), folder
        )
        return user

    def _plan_death(self, number: int) -> tuple[str, int]:
        phase = PHASES[number % len(PHASES)]
        return phase, self.rng.randint(1, POINTS_PER_PHASE[phase])

    async def _enqueue(self, wanted: Sequence[tuple[User, date]]) -> list[Run]:
        started = []
        for user, day in wanted:
            async with self.cluster.transaction(user.id) as tx:
                started.append(await briefs.enqueue_compose(tx, user.id, ComposeParameters(date=day)))
        return started

    async def _run_workers(self, *, plan: str | None) -> None:
        async def done() -> bool:
            self.cluster.ensure_workers(WORKERS, settings=ONE_RUN_SETTINGS, kill_plan=plan)
            return await self.cluster.count_open() == 0

        await wait_until(done, TIMEOUT_SECONDS, 0.1)
        self.failures += await self.cluster.drain_workers()

    def _compare_deaths(self, plan: dict[str, tuple[str, int]]) -> None:
        deaths = Counter(self.cluster.read_lines("deaths"))
        planned = Counter(f"{phase}, point {point}" for phase, point in plan.values())
        if deaths != planned:
            self.failures.append(f"did not die as planned: {dict(planned - deaths)}")
        self.death_counts.update(line.partition(",")[0] for line in deaths.elements())


async def _read_essence(database: Database, user: User, day: date) -> str:
    document = await briefs.read(database, user.id, day)
    return normalize_brief(codec.encode(document).decode()) if document else "no brief"


def _unexpected_vault() -> Vault:
    raise AssertionError("a folder has no secret")
