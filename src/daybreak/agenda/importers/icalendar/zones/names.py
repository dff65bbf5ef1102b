"""Names of time zones: IANA's, Microsoft's, those that vendors prefix, and display names with cities."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from daybreak.agenda.importers.icalendar.values import parse_text
from daybreak.agenda.importers.icalendar.zones.clocks import IanaZone

_MAX_PARTS = 10
# Names that calendars use for their own rules: they name no place.
_ABBREVIATIONS = frozenset(
    {
        *("est", "mst", "hst", "est5edt", "cst6cdt", "mst7mdt", "pst8pdt", "cet", "met", "eet", "wet"),
        *("gmt", "gmt0", "gmt+0", "gmt-0", "greenwich", "utc", "uct", "universal", "zulu"),
    }
)
_DISPLAY_NAME = re.compile(r"\((?:UTC|GMT)\s*(?:([+-])?(\d{1,2})[:.]?(\d\d))?\)\s*(.+)", re.IGNORECASE)
_BETWEEN_CITIES = re.compile(r"\s*(?:[,;/&]|\band\b|\bund\b|\bet\b|\by\b)\s*")
_REGIONS = {
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time": "America/Halifax",
    "arizona": "America/Phoenix",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "newfoundland": "America/St_Johns",
    "coordinated universal time": "UTC",
    "chennai": "Asia/Kolkata",
    "beijing": "Asia/Shanghai",
    "osaka": "Asia/Tokyo",
    "edinburgh": "Europe/London",
}


def canonical_name(tzid: str) -> str:
    """Return a TZID as it is compared: without escapes, quotation marks, and differences of case or space."""
    return " ".join(parse_text(tzid).strip("\"'").split()).casefold()


def find_iana_zone(name: str) -> IanaZone | None:
    """Return the zone with that IANA or Windows name, ignoring case."""
    key = _zone_names().get(canonical_name(name))
    return None if key is None else IanaZone(ZoneInfo(key))


def find_vendor_zone(tzid: str) -> IanaZone | None:
    """Return the zone in a vendor's name: a prefix before an IANA name, or a display name with its cities.

    RFC 5545 §3.2.19: “/vendor.example/20240101/Europe/Berlin” is a globally unique name of a vendor.
    """
    parts = canonical_name(tzid).strip("/").split("/")
    suffixes = ("/".join(parts[begin:]) for begin in range(min(len(parts), _MAX_PARTS)))
    found = next((zone for zone in map(find_iana_zone, suffixes) if zone is not None), None)
    return found or _find_display_zone(canonical_name(tzid))


def names_place(tzid: str) -> bool:
    """Return whether a name that IANA or Microsoft has is that of a place, whose clock is known."""
    name = canonical_name(tzid)
    return name not in _ABBREVIATIONS and not name.startswith("etc/")


def _find_display_zone(name: str) -> IanaZone | None:
    """Return the zone of “(UTC+01:00) Amsterdam, Berlin”: that of a city with this offset in its winter."""
    match = _DISPLAY_NAME.fullmatch(name)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    for place in _BETWEEN_CITIES.split(match[4].replace("(", ",").replace(")", ",")):
        key = _REGIONS.get(place) or _cities().get(place.replace(" ", "_"))
        if key is not None and _standard_offset(key) == offset:
            return IanaZone(ZoneInfo(key))
    return None


def _standard_offset(key: str) -> timedelta | None:
    halves = (datetime(2026, month, 15, tzinfo=UTC).astimezone(ZoneInfo(key)) for month in (1, 7))
    return min((half.utcoffset() or timedelta(0) for half in halves), default=None)


@cache
def _cities() -> dict[str, str]:
    return {
        key.rpartition("/")[2].casefold(): key
        for key in sorted(available_timezones())
        if "/" in key and not key.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    }


@cache
def _zone_names() -> dict[str, str]:
    iana = available_timezones() - {"localtime", "Factory"}
    windows = {name.casefold(): key for name, key in WINDOWS_TO_OLSON.items() if key in iana}
    return windows | {name.casefold(): name for name in iana}
