"""The run kind that composes a brief."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

import asyncpg

from daybreak import clock, runs, schedule
from daybreak.briefs import service, store
from daybreak.briefs.composing.base import Composed, Occasion
from daybreak.briefs.composing.editions import compose
from daybreak.briefs.composing.section_writers import SectionWriter, write_with
from daybreak.briefs.composing.standard import Draft
from daybreak.briefs.document.model import Edition
from daybreak.briefs.progress_writer import Announcer
from daybreak.errors import Conflict
from daybreak.people import QuietDay
from daybreak.runs import Effects, Kind, Lane, Run, Task

_SECTIONS_AT_ONCE = 8
_SECTIONS_WITHIN = 90.0
_TIME_LIMIT = timedelta(minutes=2)
_SKIPPING = frozenset({QuietDay.SKIP, QuietDay.WEEKLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The parameters of a composing run.

    Attributes:
        date: the reader's local date.
        edition: the edition of that day.
        timezone: the zone of this brief alone; None for the reader's.
        sources: ids of the only sources to use; None for all of the reader's sources.
        asked: whether a user asked for it, who gets it even on a quiet day; False if the schedule did.
    """

    date: date
    edition: Edition = Edition.STANDARD
    timezone: str | None = None
    sources: tuple[UUID, ...] | None = None
    asked: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result of a composing run; the brief itself is in its own table.

    Attributes:
        edition_id: the brief; None if the day is quiet and the reader's preferences skip it.
        sections: the number of sections; like all counts here also set when the brief was skipped.
    """

    edition_id: UUID | None
    sections: int
    reused: int
    facts: int
    overdue: int
    due_today: int


ComposeKind: TypeAlias = Kind[Wanted, Summary]


async def start(tx: asyncpg.Connection, user_id: UUID, wanted: Wanted) -> Run:
    """Enqueue a brief that a user asks for; the run is dispatched when the caller's transaction commits.

    Return the new run, or the one that is open; an open run of the schedule may skip a quiet day.

    Args:
        tx: a transaction of this reader.
        user_id: the reader.
        wanted: the parameters; at most one run is open per date and edition.

    Raises:
        Conflict: the open run uses other sources or another zone.
    """
    run = await start_or_find(tx, COMPOSE, user_id, wanted)
    if not is_for(run, COMPOSE, wanted):
        raise Conflict(
            f"The brief of {wanted.date} is being composed from other sources or for another zone; wait "
            f"until it is done, or cancel it with “daybreak runs cancel {run.id}”."
        )
    return run


async def start_or_find(tx: asyncpg.Connection, kind: ComposeKind, user_id: UUID, wanted: Wanted) -> Run:
    """Enqueue a run for a user, or return the open one of that date and edition, with any parameters."""
    asked = replace(wanted, asked=True)
    return await runs.start(tx, kind, user_id, asked, f"{wanted.date.isoformat()}/{wanted.edition}")


def is_for(run: Run, kind: ComposeKind, wanted: Wanted) -> bool:
    """Return whether a run has exactly these parameters."""
    return wanted_by(run, kind) == wanted


def wanted_by(run: Run, kind: ComposeKind) -> Wanted:
    """Return the parameters of a run."""
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
    """Return whether the schedule asked for it and its reader skips quiet days like this one."""
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
    """Return the run kind that composes a brief.

    Args:
        writer: the writer of the sections; None for the deterministic one, which never waits.
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
