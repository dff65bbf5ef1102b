"""A pool of child processes, with time and memory limits, for calling a function on untrusted input.

Input that hangs, crashes or exhausts its reader costs that reader and one sentence; the next input gets a
fresh one. It contains accidents, not attacks: a child runs as the same user as its parent.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from daybreak.errors import InternalError
from daybreak.intake.sandbox.process import ChildDied, ChildProcess
from daybreak.intake.settings import IntakeSettings

Key = TypeVar("Key")
Argument = TypeVar("Argument")
Result = TypeVar("Result")

_PREFETCH_PER_PROCESS = 2


@dataclass(frozen=True, slots=True)
class InputDone(Generic[Key, Result]):
    """The function's result for the input with that key."""

    key: Key
    value: Result


@dataclass(frozen=True, slots=True)
class InputFailed(Generic[Key]):
    """An input without a result.

    Attributes:
        key: of the input.
        message: the reason; it follows the path of a file, and ends as a sentence.
        traceback: of the function, if it raised; for developers, since it may contain the input.
    """

    key: Key
    message: str
    traceback: str = ""


class BoundedPool(Generic[Argument, Result]):
    """Child processes that call one function of one argument, each under the limits of the settings.

    The function is named ``module:function``, so that only the children import it. They start with the pool,
    so that their imports overlap with the caller's work. Use it as a context manager, from one thread at a
    time. No child outlives it. If the parent is killed, a child exits at once; on macOS within its time limit
    while C code does not release the interpreter.
    """

    def __init__(
        self,
        function: str,
        limits: IntakeSettings,
        *,
        processes: int = 1,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Start the children.

        Args:
            function: ``module:function``.
            limits: on the time and memory of one call.
            processes: the number of children.
            descriptors: open files that the children share under the same numbers.
        """
        self._slots = [_PoolSlot(function, limits, descriptors) for _ in range(processes)]
        self._idle: SimpleQueue[_PoolSlot] = SimpleQueue()
        for slot in self._slots:
            self._idle.put(slot)

    def map(
        self, inputs: Iterable[tuple[Key, Argument]]
    ) -> Iterator[InputDone[Key, Result] | InputFailed[Key]]:
        """Call the function on every input; results come in the inputs' order, as soon as they are ready.

        At most two inputs and results per process are buffered. Leaving the iterator early closes the pool.

        Raises:
            InternalError: the function cannot be imported, or the pool is closed.
            Misconfigured: the memory limit is too low to start.
            Unavailable: the system cannot start a process.
        """
        pending: deque[tuple[Key, Future[tuple[Any, ...]]]] = deque()
        with ThreadPoolExecutor(len(self._slots), thread_name_prefix="intake") as threads:
            try:
                for key, argument in inputs:
                    pending.append((key, threads.submit(self._call, argument)))
                    if len(pending) >= len(self._slots) * _PREFETCH_PER_PROCESS:
                        yield _to_outcome(*pending.popleft())
                while pending:
                    yield _to_outcome(*pending.popleft())
            except BaseException:
                for _, future in pending:
                    future.cancel()
                for slot in self._slots:
                    slot.kill()
                raise

    def close(self) -> None:
        """Kill every child now."""
        for slot in self._slots:
            slot.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, argument: Argument) -> tuple[Any, ...]:
        slot = self._idle.get()
        try:
            return slot.call(argument)
        except ChildDied as death:
            return ("died", str(death))
        finally:
            self._idle.put(slot)


class _PoolSlot:
    """The slot of one child, and of its replacement after it has died."""

    def __init__(self, function: str, limits: IntakeSettings, descriptors: Sequence[int]) -> None:
        self._function = function
        self._descriptors = descriptors
        self._limits = limits
        self._call_lock = Lock()
        self._child_lock = Lock()
        self._is_closed = False
        self._child: ChildProcess | None = None
        self._ensure_child()

    def call(self, argument: object) -> tuple[Any, ...]:
        with self._call_lock:
            child = self._ensure_child()
            try:
                return child.call(argument)
            except BaseException:
                child.close()
                self._child = None
                raise

    def kill(self) -> None:
        with self._child_lock:
            self._is_closed = True
            if self._child is not None:
                self._child.kill()

    def close(self) -> None:
        self.kill()
        with self._call_lock:
            if self._child is not None:
                self._child.close()

    def _ensure_child(self) -> ChildProcess:
        with self._child_lock:
            if self._is_closed:
                raise InternalError("A pool of readers was used after it was closed.")
            if self._child is None:
                self._child = ChildProcess(
                    self._function,
                    seconds=self._limits.read_seconds,
                    memory=self._limits.max_read_memory,
                    descriptors=self._descriptors,
                )
            return self._child


def _to_outcome(key: Key, future: Future[tuple[Any, ...]]) -> InputDone[Key, Any] | InputFailed[Key]:
    match future.result():
        case ("done", value):
            return InputDone(key, value)
        case ("died", reason):
            return InputFailed(key, f"{reason}, so it was skipped.")
        case ("large",):
            return InputFailed(key, "contains more than can be read at once, so it was skipped; split it.")
        case ("error", location, traceback):
            message = f"caused an internal error ({location}), so it was skipped; please report it."
            return InputFailed(key, message, traceback)
        case answer:
            raise InternalError(f"A reader answered {answer[0]!r}.")
