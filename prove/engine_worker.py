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
from daybreak.runs.worker.completer import Completer
from engine_crash_log import append_line
from engine_kills import install_kill_points
from engine_kinds import ALL


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """The options of a worker process.

    Attributes:
        dsn: the database URL.
        crash_log: the folder for records that survive the process.
        settings: settings of runs by name.
        clock_ahead: seconds by which the clock of this process is fast.
        kill_plan: the file with the kill points of runs; None for none.
    """

    dsn: str
    crash_log: str
    settings: dict[str, Any] = field(default_factory=dict)
    clock_ahead: float = 0.0
    kill_plan: str | None = None


def main(options: WorkerOptions) -> None:
    """Run the worker process."""
    log = os.open(Path(options.crash_log) / "workers.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    telemetry.configure("warning")
    _record_stale_fences(Path(options.crash_log))
    if options.clock_ahead:
        _shift_clock(options.clock_ahead)
    if options.kill_plan:
        install_kill_points(Path(options.kill_plan), Path(options.crash_log))
    asyncio.run(_run(options))


async def _run(options: WorkerOptions) -> None:
    worker = Worker(options.dsn, [*ALL, COMPOSE], settings=RunsSettings(**options.settings))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
    append_line(Path(options.crash_log), "drainable", str(os.getpid()))
    await worker.run()


def _record_stale_fences(folder: Path) -> None:
    complete = Completer.complete

    async def counting(self: Completer, running: Any, outcome: Any) -> Any:  # noqa: ANN401 - passed on as it is
        try:
            return await complete(self, running, outcome)
        except StaleFence:
            append_line(folder, "refused", str(running.claim.id))
            raise

    Completer.complete = counting  # type: ignore[method-assign]


def _shift_clock(seconds: float) -> None:
    """Shift all clocks of this process."""
    right_time, right_now = time.time, clock.machine_now

    def wrong_time() -> float:
        return right_time() + seconds

    def wrong_now() -> datetime:
        return right_now() + timedelta(seconds=seconds)

    time.time, clock.machine_now = wrong_time, wrong_now
