"""Composing as background work: the kind of run that writes a brief."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

import asyncpg

from daybreak import clock, runs
from daybreak.briefs import service
from daybreak.briefs.announcing import Announcer
from daybreak.briefs.composing import Composed, Draft, Occasion, compose
from daybreak.briefs.model import Edition
from daybreak.briefs.service import StoredBrief
from daybreak.briefs.writing import SectionWriter, write_with
from daybreak.errors import Conflict
from daybreak.runs import Effects, Kind, Lane, Run, Task

_SECTIONS_AT_ONCE = 8
_SECTIONS_WITHIN = 90.0
_TIME_LIMIT = timedelta(minutes=2)


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


ComposeKind: TypeAlias = Kind[Wanted, Summary]


async def start(tx: asyncpg.Connection, user_id: UUID, wanted: Wanted) -> Run:
    """Have a brief composed once the caller's transaction commits; gives the run, or the one that is open.

    Args:
        tx: a transaction of this reader's.
        user_id: the reader.
        wanted: which brief; one run at a time is open for a date and edition.

    Raises:
        Conflict: the open one composes it from other sources or for another zone.
    """
    run = await start_or_find(tx, COMPOSE, user_id, wanted)
    if not is_for(run, COMPOSE, wanted):
        raise Conflict(
            f"The brief of {wanted.date} is being composed from other sources or for another zone; wait "
            f"for it, or cancel it with “daybreak runs cancel {run.id}”."
        )
    return run


async def start_or_find(tx: asyncpg.Connection, kind: ComposeKind, user_id: UUID, wanted: Wanted) -> Run:
    """A new run, or the one that is open for that date and edition, whatever it composes it from."""
    return await runs.start(tx, kind, user_id, wanted, f"{wanted.date.isoformat()}/{wanted.edition}")


def is_for(run: Run, kind: ComposeKind, wanted: Wanted) -> bool:
    """Whether a run composes this very brief."""
    return kind.read_parameters(json.dumps(run.parameters)) == wanted


async def _compose(writer: SectionWriter | None, task: Task[Wanted]) -> Effects[Summary]:
    started = clock.now()
    occasion = await _read(task)
    composed = compose(occasion) if writer is None else await _write_with(writer, task, Draft(occasion))
    document = composed.document
    done, failed = len(document.sections), len(composed.gaps)
    task.progress(phase="sections", done=done, failed=failed, total=done + failed)
    service.report(task.owner_id, composed, clock.now() - started)

    async def write(tx: asyncpg.Connection) -> Summary:
        stored = await service.keep(tx, task.parameters.edition, {task.owner_id: composed})
        return _summary(stored[task.owner_id])

    return Effects(write, gaps=[gap.name for gap in composed.gaps])


async def _read(task: Task[Wanted]) -> Occasion:
    wanted, days = task.parameters, {task.owner_id: task.parameters.date}
    async with task.database.transaction(days) as tx:
        found = await service.read_occasions(tx, days, wanted.edition, wanted.timezone, wanted.sources)
    return found[0]


async def _write_with(writer: SectionWriter, task: Task[Wanted], draft: Draft) -> Composed:
    announcer = Announcer(task, len(draft.materials))
    announcer.tell_facts(draft.complete().document)
    written = await write_with(
        writer,
        draft.book,
        draft.materials,
        at_once=_SECTIONS_AT_ONCE,
        within=_SECTIONS_WITHIN,
        told=announcer.tell_section,
    )
    return draft.complete(written)


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


def composing_with(writer: SectionWriter | None) -> ComposeKind:
    """The kind of run that composes a brief.

    Args:
        writer: who writes the sections; None for the deterministic writer, which waits for nobody.
    """
    return Kind(
        name="briefs.compose",
        lane=Lane.PEOPLE,
        parameters=Wanted,
        result=Summary,
        handler=partial(_compose, writer),
        time_limit=_TIME_LIMIT,
    )


COMPOSE = composing_with(None)
