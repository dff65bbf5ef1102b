"""What a handler sees of its run, and what it gives back."""

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
    """One independent part of a run, to be done by a kind of its own, in parallel to the others.

    Attributes:
        kind: what does it; its limits and retries are the item's, and its lane unless the run's is bulk.
        key: what it is about; a run has one item for each (kind, key), however often it is added.
        parameters: what the kind declares.
    """

    kind: "AnyKind"
    key: str
    parameters: Any


@dataclass(frozen=True, slots=True)
class Effects(Generic[R]):
    """What an attempt has come to, to be written in the one transaction that ends it.

    Attributes:
        write: writes the rows and gives the result. It may be called again, in another transaction, after the
            first was rolled back; so it does nothing else than write.
        gaps: the names of what is missing from the result; with any, the run ends as ``partial``.
        items: what is to be done next: a run that gives items ends when all of them have, an item adds them
            to its run.
    """

    write: Callable[[asyncpg.Connection], Awaitable[R]]
    gaps: Sequence[str] = ()
    items: Sequence[Item] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """What the handler of an item gives that found nothing to do."""

    reason: str


@dataclass(slots=True)
class News:
    """What a task has said since it was last written.

    Attributes:
        after_event: the number of the last event that is known to be written; of what follows nothing is
            written twice, even if the answer to a commit was lost.
    """

    after_event: int | None = None
    progress: dict[str, int | str] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    untold: bool = True

    def take(self) -> "News":
        """All of it, leaving nothing."""
        taken = News(self.after_event, self.progress, self.events, self.untold)
        self.progress, self.events, self.untold = {}, [], False
        return taken

    def put_back(self, taken: "News") -> None:
        """Undo `take`: nobody knows whether what was taken has been written."""
        self.progress = taken.progress | self.progress
        self.events = taken.events + self.events
        self.untold = True

    def written(self, taken: "News") -> None:
        """What was taken is written."""
        if self.after_event is not None:
            self.after_event += len(taken.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[P]):
    """One attempt at a run or an item, as its handler sees it.

    Attributes:
        run_id: the id of the run, or of the item.
        part_of: the run that it is an item of.
        items: what came of the run's items, for whoever finishes it.
        database: for reading what it works on; a connection is given back before anything slow is waited for.
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
        """Say how far it is; written within a second or so. Counters that would fall are ignored.

        Raises:
            Bug: a counter is below zero, or above five hundred million.
        """
        counters = {"done": done, "total": total, "failed": failed, "skipped": skipped}
        told = {name: value for name, value in counters.items() if value is not None}
        if wrong := {name: value for name, value in told.items() if value not in _COUNTABLE}:
            raise Bug(f"Progress cannot be told as {wrong}; count in larger steps.")
        self.news.progress |= told if phase is None else told | {"phase": storable(phase)}
        self.news.untold = True

    def event(self, name: str, **data: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Append an event to the run; written within a second or so, or with the end of the run.

        Raises:
            Bug: the engine's own events have that name.
        """
        if name in _ENGINES_EVENTS:
            raise Bug(f"The event “{name}” is the engine's own; give it another name.")
        self.news.events.append((storable(name), plain(data)))
        self.news.untold = True
