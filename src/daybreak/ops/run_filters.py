"""The filter and cursor of a list of runs, as parameters of an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from daybreak.runs import RunCursor, RunFilter, Status
from daybreak.web import decode_cursor, encode_cursor

STORABLE_PATTERN = r"^[^\x00]*$"
STATUS_GROUPS: dict[str, tuple[str, tuple[Status, ...] | None]] = {
    "": ("All", None),
    "open": ("Running", (Status.QUEUED, Status.RUNNING)),
    "done": ("Done", (Status.SUCCEEDED,)),
    "partial": ("Partial", (Status.PARTIAL,)),
    "failed": ("Failed", (Status.FAILED,)),
    "cancelled": ("Cancelled", (Status.CANCELLED,)),
}
"""The filters of a page, by their word in its address: title and statuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListParams:
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
    def run_filter(self) -> RunFilter:
        """The filter for the search."""
        kinds = [self.kind] if self.kind else None
        return RunFilter(kinds=kinds, statuses=STATUS_GROUPS[self.status][1], text=self.text)

    @property
    def is_filtered(self) -> bool:
        """Whether any run is filtered out."""
        return bool(self.status or self.kind or self.text)

    def url(self, path: str = "/runs", **other: str) -> str:
        """Return the address of the list with these parameters, some of them changed."""
        values = {"status": self.status, "kind": self.kind, "q": self.text, **other}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path


async def _parse_params(
    status: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=100, pattern=STORABLE_PATTERN)] = "",
    q: Annotated[str, Query(max_length=200, pattern=STORABLE_PATTERN)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> RunListParams:
    return RunListParams(
        status=status if status in STATUS_GROUPS else "", kind=kind.strip(), text=q.strip(), after=after
    )


RunListQuery = Annotated[RunListParams, Depends(_parse_params)]


def decode_run_cursor(cursor: str | None) -> RunCursor | None:
    """Return the list position of a cursor.

    Raises:
        InvalidInput: it is not a cursor of this list.
    """
    if not cursor:
        return None
    return RunCursor(*cast("tuple[datetime, UUID]", decode_cursor(cursor, datetime.fromisoformat, UUID)))


def encode_run_cursor(cursor: RunCursor | None) -> str | None:
    """Return the cursor of a list position, for an address."""
    return encode_cursor(*cursor) if cursor else None
