"""The parent's end of one child process."""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from daybreak.errors import InternalError, Misconfigured, Unavailable
from daybreak.intake.display import human_size
from daybreak.intake.sandbox import child
from daybreak.settings import PREFIX

_START_SECONDS = 60.0
_EXIT_SECONDS = 5.0
_MAX_ANSWER_SIZE = 256 * 1024 * 1024


class ChildDied(Exception):
    """The child has died; the message has the effect of the argument: “crashed the reader”."""


class ChildProcess:
    """One process that calls one function, named ``module:function``.

    It gets no ``DAYBREAK_`` variables and no descriptors but its own socket and pipe, and ``descriptors``
    (locks are descriptors!). It has a process group of its own, so that a Ctrl-C is handled by the parent.
    """

    def __init__(
        self, function: str, *, seconds: float, memory: int, descriptors: Sequence[int] = ()
    ) -> None:
        self._function = function
        self._seconds = seconds
        self._memory = memory
        self._is_ready = False
        ours, theirs = socket.socketpair()
        with theirs:
            limits = (str(seconds), str(memory), str(_MAX_ANSWER_SIZE))
            program = [
                sys.executable,
                "-P",
                str(Path(child.__file__)),
                str(theirs.fileno()),
                function,
                *limits,
            ]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    program,
                    stdin=subprocess.PIPE,  # never written; its end shows the child that this process ended
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_child_environment(),
                    pass_fds=[theirs.fileno(), *descriptors],
                    process_group=0,
                )
            except OSError as error:
                ours.close()
                raise Unavailable(
                    f"The process that reads files could not be started ({error.strerror}); "
                    "try again in a minute."
                ) from None
        self._connection = Connection(ours.detach())

    def call(self, argument: object) -> tuple[Any, ...]:
        """Return the child's answer to ``argument``: ``(word, …)`` as `child` defines them.

        Raises:
            ChildDied: it exceeded its time or memory, or crashed; the process is reaped.
            Misconfigured: it has too little memory to start.
            InternalError: the function cannot be imported.
        """
        self._wait_until_ready()
        try:
            self._connection.send_bytes(pickle.dumps(argument))
        except OSError:
            raise ChildDied(self._death_reason()) from None
        return self._receive(self._seconds)

    def kill(self) -> None:
        """Kill it at once; a thread that waits in `call` gets `ChildDied`. Safe from any thread."""
        self._process.kill()

    def close(self) -> None:
        """Kill it, reap it and close its socket; no other thread may be in `call`."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._connection.close()

    def _wait_until_ready(self) -> None:
        if self._is_ready:
            return
        try:
            word, *details = self._receive(_START_SECONDS)
        except ChildDied as death:
            if self._process.returncode == child.OUT_OF_MEMORY:
                raise Misconfigured(
                    f"The process that reads files needs more than {human_size(self._memory)} to start; "
                    "raise DAYBREAK_INTAKE_MAX_READ_MEMORY."
                ) from None
            raise InternalError(f"The process that calls {self._function} did not start: {death}.") from None
        if word != "ready":
            self.close()
            raise InternalError(f"The process that calls {self._function} did not start: {details[0]}.")
        self._is_ready = True

    def _receive(self, seconds: float) -> tuple[Any, ...]:
        try:
            if not self._connection.poll(seconds):
                self.close()
                raise ChildDied(_timeout_message(seconds))
            answer: tuple[Any, ...] = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - our own child's
        except (EOFError, OSError):
            raise ChildDied(self._death_reason()) from None
        return answer

    def _death_reason(self) -> str:
        try:
            code = self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self.close()
        if code == child.OUT_OF_MEMORY:
            return (
                f"needs more than {human_size(self._memory)} of memory to read"
                " (DAYBREAK_INTAKE_MAX_READ_MEMORY)"
            )
        if code == -signal.SIGALRM:
            return _timeout_message(self._seconds)
        if code == -signal.SIGKILL:
            return "made the system kill the reader, probably because memory ran out"
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"crashed the reader ({cause})"


def _timeout_message(seconds: float) -> str:
    return f"took longer than {seconds:g} s to read (DAYBREAK_INTAKE_READ_SECONDS)"


def _child_environment() -> dict[str, str]:
    remaining = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # One arena, or the reservations of the C library for its threads count as memory in use.
    return {**remaining, "MALLOC_ARENA_MAX": "1"}
