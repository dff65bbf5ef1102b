"""A brief as its reader meets it: the one that stands, and the run that writes one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import asyncpg

from daybreak import clock, runs, schedule
from daybreak.briefs import feedback, jobs, service, store
from daybreak.briefs.feedback import Given
from daybreak.briefs.groundwork import basis_of
from daybreak.briefs.jobs import COMPOSE, Wanted
from daybreak.briefs.model import Edition
from daybreak.briefs.store import Standing
from daybreak.db import Database
from daybreak.errors import InvalidInput
from daybreak.people import User
from daybreak.runs import Run, Status
from daybreak.schedule import Reason

_LATEST_RUNS = 20
_FURTHEST = timedelta(days=366)


class Regenerate(StrEnum):
    """What to do about a brief that stands already.

    ``none``: leave it. ``changed``: compose it again if facts have changed since. ``all``: compose it again.
    """

    NONE = "none"
    CHANGED = "changed"
    ALL = "all"


class Which(NamedTuple):
    """One brief of a reader's."""

    day: date
    edition: Edition = Edition.STANDARD

    @property
    def key(self) -> str:
        """What runs that compose it are known by."""
        return f"{self.day.isoformat()}/{self.edition}"

    @property
    def path(self) -> str:
        """Where it is read."""
        return self._at("")

    def verb(self, name: str) -> str:
        """Where something is done about it."""
        return self._at(f"/{name}")

    def _at(self, verb: str) -> str:
        edition = "" if self.edition is Edition.STANDARD else f"?edition={self.edition}"
        return f"/briefs/{self.day.isoformat()}{verb}{edition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What there is of a brief.

    Attributes:
        brief: the brief that stands.
        others: further editions of the day that stand.
        opinions: what its reader thinks of its sentences.
        run: the latest run that composed it, or is about to.
        is_skipped: whether there is none because the day is quiet and its reader has such days skipped.
    """

    which: Which
    brief: Standing | None
    others: Sequence[Edition]
    opinions: dict[str, Given]
    run: Run | None
    is_skipped: bool

    @property
    def writing(self) -> Run | None:
        """The run that is under way."""
        return self.run if self.run and not self.run.status.ended else None

    @property
    def trouble(self) -> Run | None:
        """The latest run, if nothing came of it."""
        is_lost = self.run is not None and self.run.status in {Status.FAILED, Status.CANCELLED}
        return self.run if is_lost else None


async def look(tx: asyncpg.Connection, owner_id: UUID, which: Which) -> Morning:
    """What there is of that brief; the reader has it from now on."""
    brief = await store.find(tx, owner_id, *which)
    given = await feedback.opinions(tx, owner_id, brief.id) if brief else {}
    if brief and brief.is_unread:
        await store.mark_received(tx, owner_id, brief.id, clock.now())
    editions = await store.editions(tx, owner_id, which.day)
    return Morning(
        which=which,
        brief=brief,
        others=[edition for edition in editions if edition is not which.edition],
        opinions=given,
        run=await latest_run(tx, owner_id, which),
        is_skipped=brief is None and await _is_skipped(tx, owner_id, which),
    )


async def latest_run(tx: asyncpg.Connection, owner_id: UUID, which: Which) -> Run | None:
    """The run that composed that brief last, or is about to, unless it was long ago."""
    found = await runs.list_runs(tx, owner_id, kinds=[COMPOSE.name], limit=_LATEST_RUNS)
    return next((run for run in found if run.key == which.key), None)


async def begin(
    tx: asyncpg.Connection, user: User, which: Which, regenerate: Regenerate = Regenerate.NONE
) -> Run | None:
    """Have that brief composed; None if it stands and is to be left.

    Raises:
        InvalidInput: the day is too far away, or the edition is none that one asks for.
    """
    if abs(which.day - user.today()) > _FURTHEST:
        raise InvalidInput(
            f"A brief of {which.day} would be more than a year away; give a date that is nearer."
        )
    brief = await store.find(tx, user.id, *which)
    if brief is None:
        await _check_edition(tx, user.id, which)
    elif regenerate is Regenerate.NONE or (
        regenerate is Regenerate.CHANGED and await _is_up_to_date(tx, user.id, which, brief)
    ):
        return None
    return await jobs.start(tx, user.id, Wanted(date=which.day, edition=which.edition))


def which_of(run: Run) -> Which:
    """Which brief a run composes."""
    wanted = jobs.wanted_by(run, COMPOSE)
    return Which(wanted.date, wanted.edition)


async def is_anybody_working(database: Database) -> bool:
    """Whether a worker that can compose briefs was seen lately."""
    return any(worker.alive and not worker.draining for worker in await runs.workers(database))


async def _is_up_to_date(tx: asyncpg.Connection, owner_id: UUID, which: Which, brief: Standing) -> bool:
    run = await latest_run(tx, owner_id, which)
    if run and run.status is not Status.SUCCEEDED:
        return False
    (occasion,) = await service.read_occasions(tx, {owner_id: which.day}, which.edition, None, None)
    return await asyncio.to_thread(basis_of, occasion) == brief.document.basis


async def _is_skipped(tx: asyncpg.Connection, owner_id: UUID, which: Which) -> bool:
    reasons = await schedule.reasons(tx, {owner_id: which.day}, which.edition)
    return reasons.get(owner_id) is Reason.QUIET


async def _check_edition(tx: asyncpg.Connection, owner_id: UUID, which: Which) -> None:
    if which.edition is not Edition.REENGAGEMENT:
        return
    if owner_id not in await schedule.reasons(tx, {owner_id: which.day}, which.edition):
        raise InvalidInput(
            "The edition “reengagement” is written by the schedule alone, for readers who are away; ask for "
            "“standard” or “weekly”."
        )
