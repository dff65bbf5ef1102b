"""The brief of a day as its reader meets it: the one that stands, and the run that writes one."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from daybreak import clock, runs
from daybreak.briefs import feedback, jobs, store
from daybreak.briefs.feedback import Given
from daybreak.briefs.jobs import COMPOSE, Wanted
from daybreak.briefs.model import Edition
from daybreak.briefs.store import Standing
from daybreak.db import Database
from daybreak.errors import InvalidInput
from daybreak.people import User
from daybreak.runs import Run, Status

_LATEST_RUNS = 20
_FURTHEST = timedelta(days=366)


class Regenerate(StrEnum):
    """What to do about a brief that stands already.

    ``none``: leave it. ``changed``: compose it from the facts as they are now, and keep the sections of
    projects in which nothing has changed. ``all``: compose all of it.
    """

    NONE = "none"
    CHANGED = "changed"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What there is of a day.

    Attributes:
        brief: the brief that stands.
        opinions: what its reader thinks of its sentences.
        run: the latest run that composed it, or is about to.
    """

    day: date
    brief: Standing | None
    opinions: dict[str, Given]
    run: Run | None

    @property
    def writing(self) -> Run | None:
        """The run that is under way."""
        return self.run if self.run and not self.run.status.ended else None

    @property
    def trouble(self) -> Run | None:
        """The latest run, if nothing came of it."""
        is_lost = self.run is not None and self.run.status in {Status.FAILED, Status.CANCELLED}
        return self.run if is_lost else None


async def look(
    tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition = Edition.STANDARD
) -> Morning:
    """What there is of that day; the reader has the brief from now on."""
    brief = await store.find(tx, owner_id, day, edition)
    given = await feedback.opinions(tx, owner_id, brief.id) if brief else {}
    if brief and brief.is_unread:
        await store.mark_received(tx, owner_id, brief.id, clock.now())
    return Morning(day=day, brief=brief, opinions=given, run=await latest_run(tx, owner_id, day, edition))


async def latest_run(
    tx: asyncpg.Connection, owner_id: UUID, day: date, edition: Edition = Edition.STANDARD
) -> Run | None:
    """The run that composed the brief of that day last, or is about to, unless it was long ago."""
    found = await runs.list_runs(tx, owner_id, kinds=[COMPOSE.name], limit=_LATEST_RUNS)
    key = f"{day.isoformat()}/{edition}"
    return next((run for run in found if run.key == key), None)


async def begin(
    tx: asyncpg.Connection, user: User, day: date, regenerate: Regenerate = Regenerate.NONE
) -> Run | None:
    """Have the brief of that day composed; None if it stands and is to be left.

    Raises:
        InvalidInput: the day is too far away.
    """
    if abs(day - user.today()) > _FURTHEST:
        raise InvalidInput(f"A brief of {day} would be more than a year away; give a date that is nearer.")
    if regenerate is Regenerate.NONE and await store.find(tx, user.id, day, Edition.STANDARD):
        return None
    return await jobs.start(tx, user.id, Wanted(date=day))


def day_of(run: Run) -> date:
    """The day of whose brief a run is."""
    return COMPOSE.read_parameters(json.dumps(run.parameters)).date


async def is_anybody_working(database: Database) -> bool:
    """Whether a worker that can compose briefs was seen lately."""
    return any(worker.alive and not worker.draining for worker in await runs.workers(database))
