"""The state of one brief for its reader: the stored document and the run that composes it."""

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
from daybreak.briefs.composing.base import basis_of
from daybreak.briefs.document.model import Edition
from daybreak.briefs.feedback import Given
from daybreak.briefs.jobs import COMPOSE, Wanted
from daybreak.briefs.store import Standing
from daybreak.db import Database
from daybreak.errors import InvalidInput
from daybreak.people import User
from daybreak.runs import Run, Status
from daybreak.schedule import Reason

_LATEST_RUNS = 20
_FURTHEST = timedelta(days=366)


class Regenerate(StrEnum):
    """What to do if the brief exists.

    ``none``: nothing. ``changed``: compose it again if facts have changed since. ``all``: compose it again.
    """

    NONE = "none"
    CHANGED = "changed"
    ALL = "all"


class Which(NamedTuple):
    """The key of one brief of a reader."""

    day: date
    edition: Edition = Edition.STANDARD

    @property
    def key(self) -> str:
        """The key of the runs that compose it."""
        return f"{self.day.isoformat()}/{self.edition}"

    @property
    def path(self) -> str:
        """The path of its page."""
        return self._at("")

    def verb(self, name: str) -> str:
        """Return the path of an action on it."""
        return self._at(f"/{name}")

    def _at(self, verb: str) -> str:
        edition = "" if self.edition is Edition.STANDARD else f"?edition={self.edition}"
        return f"/briefs/{self.day.isoformat()}{verb}{edition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """The state of a brief.

    Attributes:
        brief: the stored brief.
        others: the other stored editions of the day.
        opinions: the reader's feedback by the ids of sentences.
        run: the latest run that composes it, ended or not.
        is_skipped: whether there is no brief because the day is quiet and the reader skips such days.
    """

    which: Which
    brief: Standing | None
    others: Sequence[Edition]
    opinions: dict[str, Given]
    run: Run | None
    is_skipped: bool

    @property
    def writing(self) -> Run | None:
        """The run, if it has not ended."""
        return self.run if self.run and not self.run.status.ended else None

    @property
    def trouble(self) -> Run | None:
        """The latest run, if it failed or was cancelled."""
        is_lost = self.run is not None and self.run.status in {Status.FAILED, Status.CANCELLED}
        return self.run if is_lost else None


async def look(tx: asyncpg.Connection, owner_id: UUID, which: Which) -> Morning:
    """Return the state of a brief and mark the brief as received."""
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
    """Return the newest run of that brief, ended or not; None if it is not among the reader's latest runs."""
    found = await runs.list_runs(tx, owner_id, kinds=[COMPOSE.name], limit=_LATEST_RUNS)
    return next((run for run in found if run.key == which.key), None)


async def begin(
    tx: asyncpg.Connection, user: User, which: Which, regenerate: Regenerate = Regenerate.NONE
) -> Run | None:
    """Enqueue a brief; return its run, or None if the brief exists and need not be composed again.

    Raises:
        InvalidInput: the day is too far away, or the edition cannot be requested.
    """
    if abs(which.day - user.today()) > _FURTHEST:
        raise InvalidInput(f"The date {which.day} is more than a year away; choose a nearer one.")
    brief = await store.find(tx, user.id, *which)
    if brief is None:
        await _check_edition(tx, user.id, which)
    elif regenerate is Regenerate.NONE or (
        regenerate is Regenerate.CHANGED and await _is_up_to_date(tx, user.id, which, brief)
    ):
        return None
    return await jobs.start(tx, user.id, Wanted(date=which.day, edition=which.edition))


def which_of(run: Run) -> Which:
    """Return the key of the brief that a run composes."""
    wanted = jobs.wanted_by(run, COMPOSE)
    return Which(wanted.date, wanted.edition)


async def is_anybody_working(database: Database) -> bool:
    """Return whether a live worker accepts runs."""
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
            "The edition “reengagement” is created by the schedule alone, for readers who are away; request "
            "“standard” or “weekly”."
        )
