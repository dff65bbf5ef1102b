"""The shapes of a written date in the notation of `words`, such as ``30 M11`` or ``NEXT W5``."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from daybreak.agenda.importers.parsing.written_dates.calendar_days import (
    Period,
    choose_year,
    days_of_years,
    find_day,
    month_period,
    next_weekday,
    unit_period,
    week_period,
)

_CENTURY = 2000
_SHORT_YEAR = 2
_MONTHS_PER_YEAR = 12
_MONTHS_PER_QUARTER = 3
_AHEAD = {"NEXT": 1, "THIS": 0, "LAST": -1}


@dataclass(frozen=True, slots=True)
class Shape:
    """A day, as a period of one day, or a longer period.

    Attributes:
        candidates: the one period or, without a year, the periods of several years.
    """

    candidates: tuple[Period, ...]
    has_year: bool = True

    def resolve(self, base: date, *, is_past: bool = False) -> Period | None:
        """Return the period, of several years the one that `choose_year` chooses by its last day."""
        return self.candidates[0] if self.has_year else _choose(self.candidates, base, is_past=is_past)

    def resolve_after(self, day: date) -> Period | None:
        """Return the first period that ends on this day or later."""
        return _choose([one for one in self.candidates if one[1] >= day], day)

    def resolve_before(self, day: date) -> Period | None:
        """Return the last period that ends on this day or earlier."""
        return _choose([one for one in self.candidates if one[1] <= day], day, is_past=True)

    def with_day(self, day: int) -> "Shape | None":
        """Return the same month with another day; None for a longer period, or a day that no month has."""
        days = (find_day(first.year, first.month, day) for first, last in self.candidates if first == last)
        found = tuple((one, one) for one in days if one)
        return Shape(found, self.has_year) if found else None


def _choose(candidates: Iterable[Period], base: date, *, is_past: bool = False) -> Period | None:
    periods = {period[1]: period for period in candidates}
    chosen = choose_year(periods, base, is_past=is_past)
    return periods[chosen] if chosen else None


@dataclass(frozen=True, slots=True)
class _Field:
    """The match of a shape, and what its field states."""

    match: re.Match[str]
    base: date
    day_first: bool | None

    def number(self, name: str) -> int:
        return int(self.match[name])

    @property
    def year(self) -> int | None:
        digits = self.match.groupdict().get("year")
        if digits is None:
            return None
        return int(digits) + (_CENTURY if len(digits) == _SHORT_YEAR else 0)

    @property
    def weekday(self) -> int | None:
        digit = self.match.groupdict().get("weekday")
        return int(digit) if digit else None


def list_shapes(translated: str, base: date, *, day_first: bool | None = None) -> Iterator[Shape]:
    """Yield each shape that a whole text in that notation has."""
    for pattern, read in _SHAPES:
        if match := pattern.fullmatch(translated):
            yield from read(_Field(match, base, day_first))


def _day(field: _Field, month: int, day: int) -> Iterator[Shape]:
    if field.year is None:
        found = days_of_years(month, day, field.base, field.weekday)
        is_decided = field.weekday is not None and len(found) == 1
        yield from [Shape(tuple((one, one) for one in found), has_year=is_decided)] if found else []
    elif one := find_day(field.year, month, day):
        yield Shape(((one, one),))


def _named_day(field: _Field) -> Iterator[Shape]:
    yield from _day(field, field.number("month"), field.number("day"))


def _slashed_day(field: _Field) -> Iterator[Shape]:
    first, second = field.number("first"), field.number("second")
    orders = {True: (second, first), False: (first, second)}
    chosen = set(orders.values()) if field.day_first is None else {orders[field.day_first]}
    for month, day in sorted(chosen):
        yield from _day(field, month, day)


def _day_or_year(field: _Field) -> Iterator[Shape]:
    """Yield both meanings of “Nov-26”: spreadsheets write the month of a year so, people a day."""
    yield from _day(field, field.number("month"), field.number("day"))
    yield from _periods([month_period(_CENTURY + field.number("day"), field.number("month"))])


def _month(field: _Field) -> Iterator[Shape]:
    years = [field.year] if field.year else _years_around(field.base)
    yield from _periods([month_period(year, field.number("month")) for year in years], field.year)


def _end_of_month(field: _Field) -> Iterator[Shape]:
    for shape in _month(field):
        yield Shape(tuple((last, last) for _, last in shape.candidates), shape.has_year)


def _week(field: _Field) -> Iterator[Shape]:
    years = [field.year] if field.year else _years_around(field.base)
    periods = [week_period(year, field.number("week")) for year in years]
    yield from _periods([_day_of_week(period, field.weekday) for period in periods if period], field.year)


def _day_of_week(period: Period, weekday: int | None) -> Period:
    if weekday is None:
        return period
    day = period[0] + timedelta(days=weekday - 1)
    return day, day


def _quarter(field: _Field) -> Iterator[Shape]:
    month = (field.number("quarter") - 1) * _MONTHS_PER_QUARTER + 1
    yield from _periods([month_period(field.number("year"), month, _MONTHS_PER_QUARTER)])


def _weekday(field: _Field) -> Iterator[Shape]:
    which = field.match["which"] or field.match["which2"]
    start = field.base + timedelta(days={"NEXT": 1, "LAST": -7}.get(which, 0))
    day = next_weekday(start, field.number("weekday"))
    yield Shape(((day, day),))


def _relative_day(field: _Field) -> Iterator[Shape]:
    day = field.base + timedelta(days=field.number("ahead"))
    yield Shape(((day, day),))


def _relative_unit(field: _Field) -> Iterator[Shape]:
    which = field.match["which"] or field.match["which2"] or "THIS"
    yield from _periods([unit_period(field.base, field.match["unit"], _AHEAD[which])])


def _end_of_unit(field: _Field) -> Iterator[Shape]:
    for shape in _relative_unit(field):
        yield Shape(tuple((last, last) for _, last in shape.candidates))


def _periods(found: Iterable[Period | None], year: int | None = 1) -> Iterator[Shape]:
    periods = tuple(period for period in found if period)
    if periods:
        yield Shape(periods, has_year=year is not None)


def _years_around(base: date) -> range:
    return range(base.year - 1, base.year + 2)


_OF_WEEKDAY = r"(?:W(?P<weekday>[1-7])[\s,]+)?"
_GAP = r"[\s.,/-]+"
_YEAR = r"'?(?P<year>\d{4}|\d{2})"
_UNIT = r"(?:(?P<which>NEXT|THIS|LAST) )?(?P<unit>WEEKEND|WEEK|MONTH|QUARTER|YEAR)(?: (?P<which2>NEXT|LAST))?"
_SHAPES: tuple[tuple[re.Pattern[str], Callable[[_Field], Iterator[Shape]]], ...] = tuple(
    (re.compile(shape, re.ASCII), read)
    for shape, read in (
        (rf"{_OF_WEEKDAY}(?P<day>\d{{1,2}}){_GAP}M(?P<month>\d{{1,2}})(?:{_GAP}{_YEAR})?", _named_day),
        (
            rf"{_OF_WEEKDAY}M(?P<month>\d{{1,2}})[\s.,]+(?P<day>\d{{1,2}})\.?(?:[\s.,]+(?P<year>\d{{4}}))?",
            _named_day,
        ),
        (rf"(?P<year>\d{{4}}){_GAP}M(?P<month>\d{{1,2}}){_GAP}(?P<day>\d{{1,2}})", _named_day),
        (
            rf"{_OF_WEEKDAY}(?P<year>\d{{4}})(?P<gap>[-/.])(?P<month>\d{{1,2}})(?P=gap)(?P<day>\d{{1,2}})",
            _named_day,
        ),
        (rf"{_OF_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?:\s?{_YEAR})?", _named_day),
        (r"(?P<day>\d{2})\.(?P<month>\d{2})", _named_day),
        (
            rf"{_OF_WEEKDAY}(?P<first>\d{{1,2}})(?P<gap>[/-])(?P<second>\d{{1,2}})(?:(?P=gap){_YEAR})?",
            _slashed_day,
        ),
        (r"M(?P<month>\d{1,2}) ?[-/] ?(?P<day>\d{2})", _day_or_year),
        (rf"M(?P<month>\d{{1,2}})(?:{_GAP}(?P<year>\d{{4}}))?", _month),
        (r"M(?P<month>\d{1,2}) '(?P<year>\d{2})", _month),
        (rf"(?P<year>\d{{4}}){_GAP}M(?P<month>\d{{1,2}})", _month),
        (r"(?P<year>\d{4})-(?P<month>\d{1,2})", _month),
        (r"(?P<month>\d{1,2})[/.](?P<year>\d{4})", _month),
        (rf"END M(?P<month>\d{{1,2}})(?:{_GAP}(?P<year>\d{{4}}))?", _end_of_month),
        (r"(?P<year>\d{4})[\s-]?w(?P<week>\d{1,2})(?:-?(?P<weekday>[1-7]))?", _week),
        (r"(?:w|WEEK\s?)(?P<week>\d{1,2})(?:[\s,/.-]+(?P<year>\d{4}))?", _week),
        (r"q(?P<quarter>[1-4])[\s/-]?(?P<year>\d{4})", _quarter),
        (r"(?P<year>\d{4})[\s/-]?q(?P<quarter>[1-4])", _quarter),
        (r"(?:(?P<which>NEXT|THIS|LAST) )?W(?P<weekday>[1-7])(?: (?P<which2>NEXT|THIS|LAST))?", _weekday),
        (r"R(?P<ahead>[+-]\d)", _relative_day),
        (_UNIT, _relative_unit),
        (f"END {_UNIT}", _end_of_unit),
    )
)
