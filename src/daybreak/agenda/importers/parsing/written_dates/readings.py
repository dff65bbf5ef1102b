"""Dates as people write them in a field for a date: “30 Nov”, “nächsten Freitag”, “Nov 30 → Dec 2”.

The whole field has to be a date: a text with one unknown word is none. It is read in each language of
`words`, and readings that differ make it ambiguous.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from daybreak import clock
from daybreak.agenda.importers.parsing.dates import parse_moment
from daybreak.agenda.importers.parsing.written_dates.clock_times import ClockTime, parse_time, split_time
from daybreak.agenda.importers.parsing.written_dates.distances import parse_distance
from daybreak.agenda.importers.parsing.written_dates.numbers import parse_epoch, parse_serial
from daybreak.agenda.importers.parsing.written_dates.recurrences import is_recurrence, next_occurrence
from daybreak.agenda.importers.parsing.written_dates.shapes import Shape, list_shapes
from daybreak.agenda.importers.parsing.written_dates.words import LANGUAGES, clean_date_text, fold, translate
from daybreak.agenda.model import Moment

_MAX_LENGTH = 80
_Languages = tuple[str, ...]
_RANGE_SIGNS = tuple(
    re.compile(sign)
    for sign in (
        "\\s*(?:→|\u2013|—|->|\\.\\.\\.?|…)\\s*",
        r"\s+-\s+",
        r"\s+(?:to|until|till|through|thru|bis|au|al|a|tot(?:\sen\smet)?|t/m|ate|hasta)\s+",
        r"(?<=\d\d-\d\d)/(?=\d{4}-)",
        r"(?:(?<=\d)|(?<=\d\.))-(?=\d{1,2}\b)",
    )
)
_RANGE_PREFIX = re.compile(r"(?:from|von|vom|du|del|dal|de|van|desde)\s+")
_BARE_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|\.)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateHints:
    """What is known of a field for a date besides its text.

    Attributes:
        tz: the zone of times without one.
        base: the day from which relative dates and dates without a year count.
        day_first: whether “03/04/2026” is in April; None if that is unknown.
        language: the language of the text, such as “de”; None if it may be any.
        has_serials: whether numbers such as 46356 are days, as in spreadsheets.
        is_past: whether the field is for what has happened, such as a completion.
    """

    tz: ZoneInfo
    base: date
    day_first: bool | None = None
    language: str | None = None
    has_serials: bool = False
    is_past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """What a field for a date means: its last day and, of a range or a period, its first one."""

    end: Moment
    start: Moment | None = None
    is_recurring: bool = False


@lru_cache(maxsize=2048)
def list_readings(text: str, hints: DateHints) -> frozenset[WrittenDate]:
    """Return every date that a whole text may mean: none if it is no date, several if it is ambiguous."""
    text = clean_date_text(text)
    if not text or len(text) > _MAX_LENGTH:
        return frozenset()
    if moment := _parse_known_form(text, hints):
        return frozenset({WrittenDate(end=moment)})
    folded = fold(text).strip(" ,;")
    for languages in ((hints.language,), LANGUAGES) if hints.language in LANGUAGES else (LANGUAGES,):
        if found := frozenset(_read(folded, languages, hints)):
            return found
    return frozenset(_read_distance(text.casefold(), hints))


def is_written_recurrence(text: str) -> bool:
    """Return whether a text names a recurrence, such as “every third Friday”, known or not."""
    return len(text) <= _MAX_LENGTH and is_recurrence(text)


def _parse_known_form(text: str, hints: DateHints) -> Moment | None:
    if moment := parse_moment(text, hints.tz, day_first=hints.day_first):
        return moment
    if text[0].isdigit() and text.replace(".", "").replace(",", "").isdecimal():
        return parse_epoch(text) or (parse_serial(text, hints.tz) if hints.has_serials else None)
    return None


def _read(folded: str, languages: _Languages, hints: DateHints) -> Iterator[WrittenDate]:
    single = [one for day, at in split_time(folded) for one in _read_single(day, at, languages, hints)]
    yield from single or _read_range(folded, languages, hints)


def _read_single(
    day: str, at: ClockTime | None, languages: _Languages, hints: DateHints
) -> Iterator[WrittenDate]:
    if at and isinstance(moment := _parse_known_form(day, hints), date) and not isinstance(moment, datetime):
        yield WrittenDate(end=at.on(moment, hints.tz))
        return
    for translated in translate(day, languages):
        if occurrence := _next_occurrence(translated, hints):
            yield WrittenDate(end=_at(occurrence, at, hints), is_recurring=True)
    for shape in _list_shapes(day, languages, hints):
        first, last = shape.resolve(hints.base, is_past=hints.is_past) or (None, None)
        if first and last and first == last:
            yield WrittenDate(end=_at(last, at, hints))
        elif first and last and at is None:
            yield WrittenDate(start=first, end=last)


def _next_occurrence(translated: str, hints: DateHints) -> date | None:
    """Return the next day of a recurrence, after the day with which it starts if the text names one."""
    recurrence, _, start = translated.partition(" STARTING ")
    if not start:
        return next_occurrence(recurrence, hints.base)
    shapes = list(list_shapes(start, hints.base, day_first=hints.day_first))
    period = shapes[0].resolve(hints.base) if len(shapes) == 1 else None
    return next_occurrence(recurrence, max(period[0], hints.base)) if period else None


@lru_cache(maxsize=2048)
def _list_shapes(day: str, languages: _Languages, hints: DateHints) -> tuple[Shape, ...]:
    moment = parse_moment(day, hints.tz, day_first=hints.day_first)
    if moment and not isinstance(moment, datetime):
        return (Shape(((moment, moment),)),)
    found = (
        shape
        for translated in dict.fromkeys((day, *translate(day, languages)))
        for shape in list_shapes(translated, hints.base, day_first=hints.day_first)
    )
    return tuple(found)


def _at(day: date, at: ClockTime | None, hints: DateHints) -> Moment:
    return at.on(day, hints.tz) if at else day


def _read_distance(text: str, hints: DateHints) -> Iterator[WrittenDate]:
    for day, at in split_time(text):
        if found := parse_distance(day, hints.base):
            yield WrittenDate(end=_at(found, at, hints))
            return


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a range: a day that may have no year, and a time."""

    shape: Shape
    at: ClockTime | None = None


