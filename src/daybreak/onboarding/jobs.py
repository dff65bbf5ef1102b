"""The run kind of onboarding: reads all sources, then enqueues the first brief."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from daybreak import agenda, briefs, runs
from daybreak.runs import AnyKind, Effects, Kind, Queue, Run, RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingParameters:
    """The date of the first brief, in the user's time zone."""

    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingResult:
    """The number of sources, and the id of the brief's run once it is enqueued."""

    sources: int
    brief: UUID | None = None


async def enqueue_onboarding(tx: asyncpg.Connection, owner_id: UUID, parameters: OnboardingParameters) -> Run:
    """Enqueue the onboarding run in the caller's transaction."""
    return await runs.enqueue(tx, ONBOARDING_KIND, owner_id, parameters, "first")


async def _read_sources(context: RunContext[OnboardingParameters]) -> Effects[OnboardingResult]:
    async with context.database.transaction([context.owner_id]) as tx:
        items = await agenda.source_items(tx, context.owner_id, None)
    if not items:
        return await _enqueue_brief(context)

    async def write(_tx: asyncpg.Connection) -> OnboardingResult:
        return OnboardingResult(sources=len(items))

    return Effects(write, items=items)


async def _enqueue_brief(context: RunContext[OnboardingParameters]) -> Effects[OnboardingResult]:
    async def write(tx: asyncpg.Connection) -> OnboardingResult:
        run = await briefs.enqueue_compose(
            tx, context.owner_id, briefs.ComposeParameters(date=context.parameters.date)
        )
        return OnboardingResult(sources=context.items.total if context.items else 0, brief=run.id)

    return Effects(write)


ONBOARDING_KIND = Kind(
    name="onboarding.run",
    queue=Queue.INTERACTIVE,
    parameters=OnboardingParameters,
    result=OnboardingResult,
    handler=_read_sources,
    finish=_enqueue_brief,
    time_limit=timedelta(minutes=1),
)


def kinds() -> list[AnyKind]:
    """Return the run kinds of onboarding."""
    return [ONBOARDING_KIND]
