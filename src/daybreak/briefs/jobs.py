"""Composing as background work: the kind of run that writes a brief."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from daybreak import runs
from daybreak.briefs.model import Edition
from daybreak.briefs.service import StoredBrief, compose_in
from daybreak.errors import Conflict
from daybreak.runs import Effects, Kind, Lane, Run, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which brief is to be composed.

    Attributes:
        date: the reader's local date.
        edition: which brief of that day.
        timezone: the zone of this brief alone; None for the reader's.
        sources: only what these gave; None for all of the reader's sources.
    """

    date: date
    edition: Edition = Edition.STANDARD
    timezone: str | None = None
    sources: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of it; the brief itself is in its own table."""

    edition_id: UUID
    sections: int
    reused: int
    facts: int
    overdue: int
    due_today: int


async def start(tx: asyncpg.Connection, user_id: UUID, wanted: Wanted) -> Run:
    """Have a brief composed once the caller's transaction commits; gives the run, or the one that is open.

    Args:
        tx: a transaction of this reader's.
        user_id: the reader.
        wanted: which brief; one run at a time is open for a date and edition.

    Raises:
        Conflict: the open one composes it from other sources or for another zone.
    """
    run = await runs.start(tx, COMPOSE, user_id, wanted, f"{wanted.date.isoformat()}/{wanted.edition}")
    if COMPOSE.read_parameters(json.dumps(run.parameters)) != wanted:
        raise Conflict(
            f"The brief of {wanted.date} is being composed from other sources or for another zone; wait "
            f"for it, or cancel it with “daybreak runs cancel {run.id}”."
        )
    return run


async def _compose(task: Task[Wanted]) -> Effects[Summary]:
    wanted = task.parameters

    async def write(tx: asyncpg.Connection) -> Summary:
        days = {task.owner_id: wanted.date}
        stored = await compose_in(
            tx, days, edition=wanted.edition, timezone=wanted.timezone, sources=wanted.sources
        )
        return _summary(stored[task.owner_id])

    return Effects(write)


def _summary(brief: StoredBrief) -> Summary:
    document = brief.document
    return Summary(
        edition_id=brief.id,
        sections=len(document.sections),
        reused=sum(section.reused for section in document.sections),
        facts=len(document.facts),
        overdue=document.counts.overdue,
        due_today=document.counts.due_today,
    )


COMPOSE = Kind(
    name="briefs.compose",
    lane=Lane.PEOPLE,
    parameters=Wanted,
    result=Summary,
    handler=_compose,
    time_limit=timedelta(minutes=2),
)
