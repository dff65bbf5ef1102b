"""Supervision of child processes: each is restarted when it exits, until the supervisor stops.

The supervisor has the other end of each child's standard input. A child reads the end of the file when the
supervisor is gone, ``kill -9`` included, and ends as well.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress

from daybreak.errors import Misconfigured
from daybreak.telemetry import log

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_RESTART_DELAY_SECONDS = 1.0
_ORPHAN_DRAIN_SECONDS = 2.5

Command = Sequence[str]


async def supervise(commands: Sequence[Command], stop: asyncio.Event) -> None:
    """Run each command as a process until the event is set; then terminate them and wait.

    Raises:
        Misconfigured: a process ended because an operator must act, so that restarting it is useless.
    """
    misconfigured = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for command in commands:
            group.create_task(_supervise_process(command, stop, misconfigured))
    if misconfigured.is_set():
        raise Misconfigured("A worker cannot run and is not restarted; its message is above.")


async def run_until_stopped(stop: asyncio.Event, *parts: Coroutine[object, object, None]) -> None:
    """Run the parts of a program until all have ended; the first one that ends or fails stops the others.

    Raises:
        BaseException: the error of the first part that failed.
    """
    results = await asyncio.gather(*(_stop_after(part, stop) for part in parts), return_exceptions=True)
    for error in results:
        if error is not None:
            raise error


async def _stop_after(part: Coroutine[object, object, None], stop: asyncio.Event) -> None:
    try:
        await part
    finally:
        stop.set()


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` at the first SIGTERM or SIGINT; the second one ends the process by default handling."""
    loop = asyncio.get_running_loop()

    def stop_once() -> None:
        for signal_number in _STOP_SIGNALS:
            loop.remove_signal_handler(signal_number)
        stop()

    for signal_number in _STOP_SIGNALS:
        loop.add_signal_handler(signal_number, stop_once)


def end_with_supervisor() -> None:
    """End this process when its supervisor is gone: drain as on SIGTERM, but for some seconds at most."""
    threading.Thread(target=_wait_for_supervisor, name="supervisor-watcher", daemon=True).start()


def _wait_for_supervisor() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_DRAIN_SECONDS)
    os._exit(1)  # other workers claim the open runs when their leases expire


async def _supervise_process(command: Command, stop: asyncio.Event, misconfigured: asyncio.Event) -> None:
    while not stop.is_set():
        # A separate process group: Ctrl-C reaches a child once, through this process.
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        await _wait_or_terminate(process, stop)
        if not stop.is_set():
            log.error("worker.process_exited", pid=process.pid, code=process.returncode)
            if process.returncode == Misconfigured.exit_code:
                misconfigured.set()
                stop.set()
                return
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
