"""Pagination by cursor, which stays valid while rows are inserted and deleted."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import Field

from daybreak.errors import InvalidInput
from daybreak.web.api.router import OutputModel

ItemT = TypeVar("ItemT")
MAX_LIMIT = 200

After = Annotated[
    str | None,
    Query(max_length=500, description="The `next` of the previous page; omit it for the first page."),
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Maximum number of items.")]


class Page(OutputModel, Generic[ItemT]):
    """One page of a list."""

    items: list[ItemT]
    next: str | None = Field(description="Pass it as `after` to get the next page; null on the last page.")


def encode_cursor(*values: datetime | UUID | str | int) -> str:
    """Return a list position as a URL-safe cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *parsers: Callable[[str], object]) -> list[object]:
    """Return the values of a cursor.

    Args:
        cursor: the result of `encode_cursor`.
        parsers: convert the values from text, in their order, like `datetime.fromisoformat` and `UUID`.

    Raises:
        InvalidInput: it is not a cursor of this list.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [read(str(value)) for read, value in zip(parsers, values, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput("The cursor is not valid; start from the first page.") from None
