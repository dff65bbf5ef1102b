"""The fields of a file that are for dates: what they count from, and those that could not be read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from daybreak.agenda.importers.parsing.dates import parse_moment
from daybreak.agenda.importers.parsing.text import quote_value
from daybreak.agenda.model import Moment
from daybreak.agenda.parsed import ImportContext, SourceFile

if TYPE_CHECKING:
    from daybreak.agenda.importers.parsing.written_dates import WrittenDate

_EARLIEST_MODIFICATION = 1990
_TABLE_SUFFIXES = (".csv", ".tsv")
# The names of fields for what has happened, and for when something starts, of all formats.
_PAST_LABELS = {"completion", "change", "created", "modified", "updated", "completed", "closed", "entry"}
_START_LABELS = {"start", "scheduled", "wait"}
_WORD = re.compile(r"\S+")
_MAX_WORDS = 7
# What people and programs write into a cell that has no date.
_NO_DATE = {
    "?",
    "tbd",
    "tba",
    "n.a.",
    "k.a.",
    "-",
    "--",
    "\u2013",
    "—",
    "n/a",
    "none",
    "null",
    "nil",
    "no date",
    "0000-00-00",
}
_MAX_EXAMPLES = 3
_FAULTS_OF_ONE = {
    "invalid": "is not a valid date; write it like 2026-03-29.",
    "ambiguous": "could be two different days; write it like 2026-03-29.",
    "recurrence": "recurs in a way that Daybreak cannot work out; write the next date like 2026-03-29.",
}
_FAULTS_OF_MANY = {
    "invalid": "are not valid dates; write them like 2026-03-29.",
    "ambiguous": "could each be two different days; write them like 2026-03-29.",
    "recurrence": "recur in ways that Daybreak cannot work out; write their next dates like 2026-03-29.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDate:
    """What a field for a date states.

    Attributes:
        moment: the day or time; of a range or a period the last one.
        start: the first one of a range or a period.
        recurrence: the text of the field, if it names a recurrence.
    """

    moment: Moment | None = None
    start: Moment | None = None
    recurrence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateStyle:
    """What is known of how the dates of a field are written.

    Attributes:
        day_first: whether “03/04/2026” is in April; None if that is unknown.
        language: the language of the text, such as “de”; None if it may be any.
        tz: the zone of times without one; None for that of the user.
        written_on: the day on which the field was written, if its entry has one.
    """

    day_first: bool | None = None
    language: str | None = None
    tz: ZoneInfo | None = None
    written_on: date | None = None


class DateFields:
    """A reader of the fields for dates of one file.

    Dates without a year and relative dates count from the day on which the file was last modified, so that
    “tomorrow” means the same day whenever the file is read. Numbers of tables may be serial numbers of days.
    """

    def __init__(self, file: SourceFile, context: ImportContext) -> None:
        self._tz = context.tz
        modified_on = file.modified_at.astimezone(context.tz).date()
        is_plausible = modified_on.year >= _EARLIEST_MODIFICATION and modified_on <= context.today
        self._base = modified_on if is_plausible else context.today
        self._has_serials = file.path.lower().endswith(_TABLE_SUFFIXES)
        self._unread: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def read(self, text: str, line: int, label: str, style: DateStyle) -> FieldDate:
        """Return what a field states; record it as unread if it states no date, or several."""
        if moment := parse_moment(text, style.tz or self._tz, day_first=style.day_first):
            return FieldDate(moment=moment)
        if text.strip().casefold() in _NO_DATE:
            return FieldDate()
        from daybreak.agenda.importers.parsing.written_dates import is_written_recurrence  # noqa: PLC0415  rare

        readings = self._list_readings(text, label, style)
        if len(readings) == 1:
            (found,) = readings
            recurrence = text.strip() if found.is_recurring else None
            return FieldDate(moment=found.end, start=found.start, recurrence=recurrence)
        is_recurrence = is_written_recurrence(text)
        fault = "recurrence" if is_recurrence else "ambiguous" if readings else "invalid"
        self._unread.setdefault((label, fault), []).append((line, text))
        return FieldDate(recurrence=text.strip() if is_recurrence else None)

    def measure_date(self, text: str) -> int:
        """Return the length of the date with which a text begins; 0 if it begins with none.

        The date has to end the text, or precede a sign: one that other words follow may be part of a title.
        """
        ends = [match.end() for match in islice(_WORD.finditer(text), _MAX_WORDS)]
        for end in reversed(ends):
            following = text[end:].lstrip()[:1]
            if not following.isalnum() and len(self._list_readings(text[:end], "", DateStyle())) == 1:
                return end
        return 0

    def _list_readings(self, text: str, label: str, style: DateStyle) -> "frozenset[WrittenDate]":
        from daybreak.agenda.importers.parsing.written_dates import DateHints, list_readings  # noqa: PLC0415

        hints = DateHints(
            tz=style.tz or self._tz,
            base=style.written_on or self._base,
            day_first=style.day_first,
            language=style.language,
            has_serials=self._has_serials,
            is_past=_field_name(label) in _PAST_LABELS,
        )
        return list_readings(text, hints)

    def list_warnings(self) -> Iterator[tuple[str, int, int]]:
        """Yield the warnings, as message, line and number of fields.

        Different values of one kind of field with one fault are one warning; equal ones have equal messages.
        """
        for (label, fault), unread in self._unread.items():
            values = {quote_value(text): line for line, text in reversed(unread)}
            if len(values) == 1:
                message = f"The {label} {next(iter(values))} {_FAULTS_OF_ONE[fault]}"
                yield from ((message, line, 1) for line, _ in unread)
            else:
                yield _describe(label, fault, values), unread[0][0], len(unread)
        self._unread.clear()


def is_start(label: str) -> bool:
    """Return whether a field states when something starts, so that of a range the first day counts."""
    return _field_name(label) in _START_LABELS


def _field_name(label: str) -> str:
    return label.removesuffix("date").strip("“” ").casefold()


def _describe(label: str, fault: str, lines: Mapping[str, int]) -> str:
    shown = [f"{value} (line {line})" for value, line in sorted(lines.items(), key=_by_line)[:_MAX_EXAMPLES]]
    rest = len(lines) - len(shown)
    *first, last = [*shown, *([f"{rest:,} more"] if rest else [])]
    return f"The {label}s {', '.join(first)} and {last} {_FAULTS_OF_MANY[fault]}"


def _by_line(value_and_line: tuple[str, int]) -> int:
    return value_and_line[1]
