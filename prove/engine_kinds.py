"""Run kinds for the proofs, with all kinds of faults, and the table of their effects."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg

from daybreak.errors import InvalidInput, Unavailable
from daybreak.runs import AnyKind, Backoff, Effects, Item, Kind, Queue, RunContext

EFFECTS = """
CREATE TABLE effects (
    owner_id uuid NOT NULL, run_id uuid NOT NULL, epoch integer NOT NULL, attempt integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
ALTER TABLE effects FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON effects TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON effects TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT ON effects TO daybreak_app;
"""
WRITE = "INSERT INTO effects (owner_id, run_id, epoch, attempt) VALUES ($1, $2, $3, $4)"
FATAL_FAILURES = ("invalid", "unexpected", "dies", "spoils")


@dataclass(frozen=True)
class ProofParameters:
    """The steps of a run, in this order.

    Attributes:
        event_count: number of events.
        sleep_seconds: seconds to sleep.
        block_seconds: seconds for which the first attempt blocks its whole process.
        seconds_after_freeze: stop the process of the first attempt just before its commit. Later attempts
            last this many seconds, so that the late commit arrives while one of them runs.
        failure: “unavailable”, or one of `FATAL_FAILURES`; empty for a run that succeeds.
        last_failing_attempt: the last attempt that fails.
        gaps: gaps of the result.
    """

    event_count: int = 0
    sleep_seconds: float = 0.0
    block_seconds: float = 0.0
    seconds_after_freeze: float = 0.0
    failure: str = ""
    last_failing_attempt: int = 99
    gaps: list[str] = field(default_factory=list)

    @property
    def is_fatal(self) -> bool:
        """True if no attempt can succeed."""
        return self.failure in FATAL_FAILURES


@dataclass(frozen=True)
class ProofResult:
    """The attempt that wrote the effects."""

    attempt: int


@dataclass(frozen=True)
class ProofFanOutParameters:
    """The parameters of a run with items, which are cancelled with it."""

    orders: list[ProofParameters]
    failure: str = ""
    event_count: int = 0


async def _fan_out(context: RunContext[ProofFanOutParameters]) -> Effects[ProofResult]:
    async def write(_tx: asyncpg.Connection) -> ProofResult:
        return ProofResult(context.attempt)

    orders = enumerate(context.parameters.orders)
    items = [Item(POISONED if order.is_fatal else BULK, f"{place}", order) for place, order in orders]
    return Effects(write, items=items)


async def _work(context: RunContext[ProofParameters]) -> Effects[ProofResult]:
    order = context.parameters
    for number in range(1, order.event_count + 1):
        context.report_progress(phase="counting", done=number, total=order.event_count)
        context.record_event("counted", attempt=context.attempt, number=number)
    await asyncio.sleep(order.sleep_seconds)
    if order.block_seconds and context.attempt == 1:
        time.sleep(order.block_seconds)  # noqa: ASYNC251 - a handler that blocks the event loop
    if order.seconds_after_freeze:
        await _freeze(context)
    failing = order.failure if context.attempt <= order.last_failing_attempt else ""
    _raise_failure(failing)

    async def write(tx: asyncpg.Connection) -> ProofResult:
        await tx.execute(WRITE, context.owner_id, context.run_id, context.epoch, context.attempt)
        if failing == "spoils":
            await tx.execute("SELECT 1 / 0")
        return ProofResult(context.attempt)

    return Effects(write, gaps=order.gaps)


async def _freeze(context: RunContext[ProofParameters]) -> None:
    if (context.epoch, context.attempt) == (1, 1):
        # The proof wakes the process once the row shows another attempt.
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        await asyncio.sleep(context.parameters.seconds_after_freeze)


def _raise_failure(failure: str) -> None:
    if failure == "unavailable":
        raise Unavailable("It failed as requested.")
    if failure == "invalid":
        raise InvalidInput("It failed as requested.")
    if failure == "unexpected":
        raise ZeroDivisionError
    if failure == "dies":
        os.kill(os.getpid(), signal.SIGKILL)


Handler = Callable[[RunContext[Any]], Awaitable[Effects[ProofResult]]]


def _make_kind(
    name: str, queue: Queue, max_attempts: int, parameters: type = ProofParameters, handler: Handler = _work
) -> AnyKind:
    return Kind(
        name=name,
        queue=queue,
        parameters=parameters,
        result=ProofResult,
        handler=handler,
        time_limit=timedelta(seconds=30),
        max_attempts=max_attempts,
        backoff=Backoff(base=timedelta(seconds=0.2), cap=timedelta(seconds=1)),
    )


CLICK = _make_kind("prove.click", Queue.INTERACTIVE, 30)
BULK = _make_kind("prove.bulk", Queue.BULK, 30)
POISONED = _make_kind("prove.poisoned", Queue.BULK, 3)
FAN_OUT = _make_kind("prove.fan", Queue.INTERACTIVE, 30, ProofFanOutParameters, _fan_out)
ALL = [CLICK, BULK, POISONED, FAN_OUT]
