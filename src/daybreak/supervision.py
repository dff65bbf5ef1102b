"""Supervision of child processes: each is restarted when it exits, until the supervisor stops."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from daybreak.telemetry import log

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_BEFORE_THE_NEXT = 1.0

Command = Sequence[str]


async def keep_going(commands: Sequence[Command], stop: asyncio.Event) -> None:
    """Run each command as a process until the event is set; then terminate them and wait."""
    async with asyncio.TaskGroup() as group:
        for command in commands:
            group.create_task(_keep_one(command, stop))


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at the first SIGTERM or SIGINT; the second one ends the process by default handling."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        for one in _SIGNALS:
            loop.remove_signal_handler(one)
        stop()

    for one in _SIGNALS:
        loop.add_signal_handler(one, first)


async def _keep_one(command: Command, stop: asyncio.Event) -> None:
    while not stop.is_set():
        # A separate process group: Ctrl-C reaches a child once, through this process.
        process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
        await _until_it_ends(process, stop)
        if not stop.is_set():
            log.error("worker.ended", pid=process.pid, code=process.returncode)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _BEFORE_THE_NEXT)


async def _until_it_ends(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
    ended = asyncio.create_task(process.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):
                process.terminate()
        await ended
