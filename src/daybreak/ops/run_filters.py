"""The filter and cursor of a list of runs, as parameters of an address."""

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
    "open": ("Running", (Status.QUEUED, Status.RUNNING)),
    "done": ("Done", (Status.SUCCEEDED,)),
    "partial": ("Partial", (Status.PARTIAL,)),
    "failed": ("Failed", (Status.FAILED,)),
    "cancelled": ("Cancelled", (Status.CANCELLED,)),
}
"""The filters of a page, by their word in its address: title and statuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The parameters of a list of runs.

    Attributes:
        status: one of `STATUS_GROUPS`.
        kind: the name of a kind; empty for all.
        text: the search text for keys and ids.
        after: the cursor of the page; empty for the first.
    """

    status: str = ""
    kind: str = ""
    text: str = ""
    after: str = ""

    @property
    def wanted(self) -> Wanted:
        """The filter for the search."""
        kinds = [self.kind] if self.kind else None
        return Wanted(kinds=kinds, statuses=GROUPS[self.status][1], text=self.text)

    @property
    def is_narrow(self) -> bool:
        """Whether any run is filtered out."""
        return bool(self.status or self.kind or self.text)

    def address(self, path: str = "/runs", **other: str) -> str:
        """Return the address of the list with these parameters, some of them changed."""
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
    """Return the list position of a cursor.

    Raises:
        InvalidInput: it is not a cursor of this list.
    """
    if not word:
        return None
    return Cursor(*cast("tuple[datetime, UUID]", read_place(word, datetime.fromisoformat, UUID)))


def write_cursor(cursor: Cursor | None) -> str | None:
    """Return the cursor of a list position, for an address."""
    return write_place(*cursor) if cursor else None
