"""A worker as a process of its own: `worker_process.py DSN [PLACE]` kills itself when it gets there."""

import asyncio
import importlib
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

PLACE = sys.argv[2] if len(sys.argv) > 2 else ""


def die(*_arguments: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm() -> None:
    """Die in place of, or just after, a step of the engine."""
    engine = importlib.import_module("daybreak.runs.engine").Engine
    committer = importlib.import_module("daybreak.runs.committing").Committer
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


async def main() -> None:
    from tests.runs.kinds import ALL  # noqa: PLC0415 - the path is set above
    from tests.runs.station import QUICK  # noqa: PLC0415

    from daybreak.runs import Worker  # noqa: PLC0415

    arm()
    worker = Worker(sys.argv[1], ALL, settings=QUICK)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
    await worker.run()


asyncio.run(main())
