"""Dates and time zones on the command line, and the time zone of this machine."""

import os
from datetime import date, datetime, timedelta, tzinfo

from daybreak import clock
from daybreak.errors import InvalidInput

_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def parse_date(text: str, today: date) -> date:
    """Parse a date of the command line.

    Raises:
        InvalidInput: it is neither ISO 8601 nor today, yesterday or tomorrow, or it is out of range.
    """
    word = text.strip().lower()
    try:
        found = (
            today + timedelta(days=_RELATIVE_DAYS[word])
            if word in _RELATIVE_DAYS
            else date.fromisoformat(word)
        )
    except ValueError:
        raise InvalidInput(f"“{text}” is not a date; write it like 2026-03-29, or today, tomorrow.") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidInput(f"{found} is out of range; use a date from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return found


def format_date(value: date | None) -> str:
    """Format a date like “29 Mar 2026”; None is empty."""
    return f"{value.day} {value:%b %Y}" if value else ""


def format_instant(at: datetime | None, tz: tzinfo | None = None) -> str:
    """Format an instant like “29 Mar 2026, 08:30 CEST”.

    Args:
        at: the instant; None is “never”.
        tz: the reader’s time zone; this machine’s if None.
    """
    if at is None:
        return "never"
    local = at.astimezone(tz)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def get_system_timezone() -> str:
    """Return the IANA time zone of the variable ``TZ``, or of this machine.

    Raises:
        InvalidInput: ``TZ`` is not an IANA time zone.
    """
    import tzlocal

    named = os.environ.get("TZ", "").removeprefix(":")
    if named and not named.startswith("/"):
        try:
            return clock.parse_timezone(named).key
        except InvalidInput as error:
            raise InvalidInput(f"The variable TZ: {error}") from None
    return tzlocal.get_localzone_name() or "UTC"
