from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers.parsing.written_dates import DateHints, WrittenDate, list_readings

SUNDAY = date(2026, 11, 29)
ReadDate = Callable[..., WrittenDate | None]


@pytest.fixture(scope="session")
def read_date() -> ReadDate:
    """Return a function that returns the one meaning of a text; None if it has none, or several."""

    def _read(text: str, base: date = SUNDAY, **hints: object) -> WrittenDate | None:
        readings = list_readings(text, DateHints(tz=ZoneInfo("Europe/Berlin"), base=base, **hints))
        return next(iter(readings)) if len(readings) == 1 else None

    return _read
