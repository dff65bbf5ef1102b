"""The next day of a recurrence in the notation of `words`, such as ``EVERY 2 WEEK`` or ``EVERY W1``."""

import re
from collections.abc import Callable
from datetime import date

from daybreak.agenda.importers.parsing.written_dates.calendar_days import (
    add_months,
    days_of_years,
    find_day,
    next_weekday,
    unit_period,
)
from daybreak.agenda.importers.parsing.written_dates.words import (
    clean_date_text,
    fold,
    starts_with,
)

_FRIDAY, _SATURDAY = 5, 6
_MONDAY = 1
_WEEKDAY_NUMBER = re.compile(r"W([1-7])")
_MONTHS_TO_A_LONG_ONE = 12


def is_recurrence(text: str) -> bool:
    """Return whether a text begins like a recurrence in any language."""
    return starts_with(fold(clean_date_text(text)), "EVERY")


def next_occurrence(translated: str, base: date) -> date | None:
    """Return the first day of a recurrence at or after the base day; None if the recurrence is unknown.

    A distance without a start, such as “every 2 weeks”, starts on the base day.
    """
    for pattern, find in _RECURRENCES:
        if match := pattern.fullmatch(translated):
            return find(match, base)
    return None


def _base_day(_: re.Match[str], base: date) -> date | None:
    return base


def _next_of_weekdays(match: re.Match[str], base: date) -> date | None:
    return min(next_weekday(base, int(number)) for number in _WEEKDAY_NUMBER.findall(match[0]))


def _next_workday(_: re.Match[str], base: date) -> date | None:
    return base if base.isoweekday() <= _FRIDAY else next_weekday(base, _MONDAY)


def _next_weekend(_: re.Match[str], base: date) -> date | None:
    return base if base.isoweekday() >= _SATURDAY else next_weekday(base, _SATURDAY)


def _last_of_month(_: re.Match[str], base: date) -> date | None:
    period = unit_period(base, "MONTH", 0)
    return period[1] if period else None


def _next_day_of_month(match: re.Match[str], base: date) -> date | None:
    months = (add_months(base.replace(day=1), ahead) for ahead in range(_MONTHS_TO_A_LONG_ONE + 1))
    days = (find_day(month.year, month.month, int(match["day"])) for month in months)
    return next((day for day in days if day and day >= base), None)


def _next_day_of_year(match: re.Match[str], base: date) -> date | None:
    days = days_of_years(int(match["month"]), int(match["day"]), base)
    return min((day for day in days if day >= base), default=None)


_RECURRENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = tuple(
    (re.compile(recurrence, re.ASCII), find)
    for recurrence, find in (
        (r"EVERY(?: OTHER| \d{1,3})? (?:DAY|WEEK|MONTH|QUARTER|YEAR)", _base_day),
        (r"EVERY(?: OTHER| WEEK)?(?:(?: | ?, ?| ?& ?)(?:AND |EVERY )?W[1-7])+", _next_of_weekdays),
        (r"EVERY WORKDAY", _next_workday),
        (r"EVERY WEEKEND", _next_weekend),
        (r"EVERY LAST DAY|(?:EVERY END|END EVERY) MONTH", _last_of_month),
        (r"EVERY(?: YEAR)? (?P<day>\d{1,2})\.? M(?P<month>\d{1,2})", _next_day_of_year),
        (r"EVERY(?: YEAR)? M(?P<month>\d{1,2}) (?P<day>\d{1,2})", _next_day_of_year),
        (r"EVERY(?: MONTH| DAY)? (?P<day>\d{1,2})\.?(?: MONTH| EVERY MONTH)?", _next_day_of_month),
    )
)
