"""Composing as background work: the kind of run that writes a brief."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

import asyncpg

from daybreak import clock, runs, schedule
from daybreak.briefs import service, store
from daybreak.briefs.announcing import Announcer
from daybreak.briefs.composing import Draft
from daybreak.briefs.editions import compose
from daybreak.briefs.groundwork import Composed, Occasion
from daybreak.briefs.model import Edition
from daybreak.briefs.writing import SectionWriter, write_with
from daybreak.errors import Conflict
from daybreak.people import QuietDay
from daybreak.runs import Effects, Kind, Lane, Run, Task

_SECTIONS_AT_ONCE = 8
_SECTIONS_WITHIN = 90.0
_TIME_LIMIT = timedelta(minutes=2)
_SKIPPING = frozenset({QuietDay.SKIP, QuietDay.WEEKLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which brief is to be composed.

    Attributes:
        date: the reader's local date.
        edition: which brief of that day.
        timezone: the zone of this brief alone; None for the reader's.
        sources: only what these gave; None for all of the reader's sources.
        asked: whether somebody asked for it, and gets it however quiet the day is; else the schedule did.
    """

    date: date
    edition: Edition = Edition.STANDARD
    timezone: str | None = None
    sources: tuple[UUID, ...] | None = None
    asked: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of it; the brief itself is in its own table.

    Attributes:
        edition_id: the brief; None if the day is quiet and skipped, as its reader prefers.
        sections: how many sections it has; like all numbers here it is of what was composed, be it skipped.
    """

    edition_id: UUID | None
    sections: int
    reused: int
    facts: int
    overdue: int
    due_today: int


ComposeKind: TypeAlias = Kind[Wanted, Summary]


async def start(tx: asyncpg.Connection, user_id: UUID, wanted: Wanted) -> Run:
    """Have a brief that somebody asks for composed once the caller's transaction commits.

    Gives the run, or the one that is open; if that was begun by the schedule, it may skip a quiet day.

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
    """A new run for whoever asks, or the one that is open for that date and edition, whatever it is for."""
    asked = replace(wanted, asked=True)
    return await runs.start(tx, kind, user_id, asked, f"{wanted.date.isoformat()}/{wanted.edition}")


def is_for(run: Run, kind: ComposeKind, wanted: Wanted) -> bool:
    """Whether a run composes this very brief."""
    return wanted_by(run, kind) == wanted


def wanted_by(run: Run, kind: ComposeKind) -> Wanted:
    """Which brief a run composes."""
    return kind.read_parameters(json.dumps(run.parameters))


async def _compose(writer: SectionWriter | None, task: Task[Wanted]) -> Effects[Summary]:
    started = clock.now()
    occasion = await _read(task)
    if writer is None or occasion.edition is not Edition.STANDARD:
        composed = compose(occasion)
    else:
        composed = await _write_with(writer, task, Draft(occasion))
    done, failed = _parts(composed), len(composed.gaps)
    task.progress(phase="sections", done=done, failed=failed, total=done + failed)
    service.report(task.owner_id, composed, clock.now() - started)
    packed = store.pack(task.owner_id, composed)

    async def write(tx: asyncpg.Connection) -> Summary:
        if _is_skipped(task.parameters, occasion, composed):
            await schedule.note_quiet(tx, task.owner_id, occasion.day.today, occasion.edition)
            return _summary(None, composed)
        stored = await store.write(tx, task.parameters.edition, [packed], clock.now())
        return _summary(stored[task.owner_id], composed)

    return Effects(write, gaps=[gap.name for gap in composed.gaps])


def _is_skipped(wanted: Wanted, occasion: Occasion, composed: Composed) -> bool:
    """Whether nobody asked for it and its reader prefers to hear nothing on a day like this."""
    is_unasked = not (wanted.asked or occasion.stands) and occasion.edition is Edition.STANDARD
    return is_unasked and composed.document.quiet and occasion.user.preferences.quiet_day in _SKIPPING


def _parts(composed: Composed) -> int:
    document = composed.document
    return len(document.week.projects if document.week else document.sections)


async def _read(task: Task[Wanted]) -> Occasion:
    wanted, days = task.parameters, {task.owner_id: task.parameters.date}
    async with task.database.transaction(days) as tx:
        found = await service.read_occasions(tx, days, wanted.edition, wanted.timezone, wanted.sources)
    return next(found)


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


def _summary(edition_id: UUID | None, composed: Composed) -> Summary:
    document = composed.document
    return Summary(
        edition_id=edition_id,
        sections=_parts(composed),
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
