"""Supervision of child processes: each is restarted when it exits, until the supervisor stops."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from daybreak.telemetry import log

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_RESTART_DELAY_SECONDS = 1.0

Command = Sequence[str]


async def supervise(commands: Sequence[Command], stop: asyncio.Event) -> None:
    """Run each command as a process until the event is set; then terminate them and wait."""
    async with asyncio.TaskGroup() as group:
        for command in commands:
            group.create_task(_supervise_process(command, stop))


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at the first SIGTERM or SIGINT; the second one ends the process by default handling."""
    loop = asyncio.get_running_loop()

    def stop_once() -> None:
        for signal_number in _STOP_SIGNALS:
            loop.remove_signal_handler(signal_number)
        stop()

    for signal_number in _STOP_SIGNALS:
        loop.add_signal_handler(signal_number, stop_once)


async def _supervise_process(command: Command, stop: asyncio.Event) -> None:
    while not stop.is_set():
        # A separate process group: Ctrl-C reaches a child once, through this process.
        process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
        await _wait_or_terminate(process, stop)
        if not stop.is_set():
            log.error("worker.process_exited", pid=process.pid, code=process.returncode)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _RESTART_DELAY_SECONDS)


async def _wait_or_terminate(process: asyncio.subprocess.Process, stop: asyncio.Event) -> None:
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
