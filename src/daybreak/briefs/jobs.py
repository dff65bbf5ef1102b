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
from daybreak.briefs.composing.base import ComposedBrief, ComposeInput
from daybreak.briefs.composing.editions import compose
from daybreak.briefs.composing.section_writers import SectionWriter, write_sections_with
from daybreak.briefs.composing.standard import BriefDraft
from daybreak.briefs.document.model import Edition
from daybreak.briefs.progress_writer import ComposeProgress
from daybreak.errors import Conflict
from daybreak.people import QuietDay
from daybreak.runs import Effects, Kind, Queue, Run, RunContext

_SECTION_CONCURRENCY = 8
_SECTIONS_TIMEOUT_SECONDS = 90.0
_TIME_LIMIT = timedelta(minutes=2)
_SKIPS_QUIET_DAYS = frozenset({QuietDay.SKIP, QuietDay.WEEKLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeParameters:
    """The parameters of a composing run.

    Attributes:
        date: the reader's local date.
        edition: the edition of that day.
        timezone: the zone of this brief alone; None for the reader's.
        requested_by_user: whether a user requested it, who gets it even on a quiet day.
    """

    date: date
    edition: Edition = Edition.STANDARD
    timezone: str | None = None
    requested_by_user: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeResult:
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


ComposeKind: TypeAlias = Kind[ComposeParameters, ComposeResult]


async def enqueue_compose(tx: asyncpg.Connection, user_id: UUID, parameters: ComposeParameters) -> Run:
    """Enqueue a brief that a user asks for; the run is dispatched when the caller's transaction commits.

    Return the new run, or the one that is open; an open run of the schedule may skip a quiet day.

    Args:
        tx: a transaction of this reader.
        user_id: the reader.
        parameters: the parameters; at most one run is open per date and edition.

    Raises:
        Conflict: the open run is for another zone.
    """
    run = await enqueue_or_get(tx, COMPOSE, user_id, parameters)
    if not composes(run, COMPOSE, parameters):
        raise Conflict(
            f"The brief of {parameters.date} is being composed for another time zone; wait until it is done, "
            f"or cancel it with “daybreak runs cancel {run.id}”."
        )
    return run


async def enqueue_or_get(
    tx: asyncpg.Connection, kind: ComposeKind, user_id: UUID, parameters: ComposeParameters
) -> Run:
    """Enqueue a run for a user, or return the open one of that date and edition, with any parameters."""
    requested = replace(parameters, requested_by_user=True)
    return await runs.enqueue(
        tx, kind, user_id, requested, f"{parameters.date.isoformat()}/{parameters.edition}"
    )


def composes(run: Run, kind: ComposeKind, parameters: ComposeParameters) -> bool:
    """Return whether a run has exactly these parameters."""
    return parameters_of(run, kind) == parameters


def parameters_of(run: Run, kind: ComposeKind) -> ComposeParameters:
    """Return the parameters of a run."""
    return kind.decode_parameters(json.dumps(run.parameters))


async def _compose(
    writer: SectionWriter | None, context: RunContext[ComposeParameters]
) -> Effects[ComposeResult]:
    started = clock.now()
    compose_input = await _read_input(context)
    if writer is None or compose_input.edition is not Edition.STANDARD:
        composed = compose(compose_input)
    else:
        composed = await _compose_with(writer, context, BriefDraft(compose_input))
    done, failed = _count_sections(composed), len(composed.gaps)
    context.report_progress(phase="sections", done=done, failed=failed, total=done + failed)
    service.log_brief(context.owner_id, composed, clock.now() - started)
    packed = store.pack(context.owner_id, composed)

    async def write(tx: asyncpg.Connection) -> ComposeResult:
        if _is_skipped(context.parameters, compose_input, composed):
            await schedule.record_quiet_day(
                tx, context.owner_id, compose_input.day.today, compose_input.edition
            )
            return _result(None, composed)
        stored = await store.write(tx, context.parameters.edition, [packed], clock.now())
        return _result(stored[context.owner_id], composed)

    return Effects(write, gaps=[gap.name for gap in composed.gaps])


def _is_skipped(parameters: ComposeParameters, compose_input: ComposeInput, composed: ComposedBrief) -> bool:
    """Return whether the schedule asked for it and its reader skips quiet days like this one."""
    is_scheduled = (
        not (parameters.requested_by_user or compose_input.exists)
        and compose_input.edition is Edition.STANDARD
    )
    return (
        is_scheduled
        and composed.document.quiet
        and compose_input.user.preferences.quiet_day in _SKIPS_QUIET_DAYS
    )


def _count_sections(composed: ComposedBrief) -> int:
    document = composed.document
    return len(document.week.projects if document.week else document.sections)


async def _read_input(context: RunContext[ComposeParameters]) -> ComposeInput:
    parameters, days = context.parameters, {context.owner_id: context.parameters.date}
    async with context.database.transaction(days) as tx:
        found = await service.read_compose_inputs(tx, days, parameters.edition, parameters.timezone)
    return next(found)


async def _compose_with(
    writer: SectionWriter, context: RunContext[ComposeParameters], draft: BriefDraft
) -> ComposedBrief:
    progress = ComposeProgress(context, len(draft.projects))
    progress.report_facts(draft.complete().document)
    written = await write_sections_with(
        writer,
        draft.book,
        draft.projects,
        concurrency=_SECTION_CONCURRENCY,
        timeout_seconds=_SECTIONS_TIMEOUT_SECONDS,
        on_section=progress.report_section,
    )
    return draft.complete(written)


def _result(edition_id: UUID | None, composed: ComposedBrief) -> ComposeResult:
    document = composed.document
    return ComposeResult(
        edition_id=edition_id,
        sections=_count_sections(composed),
        reused=sum(section.reused for section in document.sections),
        facts=len(document.facts),
        overdue=document.counts.overdue,
        due_today=document.counts.due_today,
    )


def make_compose_kind(writer: SectionWriter | None) -> ComposeKind:
    """Return the run kind that composes a brief.

    Args:
        writer: the writer of the sections; None for the deterministic one, which never waits.
    """
    return Kind(
        name="briefs.compose",
        queue=Queue.INTERACTIVE,
        parameters=ComposeParameters,
        result=ComposeResult,
        handler=partial(_compose, writer),
        time_limit=_TIME_LIMIT,
    )


COMPOSE = make_compose_kind(None)
