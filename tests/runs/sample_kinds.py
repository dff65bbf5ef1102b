"""Run kinds for tests, whose parameters inject one fault each."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.errors import InvalidInput, Unavailable
from daybreak.runs import Backoff, Effects, Kind, Lane

EFFECTS = """
CREATE TABLE effects (
    owner_id uuid NOT NULL, run_id uuid NOT NULL, attempt integer, at timestamptz DEFAULT now()
);
ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
ALTER TABLE effects FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON effects TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON effects TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT ON effects TO daybreak_app;
"""
WRITE = "INSERT INTO effects (owner_id, run_id, attempt) VALUES ($1, $2, $3)"
AT_ONCE = Backoff(base=timedelta(), cap=timedelta())


@dataclass(frozen=True)
class Order:
    """The steps of a run, in this order.

    Attributes:
        sleep_seconds: seconds to sleep.
        block_seconds: seconds for which the first attempt blocks its whole process.
        fail: class of an error to raise, up to the attempt `fail_until`.
        break_transaction: break the transaction while writing.
        stop_process: stop the first attempt's process while writing.
        gaps: gaps of the result.
    """

    nap: float = 0.0
    block: float = 0.0
    fail: str = ""
    fail_until: int = 99
    spoil: bool = False
    freeze: bool = False
    gaps: list[str] = field(default_factory=list)
    total: int = 0
    die_at: str = ""


@dataclass(frozen=True)
class Receipt:
    attempt: int


ERRORS = {"unavailable": Unavailable, "invalid": InvalidInput, "unexpected": ZeroDivisionError}


def die(order: Order, place: str, attempt: int) -> None:
    """Kill the process like `kill -9` at an exact place of the first attempt."""
    if order.die_at == place and attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)


async def work(task) -> Effects[Receipt]:
    order = task.parameters
    for done in range(order.total):
        task.progress(phase="counting", done=done + 1, total=order.total)
        task.event("counted", number=done + 1)
    await asyncio.sleep(order.nap)
    if task.attempt == 1:
        time.sleep(order.block)  # noqa: ASYNC251 - a handler that blocks the event loop
    die(order, "handler", task.attempt)
    if order.fail and task.attempt <= order.fail_until:
        raise ERRORS[order.fail]("It failed as requested.")

    async def write(tx) -> Receipt:
        await tx.execute(WRITE, task.owner_id, task.run_id, task.attempt)
        die(order, "commit", task.attempt)
        if order.freeze and task.attempt == 1:
            os.kill(os.getpid(), signal.SIGSTOP)
        if order.spoil:
            await tx.execute("SELECT 1 / 0")
        return Receipt(task.attempt)

    return Effects(write, gaps=order.gaps)


def kind(name: str, lane: Lane = Lane.PEOPLE, *, limit: float = 30.0, handler=work) -> Kind:
    return Kind(
        name=name,
        lane=lane,
        parameters=Order,
        result=Receipt,
        handler=handler,
        time_limit=timedelta(seconds=limit),
        backoff=AT_ONCE,
    )


WORK = kind("test.work")
BULK = kind("test.bulk", Lane.BULK)
BRIEF = kind("test.limited", limit=0.2)
ALL = [WORK, BULK, BRIEF]
