"""A separate worker process: `worker_process.py DSN POINT AHEAD SETTINGS`.

It kills itself at the point, if one is set, and its clock is AHEAD seconds fast.
"""

import asyncio
import importlib
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

DSN, KILL_POINT, CLOCK_AHEAD, SETTINGS = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]


def kill_self(*_arguments: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def install_kill_points() -> None:
    """Kill the process instead of, or just after, a step of the executor."""
    executor = importlib.import_module("daybreak.runs.worker.executor").Executor
    completer = importlib.import_module("daybreak.runs.worker.completer").Completer
    claim, complete = executor.claim, completer.complete

    async def claim_and_die(self, run_keys):
        await claim(self, run_keys)
        kill_self()

    async def complete_and_die(self, running, outcome):
        await complete(self, running, outcome)
        kill_self()

    if KILL_POINT == "before claim":
        executor.claim = kill_self
    if KILL_POINT == "after claim":
        executor.claim = claim_and_die
    if KILL_POINT == "before commit":
        completer.complete = kill_self
    if KILL_POINT == "after commit":
        completer.complete = complete_and_die


def shift_clock() -> None:
    """Shift all clocks of this process."""
    clock = importlib.import_module("daybreak.clock")
    right_time, right_now = time.time, clock.machine_now
    time.time = lambda: right_time() + CLOCK_AHEAD
    clock.machine_now = lambda: right_now() + timedelta(seconds=CLOCK_AHEAD)


async def main() -> None:
    from tests.runs.fan_out_kinds import FAN_OUT_KINDS  # noqa: PLC0415 - the path is set above
    from tests.runs.sample_kinds import ALL  # noqa: PLC0415

    from daybreak.runs import RunsSettings, Worker  # noqa: PLC0415

    install_kill_points()
    shift_clock()
    settings = RunsSettings.model_validate_json(SETTINGS)
    worker = Worker(DSN, [*ALL, *FAN_OUT_KINDS], settings=settings)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
    await worker.run()


asyncio.run(main())
