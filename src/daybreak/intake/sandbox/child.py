"""The program of a child process: calls one function on its input, under limits that the kernel enforces.

It is run as a file, not as a module, and imports nothing from Daybreak, so that it starts with no more than
the function needs. The protocol: it sends ``ready`` once (or ``missing``), then answers every argument with a
tuple that begins with ``done``, ``large`` or ``error``. If memory runs out it does not answer, it exits with
`OUT_OF_MEMORY`.
"""

import fcntl
import importlib
import os
import pickle
import resource
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

OUT_OF_MEMORY = 64
_ORPHAN_SECONDS = 2.0


def main() -> None:
    """Serve the parent at the other end of a socket until it disconnects."""
    descriptor, function, seconds, memory, largest = sys.argv[1:]
    parent = Connection(int(descriptor))
    try:
        _limit_memory(int(memory))
        _exit_with_parent(parent)
        call = _load_function(function, parent)
        while True:
            parent.send_bytes(_handle(call, parent.recv_bytes(), float(seconds), int(largest)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (EOFError, ConnectionError):
        os._exit(0)


def _handle(call: Callable[[Any], Any], argument: bytes, seconds: float, max_answer_size: int) -> bytes:
    # The parent kills a child that is late. The alarm is for a child whose parent was killed: its default
    # action needs no interpreter, so it ends even a loop in C that never releases the lock.
    signal.setitimer(signal.ITIMER_REAL, seconds + _ORPHAN_SECONDS)
    try:
        answer = pickle.dumps(("done", call(pickle.loads(argument))))  # noqa: S301 - our own parent's
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - unexpected errors are reported to the parent
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119
        return pickle.dumps(("error", where, traceback.format_exc()))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return answer if len(answer) <= max_answer_size else pickle.dumps(("large",))


def _load_function(name: str, parent: Connection) -> Callable[[Any], Any]:
    module, _, attribute = name.partition(":")
    try:
        function: Callable[[Any], Any] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        parent.send_bytes(pickle.dumps(("missing", str(error))))
        raise
    parent.send_bytes(pickle.dumps(("ready",)))
    return function


def _limit_memory(size: int) -> None:
    with suppress(ValueError, OSError):  # macOS has the limit but rejects it
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _exit_with_parent(parent: Connection) -> None:
    """End this process when the parent is gone, even during a call."""
    # The thread below does not run while C code has the interpreter. When the parent's end of standard input
    # closes, Linux sends SIGIO, which ends the process.
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | fcntl.FASYNC)
    hangup = select.poll()
    hangup.register(parent.fileno(), 0)

    def watch() -> None:
        hangup.poll()
        os._exit(0)

    threading.stack_size(256 * 1024)
    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
