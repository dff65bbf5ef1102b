"""Run kinds for tests, whose parameters inject one fault each."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import timedelta

from daybreak.errors import InvalidInput, Unavailable
from daybreak.runs import Backoff, Effects, Kind, Queue

EFFECTS = """
CREATE TABLE effects (
    owner_id uuid NOT NULL, run_id uuid NOT NULL, attempt integer, at timestamptz DEFAULT now()
);
ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
ALTER TABLE effects FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON effects TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON effects TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT ON effects TO daybreak_app;
"""
WRITE = "INSERT INTO effects (owner_id, run_id, attempt) VALUES ($1, $2, $3)"
NO_BACKOFF = Backoff(base=timedelta(), cap=timedelta())


@dataclass(frozen=True)
class ScriptedWork:
    """The steps of a run, in this order.

    Attributes:
        sleep_seconds: seconds to sleep.
        block_seconds: seconds for which the first attempt blocks its whole process.
        fail: class of an error to raise, up to the attempt `fail_until`.
        break_transaction: break the transaction while writing.
        stop_process: stop the first attempt's process while writing.
        gaps: gaps of the result.
    """

    sleep_seconds: float = 0.0
    block_seconds: float = 0.0
    fail: str = ""
    fail_until: int = 99
    break_transaction: bool = False
    stop_process: bool = False
    gaps: list[str] = field(default_factory=list)
    total: int = 0
    die_at: str = ""


@dataclass(frozen=True)
class ScriptedResult:
    attempt: int


ERRORS = {"unavailable": Unavailable, "invalid": InvalidInput, "unexpected": ZeroDivisionError}


def kill_self_at(order: ScriptedWork, point: str, attempt: int) -> None:
    """Kill the process like `kill -9` at an exact point of the first attempt."""
    if order.die_at == point and attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)


async def work(context) -> Effects[ScriptedResult]:
    order = context.parameters
    for done in range(order.total):
        context.report_progress(phase="counting", done=done + 1, total=order.total)
        context.record_event("counted", number=done + 1)
    await asyncio.sleep(order.sleep_seconds)
    if context.attempt == 1:
        time.sleep(order.block_seconds)  # noqa: ASYNC251 - a handler that blocks the event loop
    kill_self_at(order, "handler", context.attempt)
    if order.fail and context.attempt <= order.fail_until:
        raise ERRORS[order.fail]("It failed as requested.")

    async def write(tx) -> ScriptedResult:
        await tx.execute(WRITE, context.owner_id, context.run_id, context.attempt)
        kill_self_at(order, "commit", context.attempt)
        if order.stop_process and context.attempt == 1:
            os.kill(os.getpid(), signal.SIGSTOP)
        if order.break_transaction:
            await tx.execute("SELECT 1 / 0")
        return ScriptedResult(context.attempt)

    return Effects(write, gaps=order.gaps)


def make_kind(name: str, queue: Queue = Queue.INTERACTIVE, *, limit: float = 30.0, handler=work) -> Kind:
    return Kind(
        name=name,
        queue=queue,
        parameters=ScriptedWork,
        result=ScriptedResult,
        handler=handler,
        time_limit=timedelta(seconds=limit),
        backoff=NO_BACKOFF,
    )


WORK = make_kind("test.work")
BULK = make_kind("test.bulk", Queue.BULK)
TIME_LIMITED = make_kind("test.limited", limit=0.2)
ALL = [WORK, BULK, TIME_LIMITED]
