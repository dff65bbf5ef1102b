"""A separate worker process for fault injection.

It records rejected commits and its own kill in a folder, since nothing else survives the kill.
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
from daybreak.runs.worker.completer import Committer
from engine_crash_log import note
from engine_kills import arm
from engine_kinds import ALL


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The options of a worker process.

    Attributes:
        dsn: the database URL.
        crash_log: the folder for records that survive the process.
        settings: settings of runs by name.
        clock_ahead: seconds by which the clock of this process is fast.
        kill_plan: the file with the kill points of runs; None for none.
    """

    dsn: str
    notes: str
    settings: dict[str, Any] = field(default_factory=dict)
    ahead: float = 0.0
    plan: str | None = None


def main(orders: Orders) -> None:
    """Run the worker process."""
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
    """Shift all clocks of this process."""
    right_time, right_now = time.time, clock.now

    def wrong_time() -> float:
        return right_time() + seconds

    def wrong_now() -> datetime:
        return right_now() + timedelta(seconds=seconds)

    time.time, clock.now = wrong_time, wrong_now
