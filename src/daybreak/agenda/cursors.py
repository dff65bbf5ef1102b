"""Cursors of the agenda's lists, encoded for URLs."""

from datetime import datetime
from uuid import UUID

from daybreak.agenda.read_models import Place
from daybreak.errors import InvalidInput
from daybreak.web import read_place, write_place

_FIRST_YEAR, _LAST_YEAR = 2, 9998


def write(place: Place) -> str:
    """Encode a cursor for a URL."""
    return write_place(place.at, place.id)


def read(after: str | None) -> Place | None:
    """Decode a cursor; return None for the first page.

    Raises:
        InvalidInput: it is malformed.
    """
    if not after:
        return None
    at, row_id = read_place(after, _instant, UUID)
    if not isinstance(at, datetime) or not isinstance(row_id, UUID):
        raise InvalidInput("The cursor is not valid; start from the first page.")
    return Place(at, row_id)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR + 1:
        raise ValueError(text)
    return at
