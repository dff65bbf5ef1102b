"""What a person wants of the schedule, as it is written on a command line."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from daybreak.errors import InvalidInput
from daybreak.people import Frequency, QuietDay, Weekday, checked_quiet_day, weekdays_of

W = TypeVar("W", Frequency, QuietDay)
_DAYS = {day.name[:3].lower(): day for day in Weekday}
_LONGEST_NUMBER = 4
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


def time_of_day(text: str) -> time:
    """A local time like 07:00.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise InvalidInput(f"“{text}” is not a time of day; write it like 09:00.") from None


def weekdays(text: str) -> frozenset[Weekday]:
    """Days of the week like mon,thu.

    Raises:
        InvalidInput: one is none.
    """
    names = [name.strip().lower()[:3] for name in text.split(",") if name.strip()]
    for name in names:
        if name not in _DAYS:
            raise InvalidInput(f"“{text}” are not days of the week; write them like mon,thu.")
    return frozenset(_DAYS[name] for name in names)


def one_weekday(text: str) -> Weekday:
    """One day of the week.

    Raises:
        InvalidInput: it is none, or several.
    """
    found = weekdays(text)
    if len(found) != 1:
        raise InvalidInput(f"“{text}” is not one day of the week; write it like fri.")
    return next(iter(found))


def stretch(text: str) -> timedelta:
    """A stretch of time like 90m or 4h.

    Raises:
        InvalidInput: it is none.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if unit not in _UNITS or not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        raise InvalidInput(f"“{text}” is not a stretch of time; write it like 90m or 4h.")
    return int(number) * _UNITS[unit]


def _word(kind: type[W], text: str, what: str) -> W:
    try:
        return kind(text.strip().lower())
    except ValueError:
        known = ", ".join(kind)
        raise InvalidInput(f"“{text}” is not {what}; choose one of {known}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options of “daybreak schedule set” as they were given; None where nothing was."""

    at: str | None
    frequency: str | None
    on: str | None
    quiet: str | None
    weekly_on: str | None
    catch_up: str | None
    email: bool | None
    reengage: bool | None

    def changes(self) -> dict[str, Any]:
        """What is to change, by the names of the preferences.

        Raises:
            InvalidInput: a wish cannot be understood, or there is none.
        """
        found = {
            "brief_time": self.at and time_of_day(self.at),
            "quiet_day": self.quiet and _quiet_day(self.quiet),
            "weekly_day": self.weekly_on and one_weekday(self.weekly_on),
            "catch_up": self.catch_up and stretch(self.catch_up),
            "email": self.email,
            "reengage": self.reengage,
            **self._frequency(),
        }
        given = {name: value for name, value in found.items() if value is not None}
        if not given:
            raise InvalidInput("Nothing was given to change; see “daybreak schedule set --help”.")
        return given

    def _frequency(self) -> dict[str, Any]:
        if not (self.frequency or self.on):
            return {}
        often = _word(Frequency, self.frequency or Frequency.CHOSEN, "a frequency")
        return {"frequency": often, "weekdays": weekdays_of(often, weekdays(self.on or ""))}


def _quiet_day(text: str) -> QuietDay:
    return checked_quiet_day(_word(QuietDay, text, "a rule for quiet days"))
