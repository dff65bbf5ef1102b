"""Cursors of the agenda's lists, encoded for URLs."""

from datetime import datetime
from uuid import UUID

from daybreak.agenda.read_models import AgendaCursor
from daybreak.errors import InvalidInput
from daybreak.web import decode_cursor, encode_cursor

_MIN_YEAR, _MAX_YEAR = 2, 9998


def encode_agenda_cursor(cursor: AgendaCursor) -> str:
    """Encode a cursor for a URL."""
    return encode_cursor(cursor.at, cursor.id)


def decode_agenda_cursor(after: str | None) -> AgendaCursor | None:
    """Decode a cursor; return None for the first page.

    Raises:
        InvalidInput: it is malformed.
    """
    if not after:
        return None
    at, row_id = decode_cursor(after, _parse_instant, UUID)
    if not isinstance(at, datetime) or not isinstance(row_id, UUID):
        raise InvalidInput("The cursor is not valid; start from the first page.")
    return AgendaCursor(at, row_id)


def _parse_instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not _MIN_YEAR <= at.year <= _MAX_YEAR + 1:
        raise ValueError(text)
    return at
