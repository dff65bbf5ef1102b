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
from daybreak.runs import AnyKind, Backoff, Effects, Item, Kind, Lane, Task

EFFECTS = """
CREATE TABLE effects (
    owner_id uuid NOT NULL, run_id uuid NOT NULL, epoch integer NOT NULL, attempt integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
ALTER TABLE effects FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON effects TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON effects TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT ON effects TO daybreak_app;
"""
WRITE = "INSERT INTO effects (owner_id, run_id, epoch, attempt) VALUES ($1, $2, $3, $4)"
POISONS = ("invalid", "unexpected", "dies", "spoils")


@dataclass(frozen=True)
class Order:
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

    counts: int = 0
    nap: float = 0.0
    blocks: float = 0.0
    freezes: float = 0.0
    fails: str = ""
    fails_until: int = 99
    gaps: list[str] = field(default_factory=list)

    @property
    def is_poison(self) -> bool:
        """True if no attempt can succeed."""
        return self.fails in POISONS


@dataclass(frozen=True)
class Receipt:
    """The attempt that wrote the effects."""

    attempt: int


@dataclass(frozen=True)
class Fan:
    """The parameters of a run with items, which are cancelled with it."""

    orders: list[Order]
    fails: str = ""
    counts: int = 0


async def _fan(task: Task[Fan]) -> Effects[Receipt]:
    async def write(_tx: asyncpg.Connection) -> Receipt:
        return Receipt(task.attempt)

    orders = enumerate(task.parameters.orders)
    items = [Item(POISONED if order.is_poison else BULK, f"{place}", order) for place, order in orders]
    return Effects(write, items=items)


async def _work(task: Task[Order]) -> Effects[Receipt]:
    order = task.parameters
    for number in range(1, order.counts + 1):
        task.progress(phase="counting", done=number, total=order.counts)
        task.event("counted", attempt=task.attempt, number=number)
    await asyncio.sleep(order.nap)
    if order.blocks and task.attempt == 1:
        time.sleep(order.blocks)  # noqa: ASYNC251 - a handler that blocks the event loop
    if order.freezes:
        await _freeze(task)
    failing = order.fails if task.attempt <= order.fails_until else ""
    _fail(failing)

    async def write(tx: asyncpg.Connection) -> Receipt:
        await tx.execute(WRITE, task.owner_id, task.run_id, task.epoch, task.attempt)
        if failing == "spoils":
            await tx.execute("SELECT 1 / 0")
        return Receipt(task.attempt)

    return Effects(write, gaps=order.gaps)


async def _freeze(task: Task[Order]) -> None:
    if (task.epoch, task.attempt) == (1, 1):
        # The proof wakes the process once the row shows another attempt.
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        await asyncio.sleep(task.parameters.freezes)


def _fail(how: str) -> None:
    if how == "unavailable":
        raise Unavailable("It failed as requested.")
    if how == "invalid":
        raise InvalidInput("It failed as requested.")
    if how == "unexpected":
        raise ZeroDivisionError
    if how == "dies":
        os.kill(os.getpid(), signal.SIGKILL)


Handler = Callable[[Task[Any]], Awaitable[Effects[Receipt]]]


def _kind(
    name: str, lane: Lane, max_attempts: int, parameters: type = Order, handler: Handler = _work
) -> AnyKind:
    return Kind(
        name=name,
        lane=lane,
        parameters=parameters,
        result=Receipt,
        handler=handler,
        time_limit=timedelta(seconds=30),
        max_attempts=max_attempts,
        backoff=Backoff(base=timedelta(seconds=0.2), cap=timedelta(seconds=1)),
    )


CLICK = _kind("prove.click", Lane.PEOPLE, 30)
BULK = _kind("prove.bulk", Lane.BULK, 30)
POISONED = _kind("prove.poisoned", Lane.BULK, 3)
FAN = _kind("prove.fan", Lane.PEOPLE, 30, Fan, _fan)
ALL = [CLICK, BULK, POISONED, FAN]
