"""What a list of runs is narrowed to, as it stands in an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from daybreak.runs import Cursor, Status, Wanted
from daybreak.web import read_place, write_place

STORABLE = r"^[^\x00]*$"
GROUPS: dict[str, tuple[str, tuple[Status, ...] | None]] = {
    "": ("All", None),
    "open": ("Under way", (Status.QUEUED, Status.RUNNING)),
    "done": ("Done", (Status.SUCCEEDED,)),
    "partial": ("With gaps", (Status.PARTIAL,)),
    "failed": ("Failed", (Status.FAILED,)),
    "cancelled": ("Cancelled", (Status.CANCELLED,)),
}
"""What a page offers, by the word in its address: the title, and the states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A list's filter.

    Attributes:
        status: one of `GROUPS`.
        kind: the name of a kind; empty for all.
        text: what to look for in keys and ids.
        after: the place after which the page begins; empty for the first.
    """

    status: str = ""
    kind: str = ""
    text: str = ""
    after: str = ""

    @property
    def wanted(self) -> Wanted:
        """What the engine is to look for."""
        kinds = [self.kind] if self.kind else None
        return Wanted(kinds=kinds, statuses=GROUPS[self.status][1], text=self.text)

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.status or self.kind or self.text)

    def address(self, path: str = "/runs", **other: str) -> str:
        """The address of the list with this filter, some of it changed."""
        values = {"status": self.status, "kind": self.kind, "q": self.text, **other}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path


async def _filter(
    status: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=100, pattern=STORABLE)] = "",
    q: Annotated[str, Query(max_length=200, pattern=STORABLE)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> Filter:
    return Filter(status=status if status in GROUPS else "", kind=kind.strip(), text=q.strip(), after=after)


AFilter = Annotated[Filter, Depends(_filter)]


def read_cursor(word: str | None) -> Cursor | None:
    """The place in a list of runs that stands in an address.

    Raises:
        InvalidInput: it is not one of ours.
    """
    if not word:
        return None
    return Cursor(*cast("tuple[datetime, UUID]", read_place(word, datetime.fromisoformat, UUID)))


def write_cursor(cursor: Cursor | None) -> str | None:
    """A place in a list of runs as it stands in an address."""
    return write_place(*cursor) if cursor else None
