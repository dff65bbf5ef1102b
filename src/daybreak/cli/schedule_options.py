"""The options of “daybreak schedule set”, parsed into preferences."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from daybreak.errors import InvalidInput
from daybreak.people import Frequency, ProjectChoice, QuietDay, Weekday, resolve_weekdays

ChoiceT = TypeVar("ChoiceT", Frequency, QuietDay)
_DAYS = {day.name[:3].lower(): day for day in Weekday}
_MAX_DIGITS = 4
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


def parse_time(text: str) -> time:
    """Parse a local time like 07:00.

    Raises:
        InvalidInput: it is not a time of day.
    """
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise InvalidInput(f"“{text}” is not a time of day; write it like 09:00.") from None


def parse_weekdays(text: str) -> frozenset[Weekday]:
    """Parse days of the week like mon,thu.

    Raises:
        InvalidInput: one of them is not a day of the week.
    """
    names = [name.strip().lower()[:3] for name in text.split(",") if name.strip()]
    for name in names:
        if name not in _DAYS:
            raise InvalidInput(f"“{text}” is not a list of weekdays; write it like mon,thu.")
    return frozenset(_DAYS[name] for name in names)


def parse_weekday(text: str) -> Weekday:
    """Parse one day of the week.

    Raises:
        InvalidInput: it is not exactly one day of the week.
    """
    found = parse_weekdays(text)
    if len(found) != 1:
        raise InvalidInput(f"“{text}” is not a weekday; write it like fri.")
    return next(iter(found))


def parse_duration(text: str) -> timedelta:
    """Parse a duration like 90m or 4h.

    Raises:
        InvalidInput: it is not a duration.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit not in _UNITS or not number.isdecimal() or len(number) > _MAX_DIGITS:
        raise InvalidInput(f"“{text}” is not a duration; write it like 90m or 4h.")
    return int(number) * _UNITS[unit]


def _parse_choice(kind: type[ChoiceT], text: str, label: str) -> ChoiceT:
    try:
        return kind(text.strip().lower())
    except ValueError:
        known = ", ".join(kind)
        raise InvalidInput(f"“{text}” is not {label}; use one of {known}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOptions:
    """The options of “daybreak schedule set”; None for omitted ones."""

    at: str | None
    frequency: str | None
    on: str | None
    quiet: str | None
    weekly_on: str | None
    catch_up: str | None
    email: bool | None
    reengage: bool | None
    only: list[str] | None
    excluded: list[str] | None
    all_projects: bool

    def changed_preferences(self) -> dict[str, Any]:
        """Return the changed values by the names of the preferences.

        Raises:
            InvalidInput: an option is not valid, or none was given.
        """
        found = {
            "brief_time": self.at and parse_time(self.at),
            "quiet_day": self.quiet and _parse_choice(QuietDay, self.quiet, "an option for quiet days"),
            "weekly_day": self.weekly_on and parse_weekday(self.weekly_on),
            "catch_up": self.catch_up and parse_duration(self.catch_up),
            "email": self.email,
            "reengagement": self.reengage,
            **self._frequency_changes(),
            **self._project_changes(),
        }
        given = {name: value for name, value in found.items() if value is not None}
        if not given:
            raise InvalidInput("There is nothing to change; see “daybreak schedule set --help”.")
        return given

    def _frequency_changes(self) -> dict[str, Any]:
        if not (self.frequency or self.on):
            return {}
        often = _parse_choice(Frequency, self.frequency or Frequency.CHOSEN, "a frequency")
        return {"frequency": often, "weekdays": resolve_weekdays(often, parse_weekdays(self.on or ""))}

    def _project_changes(self) -> dict[str, Any]:
        wishes = {
            ProjectChoice.ONLY: self.only,
            ProjectChoice.EXCEPT: self.excluded,
            ProjectChoice.ALL: self.all_projects,
        }
        given = [choice for choice, wish in wishes.items() if wish]
        if len(given) > 1:
            raise InvalidInput("Use only one of --only, --except and --all-projects.")
        if not given:
            return {}
        return {"project_choice": given[0], "projects": tuple(self.only or self.excluded or ())}
