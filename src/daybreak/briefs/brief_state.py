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
from daybreak.briefs.composing.base import fingerprint_of
from daybreak.briefs.document.model import Edition
from daybreak.briefs.feedback import Feedback
from daybreak.briefs.jobs import COMPOSE, ComposeParameters
from daybreak.briefs.store import BriefDetail
from daybreak.db import Database
from daybreak.errors import InvalidInput
from daybreak.people import User
from daybreak.runs import Run, Status
from daybreak.schedule import Reason

_LATEST_RUNS = 20
_MAX_DISTANCE = timedelta(days=366)


class Regenerate(StrEnum):
    """What to do if the brief exists.

    ``none``: nothing. ``changed``: compose it again if facts have changed since. ``all``: compose it again.
    """

    NONE = "none"
    CHANGED = "changed"
    ALL = "all"


class BriefKey(NamedTuple):
    """The key of one brief of a reader."""

    day: date
    edition: Edition = Edition.STANDARD

    @property
    def run_key(self) -> str:
        """The key of the runs that compose it."""
        return f"{self.day.isoformat()}/{self.edition}"

    @property
    def path(self) -> str:
        """The path of its page."""
        return self._path_for("")

    def action_path(self, name: str) -> str:
        """Return the path of an action on it."""
        return self._path_for(f"/{name}")

    def _path_for(self, suffix: str) -> str:
        edition = "" if self.edition is Edition.STANDARD else f"?edition={self.edition}"
        return f"/briefs/{self.day.isoformat()}{suffix}{edition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefState:
    """The state of a brief.

    Attributes:
        brief: the stored brief.
        other_editions: the other stored editions of the day.
        feedback_by_claim: the reader's feedback by the ids of sentences.
        run: the latest run that composes it, ended or not.
        is_skipped: whether there is no brief because the day is quiet and the reader skips such days.
    """

    key: BriefKey
    brief: BriefDetail | None
    other_editions: Sequence[Edition]
    feedback_by_claim: dict[str, Feedback]
    run: Run | None
    is_skipped: bool

    @property
    def is_missing(self) -> bool:
        """Whether there is neither a brief nor a run, and not because the day is quiet."""
        return self.brief is None and self.run is None and not self.is_skipped

    @property
    def active_run(self) -> Run | None:
        """The run, if it has not ended."""
        return self.run if self.run and not self.run.status.ended else None

    @property
    def failed_run(self) -> Run | None:
        """The latest run, if it failed or was cancelled."""
        is_lost = self.run is not None and self.run.status in {Status.FAILED, Status.CANCELLED}
        return self.run if is_lost else None


async def open_brief(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey) -> BriefState:
    """Return the state of a brief and mark the brief as received."""
    # The run is read first: once it has ended, the brief that it wrote is visible to the next statement.
    run = await find_latest_run(tx, owner_id, key)
    brief = await store.find(tx, owner_id, *key)
    given = await feedback.list_feedback(tx, owner_id, brief.id) if brief else {}
    if brief and brief.is_unread:
        await store.mark_received(tx, owner_id, brief.id, clock.now())
    editions = await store.list_editions(tx, owner_id, key.day)
    return BriefState(
        key=key,
        brief=brief,
        other_editions=[edition for edition in editions if edition is not key.edition],
        feedback_by_claim=given,
        run=run,
        is_skipped=brief is None and await _is_skipped(tx, owner_id, key),
    )


async def find_latest_run(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey) -> Run | None:
    """Return the newest run of that brief, ended or not; None if it is not among the reader's latest runs."""
    found = await runs.list_runs(tx, owner_id, kinds=[COMPOSE.name], limit=_LATEST_RUNS)
    return next((run for run in found if run.key == key.run_key), None)


async def request_compose(
    tx: asyncpg.Connection, user: User, key: BriefKey, regenerate: Regenerate = Regenerate.NONE
) -> Run | None:
    """Enqueue a brief; return its run, or None if the brief exists and need not be composed again.

    Raises:
        InvalidInput: the day is too far away, or the edition cannot be requested.
    """
    if abs(key.day - user.today()) > _MAX_DISTANCE:
        raise InvalidInput(f"The date {key.day} is more than a year away; choose a nearer one.")
    brief = await store.find(tx, user.id, *key)
    if brief is None:
        await _check_edition(tx, user.id, key)
    elif regenerate is Regenerate.NONE or (
        regenerate is Regenerate.CHANGED and await _is_up_to_date(tx, user.id, key, brief)
    ):
        return None
    return await jobs.enqueue_compose(tx, user.id, ComposeParameters(date=key.day, edition=key.edition))


def brief_key_of(run: Run) -> BriefKey:
    """Return the key of the brief that a run composes."""
    parameters = jobs.parameters_of(run, COMPOSE)
    return BriefKey(parameters.date, parameters.edition)


async def has_live_worker(database: Database) -> bool:
    """Return whether a live worker accepts runs."""
    return any(worker.alive and not worker.draining for worker in await runs.list_workers(database))


async def _is_up_to_date(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey, brief: BriefDetail) -> bool:
    run = await find_latest_run(tx, owner_id, key)
    if run and run.status is not Status.SUCCEEDED:
        return False
    (compose_input,) = await service.read_compose_inputs(tx, {owner_id: key.day}, key.edition, None)
    return await asyncio.to_thread(fingerprint_of, compose_input) == brief.document.fingerprint


async def _is_skipped(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey) -> bool:
    reasons = await schedule.get_reasons(tx, {owner_id: key.day}, key.edition)
    return reasons.get(owner_id) is Reason.QUIET


async def _check_edition(tx: asyncpg.Connection, owner_id: UUID, key: BriefKey) -> None:
    if key.edition is not Edition.REENGAGEMENT:
        return
    if owner_id not in await schedule.get_reasons(tx, {owner_id: key.day}, key.edition):
        raise InvalidInput(
            "The edition “reengagement” is created by the schedule alone, for readers who are away; request "
            "“standard” or “weekly”."
        )
