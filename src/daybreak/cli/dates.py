"""Dates and zones as people give them on a command line, and as this machine has them."""

import os
from datetime import date, datetime, timedelta

from daybreak import clock
from daybreak.errors import InvalidInput

_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def parse_date(text: str, today: date) -> date:
    """A date as people give it on a command line.

    Raises:
        InvalidInput: it is neither ISO 8601 nor today, yesterday or tomorrow, or it is out of reach.
    """
    word = text.strip().lower()
    try:
        day = today + timedelta(days=_NEAR[word]) if word in _NEAR else date.fromisoformat(word)
    except ValueError:
        raise InvalidInput(f"“{text}” is not a date; write it like 2026-03-29, or today, tomorrow.") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(f"{day} is out of reach; give a date from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return day


def moment(at: datetime | None) -> str:
    """An instant as clocks here show it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}" if at else "never"


def system_zone() -> str:
    """The IANA zone of this machine, or of the variable ``TZ``.

    Raises:
        InvalidInput: ``TZ`` is no IANA zone.
    """
    import tzlocal

    named = os.environ.get("TZ", "").removeprefix(":")
    if named and not named.startswith("/"):
        try:
            return clock.zone(named).key
        except InvalidInput as error:
            raise InvalidInput(f"The variable TZ: {error}") from None
    return tzlocal.get_localzone_name() or "UTC"
