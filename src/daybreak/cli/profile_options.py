"""The options of “daybreak users set” about times and briefs, parsed into preferences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from daybreak.cli.schedule_options import parse_duration, parse_time, parse_weekdays
from daybreak.errors import InvalidInput
from daybreak.people import BriefLength, Preferences

_NONE = "none"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOptions:
    """The options about a user's times and briefs; None for omitted ones."""

    hours: str | None
    lunch: str | None
    days_off: str | None
    focus_is_free: bool | None
    shortest_gap: str | None
    length: str | None
    brief_time: str | None

    def changed_preferences(self) -> dict[str, Any]:
        """Return the changed values by the names of the preferences.

        Raises:
            InvalidInput: an option is not valid.
        """
        return dict(self._changes())

    def _changes(self) -> Iterator[tuple[str, Any]]:
        if self.hours is not None:
            start, end = _parse_hours(self.hours, "working hours; write them like 09:00-17:30")
            yield from {"workday_start": start, "workday_end": end}.items()
        if self.lunch is not None:
            yield from zip(("lunch_start", "lunch_end"), _parse_lunch(self.lunch), strict=True)
        if self.days_off is not None:
            days = frozenset() if _is_none(self.days_off) else parse_weekdays(self.days_off)
            yield "days_off", days
        if self.focus_is_free is not None:
            yield "focus_is_free", self.focus_is_free
        if self.shortest_gap is not None:
            yield "shortest_gap_minutes", parse_duration(self.shortest_gap) // _MINUTE
        if self.length is not None:
            yield "length", BriefLength(self.length)
        if self.brief_time is not None:
            yield "brief_time", parse_time(self.brief_time)


def describe_preferences(preferences: Preferences) -> str:
    """Return the times and the length of a user's briefs in a few words."""
    start, end = preferences.lunch_start, preferences.lunch_end
    lunch = f"lunch {start:%H:%M}-{end:%H:%M}" if start and end else "no lunch break"
    names = ",".join(day.name[:3].lower() for day in sorted(preferences.days_off))
    days_off = f"off on {names}" if names else "no days off"
    focus = "free" if preferences.focus_is_free else "busy"
    return (
        f"working hours {format_hours(preferences)}, {lunch}, {days_off}, focus time is {focus}, free time "
        f"from {preferences.shortest_gap_minutes} min, {preferences.length} brief at "
        f"{preferences.brief_time:%H:%M}"
    )


def format_hours(preferences: Preferences) -> str:
    """Return the working hours, like 09:00-17:30."""
    return f"{preferences.workday_start:%H:%M}-{preferences.workday_end:%H:%M}"


def _is_none(text: str) -> bool:
    return text.strip().lower() == _NONE


def _parse_lunch(text: str) -> tuple[time, time] | tuple[None, None]:
    if _is_none(text):
        return None, None
    return _parse_hours(text, "a lunch break; write it like 12:00-13:00, or “none”")


def _parse_hours(text: str, expected: str) -> tuple[time, time]:
    first, dash, last = text.partition("-")
    if not dash:
        raise InvalidInput(f"“{text}” is not {expected}.")
    return parse_time(first), parse_time(last)
