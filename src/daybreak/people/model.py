"""The user and the validation of a user's fields."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from daybreak import clock
from daybreak.errors import InvalidInput
from daybreak.people.preferences import Preferences

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_NON_GEOGRAPHIC_PREFIXES = ("Etc/", "SystemV/", "posix/", "right/")
_MAX_EMAIL_LENGTH = 254  # RFC 5321
_MAX_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user; `timezone` is always a valid IANA name, `country` an ISO 3166-1 code or None."""

    id: UUID
    email: str
    name: str
    timezone: str
    country: str | None = None
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def tz(self) -> ZoneInfo:
        """The user's time zone, ready for arithmetic."""
        return clock.parse_timezone(self.timezone)

    def today(self) -> date:
        """Return the current date in the user's time zone."""
        return clock.local_date(clock.now(), self.tz)

    def as_of(self, day: date) -> datetime:
        """Return the instant that a brief of a local day describes: now if it is today, else its due time."""
        now = clock.now()
        if clock.local_date(now, self.tz) == day:
            return now
        return clock.first_instant(day, self.preferences.brief_time, self.tz)


def normalize_email(text: str) -> str:
    """Return an e-mail address in the form that identifies a user: trimmed, lower case.

    Raises:
        InvalidInput: it cannot be an address.
    """
    address = text.strip().lower()
    if len(address) > _MAX_EMAIL_LENGTH or not _ADDRESS.fullmatch(address) or not address.isprintable():
        shown = text.strip()[:80]
        raise InvalidInput(f"“{shown}” is not an e-mail address. Enter one like name@example.org.")
    return address


def normalize_name(text: str) -> str:
    """Return a user's name, trimmed.

    Raises:
        InvalidInput: it is empty, too long, or contains characters that cannot be printed.
    """
    name = text.strip()
    if not name or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidInput(
            f"A name must have 1 to {_MAX_NAME_LENGTH} printable characters. Enter another one."
        )
    return name


def list_timezones(selected: str) -> list[tuple[str, str]]:
    """Return every selectable time zone with its current local time; the selected one is included."""
    now = clock.now()
    names = {
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(_NON_GEOGRAPHIC_PREFIXES)
    }
    if selected in available_timezones():
        names.add(selected)
    return [
        (name, f"{name.replace('_', ' ')} ({now.astimezone(clock.parse_timezone(name)):%H:%M})")
        for name in sorted(names | {"Etc/UTC"})
    ]


@cache
def list_countries() -> dict[str, str]:
    """Return the countries with known public holidays: names by code, ordered by name."""
    import holidays  # noqa: PLC0415 - slow to import, and only needed when a country is chosen
    from holidays.registry import COUNTRIES  # noqa: PLC0415

    known = holidays.list_supported_countries(include_aliases=False)
    names = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name, code, *_ in COUNTRIES.values()}
    return dict(sorted(((code, names[code]) for code in known if code in names), key=itemgetter(1)))


def normalize_country(text: str) -> str:
    """Return an ISO 3166-1 alpha-2 code, in upper case, of a country with known public holidays.

    Raises:
        InvalidInput: it is not such a code.
    """
    import holidays  # noqa: PLC0415 - slow to import, and only needed when a country is written

    code = text.strip()
    if not code.isascii() or code.upper() not in holidays.list_supported_countries(include_aliases=False):
        raise InvalidInput(f"No country with the code “{code[:40]}” is known. Enter one such as DE or US.")
    return code.upper()
