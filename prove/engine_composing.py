"""``kill -9`` at points of composing: another worker writes the same brief exactly once."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson

from crash import essence
from daybreak import agenda, briefs, people
from daybreak.agenda import Reader
from daybreak.briefs import Wanted
from daybreak.briefs.document import codec
from daybreak.cli.commands.sample import write_sample
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User
from daybreak.runs import Run
from engine_cluster import QUICK, Place, until
from engine_invariants import verdict
from engine_kills import PHASES

FIRST = date(2026, 3, 29)
READERS = 2
WORKERS = 6
PATIENCE = 120
ONE_AT_A_TIME = QUICK | {"people": 1, "briefs": 0, "bulk": 0}
POINTS = dict(zip(PHASES, (2, 3, 12, 4, 10, 2), strict=True))
"""Minimum number of kill points of each phase."""
EDITIONS = """
SELECT r.id AS run_id, r.epoch FROM runs_all AS r INNER JOIN briefs_editions AS e
ON e.owner_id = r.owner_id AND e.brief_date = (r.parameters ->> 'date')::date
"""
SNAPSHOTS = """
SELECT owner_id, brief_date, count(*) FROM briefs_snapshots GROUP BY owner_id, brief_date HAVING count(*) <> 1
"""


@dataclass
class Composing:
    """Users with the same folder; one worker is killed for each of their briefs."""

    place: Place
    dice: random.Random
    died: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def pass_over(self, kills: int, already: int = 0) -> None:
        """Compose all briefs and kill in each phase in turn, continuing after `already` kills."""
        days = [FIRST + timedelta(days=number) for number in range(-(-kills // READERS))]
        write_sample(self.place.folder / "sample", FIRST)
        async with Database.connect(self.place.addresses.app) as database:
            undisturbed, *readers = [await self._reader(database, number) for number in range(READERS + 1)]
            await self._start([(undisturbed, day) for day in days])
            await self._work(plan=None)
            wanted = [(reader, day) for day in days for reader in readers][:kills]
            started = await self._start(wanted)
            plan = {str(run.id): self._death(already + number) for number, run in enumerate(started)}
            (self.place.folder / "plan").write_bytes(orjson.dumps(plan))
            await self._work(plan=str(self.place.folder / "plan"))
            for run, (reader, day) in zip(started, wanted, strict=True):
                if await _brief(database, reader, day) != await _brief(database, undisturbed, day):
                    self.wrong.append(f"the brief differs after a death in {plan[str(run.id)]}")
        self.wrong += (await verdict(self.place.owner, [run.id for run in started], (), EDITIONS)).wrong
        self.wrong += [f"{row} snapshots of one brief" for row in await self.place.owner.fetch(SNAPSHOTS)]
        self._compare_deaths(plan)

    async def _reader(self, database: Database, number: int) -> User:
        folder = self.place.folder / "sample"
        user = await people.add(
            database, f"reader{number}@example.org", timezone="Europe/Berlin", name="Anna"
        )
        await agenda.import_folder(Reader(database, user, FIRST, IntakeSettings(), _no_vault), folder)
        return user

    def _death(self, number: int) -> tuple[str, int]:
        phase = PHASES[number % len(PHASES)]
        return phase, self.dice.randint(1, POINTS[phase])

    async def _start(self, wanted: Sequence[tuple[User, date]]) -> list[Run]:
        started = []
        for user, day in wanted:
            async with self.place.turn(user.id) as tx:
                started.append(await briefs.start(tx, user.id, Wanted(date=day)))
        return started

    async def _work(self, *, plan: str | None) -> None:
        async def done() -> bool:
            self.place.hire_up_to(WORKERS, settings=ONE_AT_A_TIME, plan=plan)
            return await self.place.open_runs() == 0

        await until(done, PATIENCE, 0.1)
        self.wrong += await self.place.dismiss()

    def _compare_deaths(self, plan: dict[str, tuple[str, int]]) -> None:
        deaths = Counter(self.place.noted("deaths"))
        planned = Counter(f"{phase}, point {point}" for phase, point in plan.values())
        if deaths != planned:
            self.wrong.append(f"did not die as planned: {dict(planned - deaths)}")
        self.died.update(line.partition(",")[0] for line in deaths.elements())


async def _brief(database: Database, user: User, day: date) -> str:
    document = await briefs.read(database, user.id, day)
    return essence(codec.encode(document).decode()) if document else "no brief"


def _no_vault() -> Vault:
    raise AssertionError("a folder has no secret")
