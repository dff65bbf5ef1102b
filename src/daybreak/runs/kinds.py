"""A kind of run: what it is given, what it gives, and how hard to try."""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from daybreak.errors import Bug, InvalidInput
from daybreak.runs.model import Lane
from daybreak.runs.tasks import Effects, Skipped, Task
from daybreak.runs.texts import plain

P = TypeVar("P")
R = TypeVar("R")
_MALFORMED = (ValidationError, PydanticSerializationError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before the next attempt: exponential, with full jitter.

    Attributes:
        base: the longest wait after the first attempt.
        cap: the longest wait at all.
    """

    base: timedelta = timedelta(seconds=2)
    cap: timedelta = timedelta(minutes=10)

    def seconds(self, attempt: int) -> float:
        """Anything up to ``base * 2 ** (attempt - 1)`` and no more than ``cap``."""
        longest = min(self.cap.total_seconds(), self.base.total_seconds() * 2 ** (attempt - 1))
        return random.uniform(0, longest)  # noqa: S311 - not a secret


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[P, R]):
    """A kind of run, declared once by the slice that owns it.

    Attributes:
        name: ``slice.verb``, also that of its log events and metrics.
        lane: who waits for it.
        parameters: a dataclass or model; checked when a run is started and again before the handler.
        result: likewise for what the handler's effects give; it is stored.
        handler: does the slow part without a database connection and returns what is to be written.
        time_limit: how long an attempt may take before it is cancelled.
        finish: called like `handler` when all items of a run have ended, however they did; what it gives is
            the run's result. Without it that is what fanning out gave.
        max_attempts: how often to try within an epoch, to begin and again to finish.
        backoff: how long to wait between attempts.
        at_once: how many a worker does at the same time; None for as many as its lane has places.
    """

    name: str
    lane: Lane
    parameters: type[P]
    result: type[R]
    handler: Callable[[Task[P]], Awaitable[Effects[Any] | Skipped]]
    time_limit: timedelta
    finish: Callable[[Task[P]], Awaitable[Effects[R]]] | None = None
    max_attempts: int = 3
    backoff: Backoff = field(default_factory=Backoff)
    at_once: int | None = None

    def write_parameters(self, parameters: P) -> str:
        """The parameters as JSON.

        Raises:
            InvalidInput: they are not of the declared type.
        """
        try:
            return _dump(self._parameters, parameters)
        except _MALFORMED as error:
            raise InvalidInput(
                f"The parameters of a run “{self.name}” are malformed: {_reason(error)}."
            ) from None

    def read_parameters(self, text: str) -> P:
        """The parameters from JSON.

        Raises:
            InvalidInput: they are not of the declared type, as after a change of the kind.
        """
        try:
            return self._parameters.validate_json(text)
        except ValidationError as error:
            raise InvalidInput(
                f"The parameters of a run “{self.name}” are malformed: {_reason(error)}."
            ) from None

    def write_result(self, result: R) -> str:
        """The result as JSON.

        Raises:
            Bug: the handler gave something else than it declared.
        """
        try:
            return _dump(self._result, result)
        except _MALFORMED as error:
            raise Bug(f"The result of a run “{self.name}” is malformed: {_reason(error)}.") from None

    def read_result(self, value: object) -> R:
        """The result from what its JSON was parsed to."""
        return self._result.validate_python(value)

    @cached_property
    def _parameters(self) -> TypeAdapter[P]:
        return TypeAdapter(self.parameters)

    @cached_property
    def _result(self) -> TypeAdapter[R]:
        return TypeAdapter(self.result)


AnyKind: TypeAlias = Kind[Any, Any]


def by_name(kinds: Iterable[AnyKind]) -> Mapping[str, AnyKind]:
    """The kinds by their names.

    Raises:
        Bug: two have the same name.
    """
    found: dict[str, AnyKind] = {}
    for kind in kinds:
        if found.setdefault(kind.name, kind) is not kind:
            raise Bug(f"Two kinds of run are named “{kind.name}”.")
    return found


def _dump(adapter: TypeAdapter[Any], value: object) -> str:
    text = _storable(adapter, value)
    adapter.validate_json(text)
    return text


def _storable(adapter: TypeAdapter[Any], value: object) -> str:
    try:
        text = adapter.dump_json(value, warnings="error").decode()
    except PydanticSerializationError:
        # It stops at half of a surrogate pair as it does at what is malformed; the latter fails here again.
        return orjson.dumps(plain(adapter.dump_python(value, mode="json", warnings="error"))).decode()
    return orjson.dumps(plain(orjson.loads(text))).decode() if "\\u0000" in text else text


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place}: {first['msg']}" if place else first["msg"]
    return "a value is not of the declared type"
