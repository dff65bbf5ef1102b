"""Run kinds: parameters, result, handler, limits and retries."""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from daybreak.db import Database
from daybreak.errors import InternalError, InvalidInput
from daybreak.runs.model import ItemsSummary, Queue, Status
from daybreak.runs.progress_buffer import ProgressBuffer
from daybreak.runs.sanitize import replace_unstorable, to_json_value
from daybreak.validation import describe_invalid

P = TypeVar("P")
R = TypeVar("R")
_VALIDATION_ERRORS = (ValidationError, PydanticSerializationError)
_RESERVED_EVENTS = {*Status, "items", "item"}
_COUNTER_RANGE = range(500_000_001)


@dataclass(frozen=True, slots=True)
class Item:
    """One independent part of a run, executed by its own kind in parallel to the others.

    Attributes:
        kind: the kind of the item, with its limits and retries; also its queue, unless the run's is bulk.
        key: the subject; a run has one item per (kind, key), also if it is added repeatedly.
        parameters: as declared by the kind.
    """

    kind: "AnyKind"
    key: str
    parameters: Any


@dataclass(frozen=True, slots=True)
class Effects(Generic[R]):
    """The effects of an attempt, written in the transaction that completes it.

    Attributes:
        write: writes the rows and returns the result. It may be called again in another transaction after a
            rollback, so it must have no other side effects.
        gaps: names of the parts that are missing from the result; with any, the run ends as ``partial``.
        items: items to execute next. A run with items ends when all of them have ended; an item adds them to
            its run.
    """

    write: Callable[[asyncpg.Connection], Awaitable[R]]
    gaps: Sequence[str] = ()
    items: Sequence[Item] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """The return value of an item's handler without work to do."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext(Generic[P]):
    """The context of one attempt at a run or an item, passed to its handler.

    Attributes:
        run_id: the id of the run or item.
        parent_id: the run that contains the item; None for a run.
        items: the outcome of the run's items, for `finish`.
        database: for reading the input; release the connection before any slow operation.
    """

    owner_id: UUID
    run_id: UUID
    parent_id: UUID | None = None
    key: str
    parameters: P
    epoch: int
    attempt: int
    items: ItemsSummary | None = None
    database: Database = field(repr=False)
    progress_buffer: ProgressBuffer = field(repr=False)

    def report_progress(
        self,
        *,
        phase: str | None = None,
        done: int | None = None,
        total: int | None = None,
        failed: int | None = None,
        skipped: int | None = None,
    ) -> None:
        """Report progress, which is written within about a second. Counters that would fall are ignored.

        Raises:
            InternalError: a counter is negative or above 500 million.
        """
        counters = {"done": done, "total": total, "failed": failed, "skipped": skipped}
        reported = {name: value for name, value in counters.items() if value is not None}
        if invalid := {name: value for name, value in reported.items() if value not in _COUNTER_RANGE}:
            raise InternalError(f"Progress {invalid} is out of range; count in larger steps.")
        self.progress_buffer.progress |= (
            reported if phase is None else reported | {"phase": replace_unstorable(phase)}
        )
        self.progress_buffer.is_dirty = True

    def record_event(self, name: str, **data: Any) -> None:  # noqa: ANN401 - any JSON value
        """Append an event to the run, which is written within about a second or with the end of the run.

        Raises:
            InternalError: the name is reserved for events of the executor.
        """
        if name in _RESERVED_EVENTS:
            raise InternalError(f"The event name “{name}” is reserved; use another one.")
        self.progress_buffer.events.append((replace_unstorable(name), to_json_value(data)))
        self.progress_buffer.is_dirty = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Retry delay: exponential with full jitter.

    Attributes:
        base: maximum delay after the first attempt.
        cap: maximum delay after any attempt.
    """

    base: timedelta = timedelta(seconds=2)
    cap: timedelta = timedelta(minutes=10)

    def delay_seconds(self, attempt: int) -> float:
        """Return a random delay of at most ``base * 2 ** (attempt - 1)`` and at most ``cap``."""
        longest = min(self.cap.total_seconds(), self.base.total_seconds() * 2 ** (attempt - 1))
        return random.uniform(0, longest)  # noqa: S311 - not a secret


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[P, R]):
    """A run kind, declared once by the slice that owns it.

    Attributes:
        name: ``slice.verb``, also used in log events and metrics.
        queue: the queue of its runs.
        parameters: a dataclass or model; validated when a run is enqueued and again before the handler.
        result: a dataclass or model for the result of the handler's effects, which is stored.
        handler: does the slow work without a database connection and returns the effects to write.
        time_limit: maximum duration of an attempt, after which it is cancelled.
        finish: called like `handler` when all items of a run have ended, with any status. It returns the
            result of the run; without it, the result is that of the fan-out.
        max_attempts: attempts per epoch, counted separately for `handler` and `finish`.
        backoff: delay between attempts.
        concurrency: maximum runs of this kind per worker; None for the concurrency of the queue.
    """

    name: str
    queue: Queue
    parameters: type[P]
    result: type[R]
    handler: Callable[[RunContext[P]], Awaitable[Effects[Any] | Skipped]]
    time_limit: timedelta
    finish: Callable[[RunContext[P]], Awaitable[Effects[R]]] | None = None
    max_attempts: int = 3
    backoff: Backoff = field(default_factory=Backoff)
    concurrency: int | None = None

    def encode_parameters(self, parameters: P) -> str:
        """Return the parameters as JSON.

        Raises:
            InvalidInput: the parameters are not of the declared type.
        """
        try:
            return _encode(self._parameters_adapter, parameters)
        except _VALIDATION_ERRORS as error:
            raise InvalidInput(
                f"The parameters of a run “{self.name}” are malformed: {_validation_message(error)}."
            ) from None

    def decode_parameters(self, text: str) -> P:
        """Parse the parameters from JSON.

        Raises:
            InvalidInput: the parameters are not of the declared type, such as after a change of the kind.
        """
        try:
            return self._parameters_adapter.validate_json(text)
        except ValidationError as error:
            raise InvalidInput(
                f"The parameters of a run “{self.name}” are malformed: {_validation_message(error)}."
            ) from None

    def encode_result(self, result: R) -> str:
        """Return the result as JSON.

        Raises:
            InternalError: the result is not of the declared type.
        """
        try:
            return _encode(self._result_adapter, result)
        except _VALIDATION_ERRORS as error:
            raise InternalError(
                f"The result of a run “{self.name}” is malformed: {_validation_message(error)}."
            ) from None

    def decode_result(self, value: object) -> R:
        """Validate a result that was parsed from JSON."""
        return self._result_adapter.validate_python(value)

    @cached_property
    def _parameters_adapter(self) -> TypeAdapter[P]:
        return TypeAdapter(self.parameters)

    @cached_property
    def _result_adapter(self) -> TypeAdapter[R]:
        return TypeAdapter(self.result)


AnyKind: TypeAlias = Kind[Any, Any]


def index_by_name(kinds: Iterable[AnyKind]) -> Mapping[str, AnyKind]:
    """Return the kinds by name.

    Raises:
        InternalError: two kinds have the same name.
    """
    found: dict[str, AnyKind] = {}
    for kind in kinds:
        if found.setdefault(kind.name, kind) is not kind:
            raise InternalError(f"Two kinds of run are named “{kind.name}”.")
    return found


def _encode(adapter: TypeAdapter[Any], value: object) -> str:
    text = _encode_storable(adapter, value)
    adapter.validate_json(text)
    return text


def _encode_storable(adapter: TypeAdapter[Any], value: object) -> str:
    try:
        text = adapter.dump_json(value, warnings="error").decode()
    except PydanticSerializationError:
        # pydantic rejects lone surrogates as it rejects malformed values; the latter fail again here.
        return orjson.dumps(to_json_value(adapter.dump_python(value, mode="json", warnings="error"))).decode()
    return orjson.dumps(to_json_value(orjson.loads(text))).decode() if "\\u0000" in text else text


def _validation_message(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the value'} {describe_invalid(first)}"
    return "a value is not of the declared type"
