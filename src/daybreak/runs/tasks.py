"""The context that a handler receives, and the effects that it returns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import asyncpg

from daybreak.db import Database
from daybreak.errors import Bug
from daybreak.runs.model import Items, Status
from daybreak.runs.texts import plain, storable

if TYPE_CHECKING:
    from daybreak.runs.kinds import AnyKind

P = TypeVar("P")
R = TypeVar("R")
_ENGINES_EVENTS = {*Status, "items", "item"}
_COUNTABLE = range(500_000_001)


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


@dataclass(slots=True)
class News:
    """Reported progress and events that are not written yet.

    Attributes:
        after_event: number of the last event that is known to be written. It prevents duplicate events, even
            if the answer to a commit was lost.
    """

    after_event: int | None = None
    progress: dict[str, int | str] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    untold: bool = True

    def take(self) -> "News":
        """Return the content and empty the buffer."""
        taken = News(self.after_event, self.progress, self.events, self.untold)
        self.progress, self.events, self.untold = {}, [], False
        return taken

    def put_back(self, taken: "News") -> None:
        """Undo `drain` after a failed write, which may have been committed or not."""
        self.progress = taken.progress | self.progress
        self.events = taken.events + self.events
        self.untold = True

    def written(self, taken: "News") -> None:
        """Record that the drained content is written."""
        if self.after_event is not None:
            self.after_event += len(taken.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[P]):
    """The context of one attempt at a run or an item, passed to its handler.

    Attributes:
        run_id: the id of the run or item.
        parent_id: the run that contains the item; None for a run.
        items: the outcome of the run's items, for `finish`.
        database: for reading the input; release the connection before any slow operation.
    """

    owner_id: UUID
    run_id: UUID
    part_of: UUID | None = None
    key: str
    parameters: P
    epoch: int
    attempt: int
    items: Items | None = None
    database: Database = field(repr=False)
    news: News = field(repr=False)

    def progress(
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
        told = {name: value for name, value in counters.items() if value is not None}
        if wrong := {name: value for name, value in told.items() if value not in _COUNTABLE}:
            raise Bug(f"Progress {wrong} is out of range; count in larger steps.")
        self.news.progress |= told if phase is None else told | {"phase": storable(phase)}
        self.news.untold = True

    def event(self, name: str, **data: Any) -> None:  # noqa: ANN401 - any JSON value
        """Append an event to the run, which is written within about a second or with the end of the run.

        Raises:
            InternalError: the name is reserved for events of the executor.
        """
        if name in _ENGINES_EVENTS:
            raise Bug(f"The event name “{name}” is reserved; use another one.")
        self.news.events.append((storable(name), plain(data)))
        self.news.untold = True
