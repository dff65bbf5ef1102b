"""A worker as a process of its own, to be disturbed.

It notes refused commits and its own death in a folder, since nothing else of it may survive.
"""

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from daybreak import clock, telemetry
from daybreak.briefs import COMPOSE
from daybreak.runs import RunsSettings, StaleFence, Worker
from daybreak.runs.committing import Committer
from engine_kills import arm
from engine_kinds import ALL
from engine_notes import note


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How to work.

    Attributes:
        dsn: the database.
        notes: the folder for what is to be known of this process afterwards.
        settings: the engine's, by name.
        ahead: seconds by which the clock of this process is wrong.
        plan: a file that says at which place to die for whom; None to die for nobody.
    """

    dsn: str
    notes: str
    settings: dict[str, Any] = field(default_factory=dict)
    ahead: float = 0.0
    plan: str | None = None


def main(orders: Orders) -> None:
    """What the process does."""
    log = os.open(Path(orders.notes) / "workers.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    telemetry.configure("warning")
    _count_refusals(Path(orders.notes))
    if orders.ahead:
        _shift_clock(orders.ahead)
    if orders.plan:
        arm(Path(orders.plan), Path(orders.notes))
    asyncio.run(_work(orders))


async def _work(orders: Orders) -> None:
    worker = Worker(orders.dsn, [*ALL, COMPOSE], settings=RunsSettings(**orders.settings))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
    note(Path(orders.notes), "drainable", str(os.getpid()))
    await worker.run()


def _count_refusals(folder: Path) -> None:
    settle = Committer.settle

    async def counting(self: Committer, running: Any, outcome: Any) -> Any:  # noqa: ANN401 - passed on as it is
        try:
            return await settle(self, running, outcome)
        except StaleFence:
            note(folder, "refused", str(running.claim.id))
            raise

    Committer.settle = counting  # type: ignore[method-assign]


def _shift_clock(seconds: float) -> None:
    """Everything in this process that asks what time it is gets the wrong answer."""
    right_time, right_now = time.time, clock.now

    def wrong_time() -> float:
        return right_time() + seconds

    def wrong_now() -> datetime:
        return right_now() + timedelta(seconds=seconds)

    time.time, clock.now = wrong_time, wrong_now
