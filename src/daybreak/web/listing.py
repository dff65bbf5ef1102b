"""Lists in pages: each names the place from which the next goes on, which holds while rows come and go."""

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
from daybreak.web.api import Resource

Item = TypeVar("Item")
MOST = 200

After = Annotated[
    str | None,
    Query(max_length=500, description="The `next` of the page before; nothing for the first page."),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]


class Listing(Resource, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="Give it as `after` for the next page; null when there is none.")


def write_place(*values: datetime | UUID | str | int) -> str:
    """A place in a list as one word, to be put into an address."""
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).rstrip(b"=").decode()


def read_place(word: str, *readers: Callable[[str], object]) -> list[object]:
    """The values of a place.

    Args:
        word: what `write_place` gave.
        readers: make the values out of text, in their order, like `datetime.fromisoformat` and `UUID`.

    Raises:
        InvalidInput: it was not given by us.
    """
    try:
        values = orjson.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        return [read(str(value)) for read, value in zip(readers, values, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput("The place to go on from is not one of ours; begin with the first page.") from None
