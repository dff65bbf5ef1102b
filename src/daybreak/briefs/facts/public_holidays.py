"""Public holidays: of the reader's country, and in the titles of calendar entries."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources


def holiday_name(country: str | None, day: date) -> str | None:
    """Return the English name of a public holiday, else its own; None if the date is none."""
    return _names(country, day.year).get(day) if country else None


def names_holiday(title: str, zone: str, day: date) -> bool:
    """Return whether a title has the name that a public holiday of the zone's country has on that date."""
    country = _country_of(zone)
    if country is None:
        return False
    folded = title.casefold()
    names = (names.get(day, "") for names in _names_in_all_languages(country, day.year))
    return any(name and name.casefold() in folded for name in names)


@lru_cache(maxsize=512)
def _names(country: str, year: int) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415 - saves most commands 0.1 s

    if country not in holidays.list_supported_countries(include_aliases=False):
        return {}
    supported = holidays.list_localized_countries(include_aliases=False).get(country, [])
    language = next((code for code in ("en_US", "en_GB", "en") if code in supported), None)
    return dict(holidays.country_holidays(country, years=year, language=language).items())


@lru_cache(maxsize=64)
def _names_in_all_languages(country: str, year: int) -> tuple[Mapping[date, str], ...]:
    import holidays  # noqa: PLC0415 - saves most commands 0.1 s

    if country not in holidays.list_supported_countries(include_aliases=False):
        return ()
    languages: list[str | None] = [
        None,
        *holidays.list_localized_countries(include_aliases=False).get(country, []),
    ]
    return tuple(
        dict(holidays.country_holidays(country, years=year, language=language).items())
        for language in languages
    )


@lru_cache(maxsize=1)
def _countries_by_zone() -> Mapping[str, str]:
    lines = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def _country_of(zone: str) -> str | None:
    return _countries_by_zone().get(zone)