def _read_range(folded: str, languages: _Languages, hints: DateHints) -> Iterator[WrittenDate]:
    for sign in _RANGE_SIGNS:
        parts = sign.split(_RANGE_PREFIX.sub("", folded, count=1) if _RANGE_PREFIX.match(folded) else folded)
        if len(parts) != 2:  # noqa: PLR2004  a range has two sides
            continue
        found = list(_read_sides(parts[0], parts[1], languages, hints))
        if found:
            yield from found
            return


def _read_sides(left: str, right: str, languages: _Languages, hints: DateHints) -> Iterator[WrittenDate]:
    lefts, rights = (list(_list_sides(side, languages, hints)) for side in (left, right))
    if match := _BARE_DAY.fullmatch(left):
        lefts = [_Side(found) for one in rights if (found := one.shape.with_day(int(match[1])))]
    elif match := _BARE_DAY.fullmatch(right):
        rights = [_Side(found) for one in lefts if (found := one.shape.with_day(int(match[1])))]
    elif not rights and (at := parse_time(right)):
        rights = [_Side(one.shape, at) for one in lefts]
    for start, end in ((one, other) for one in lefts for other in rights):
        if days := _resolve_sides(start.shape, end.shape, hints):
            first, last = _at(days[0], start.at, hints), _at(days[1], end.at, hints)
            if _instant(first, hints.tz) <= _instant(last, hints.tz):
                yield WrittenDate(start=first, end=last)


def _list_sides(text: str, languages: _Languages, hints: DateHints) -> Iterator[_Side]:
    for day, at in split_time(text):
        yield from (_Side(shape, at) for shape in _list_shapes(day, languages, hints))


def _resolve_sides(start: Shape, end: Shape, hints: DateHints) -> tuple[date, date] | None:
    """Return the first and last day; a side without a year takes the nearest one that the other allows."""
    if start.has_year:
        first = start.candidates[0]
        last = end.candidates[0] if end.has_year else end.resolve_after(first[0])
    else:
        last = end.resolve(hints.base, is_past=hints.is_past)
        first_or_none = start.resolve_before(last[1]) if last else None
        if first_or_none is None:
            return None
        first = first_or_none
    return (first[0], last[1]) if last and first[0] <= last[1] else None


def _instant(moment: Moment, tz: ZoneInfo) -> datetime:
    return moment if isinstance(moment, datetime) else clock.start_of_day(moment, tz)
