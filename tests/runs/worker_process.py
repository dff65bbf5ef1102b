"""A separate worker process: `worker_process.py DSN PLACE AHEAD SETTINGS`.

It kills itself at the place, if one is set, and its clock is AHEAD seconds fast.
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

DSN, PLACE, AHEAD, SETTINGS = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]


def die(*_arguments: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm() -> None:
    """Kill the process instead of, or just after, a step of the executor."""
    engine = importlib.import_module("daybreak.runs.worker.executor").Engine
    committer = importlib.import_module("daybreak.runs.worker.completer").Committer
    claim, settle = engine.claim, committer.settle

    async def claim_and_die(self, pairs):
        await claim(self, pairs)
        die()

    async def settle_and_die(self, running, outcome):
        await settle(self, running, outcome)
        die()

    if PLACE == "before claim":
        engine.claim = die
    if PLACE == "after claim":
        engine.claim = claim_and_die
    if PLACE == "before commit":
        committer.settle = die
    if PLACE == "after commit":
        committer.settle = settle_and_die


def shift_clock() -> None:
    """Shift all clocks of this process."""
    clock = importlib.import_module("daybreak.clock")
    right_time, right_now = time.time, clock.now
    time.time = lambda: right_time() + AHEAD
    clock.now = lambda: right_now() + timedelta(seconds=AHEAD)


async def main() -> None:
    from tests.runs.fan_out_kinds import FANNED  # noqa: PLC0415 - the path is set above
    from tests.runs.sample_kinds import ALL  # noqa: PLC0415

    from daybreak.runs import RunsSettings, Worker  # noqa: PLC0415

    arm()
    shift_clock()
    settings = RunsSettings.model_validate_json(SETTINGS)
    worker = Worker(DSN, [*ALL, *FANNED], settings=settings)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
    await worker.run()


asyncio.run(main())
