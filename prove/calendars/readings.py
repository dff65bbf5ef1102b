"""The occurrences of one calendar as Daybreak reads them, and as the peer recurring-ical-events does."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

from daybreak.agenda.importers.icalendar import ICalendarImporter
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile

Moment = date | datetime
Occurrences = Counter[str]
_STARTS = re.compile(rb"^(?:DTSTART|RDATE|RECURRENCE-ID)\b[^\r\n]*?[:,](\d{4})\d{4}", re.MULTILINE)
_ZONE = re.compile(rb"BEGIN:VTIMEZONE\b.*?END:VTIMEZONE\b", re.DOTALL)
_MARGIN = timedelta(days=3)
# A calendar with starts in more years is compared in its first and its last ones.
_MOST_YEARS = 8
_YEARS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Whole years in which a calendar is expanded; ``until`` is exclusive."""

    year: int
    until: int

    @property
    def begin(self) -> date:
        """The first day of the expansion, some days before the years."""
        return date(self.year, 1, 1) - _MARGIN

    @property
    def end(self) -> date:
        """The day on which the expansion ends, some days after the years."""
        return date(self.until, 1, 1) + _MARGIN


@dataclass(frozen=True, slots=True)
class Difference:
    """The occurrences that only one of the two has; ``refusal`` is the peer's error for the whole file."""

    ours: tuple[str, ...] = ()
    peer: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: str | None = None
    compared: int = field(default=0, compare=False)

    def __bool__(self) -> bool:
        """Whether the two differ."""
        return bool(self.ours or self.peer or self.refusal)


def compare(content: bytes) -> Difference:
    """Return how the two readings of a calendar differ."""
    spans = list_spans(content)
    ours: Occurrences = Counter()
    told: dict[str, None] = {}
    for span in spans:
        found = _read_ours(content, span)
        told |= dict.fromkeys(warning.message for warning in found.warnings)
        ours += Counter(_select(_iter_ours(found), span))
    peer: Occurrences = Counter()
    refusal = None
    try:
        peer += Counter(_read_peer(content, spans))
    except Exception as error:  # noqa: BLE001 - the peer's errors are of any class
        refusal = type(error).__name__
    return Difference(
        ours=tuple(sorted((ours - peer).elements())),
        peer=tuple(sorted((peer - ours).elements())),
        warnings=tuple(told),
        refusal=refusal,
        compared=(ours & peer).total(),
    )


def list_spans(content: bytes) -> list[Span]:
    """Return the years in which the calendar is compared: those of its starts, and the one after them."""
    written = {int(year) for year in _STARTS.findall(_ZONE.sub(b"", content))} - {0, 1, 9998, 9999}
    last = max(written, default=2025)
    years = sorted({*written, last, last + 1})
    half = _MOST_YEARS // 2
    spans: list[Span] = []
    for year in years if len(years) <= _MOST_YEARS else years[:half] + years[-half:]:
        if spans and spans[-1].until == year and year - spans[-1].year < _YEARS_AT_ONCE:
            spans[-1] = Span(spans[-1].year, year + 1)
        else:
            spans.append(Span(year, year + 1))
    return spans


def _read_ours(content: bytes, span: Span) -> ParsedFile:
    file = SourceFile("peer.ics", content, datetime(2026, 1, 1, tzinfo=UTC))
    return ICalendarImporter().read(file, ImportContext(ZoneInfo("UTC"), span.begin, span.begin, span.end))


def _iter_ours(parsed: ParsedFile) -> Iterator[tuple[str, Moment, Moment]]:
    for part in (parsed, *parsed.messages):
        for event in part.events:
            yield "" if event.title == "(no title)" else event.title, event.start, event.end


def _read_peer(content: bytes, spans: list[Span]) -> list[str]:
    tzp.use_default()  # its cache would carry a VTIMEZONE into the next calendar
    found: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for calendar in icalendar.Calendar.from_ical(content, multiple=True):
            query = recurring_ical_events.of(calendar, skip_bad_series=True)
            for span in spans:
                found += _select(_iter_peer(query.between(span.begin, span.end)), span)
    return found


def _iter_peer(events: Iterable[Any]) -> Iterator[tuple[str, Moment, Moment]]:
    for event in events:
        start = event["DTSTART"].dt
        until = event["DTEND"].dt if "DTEND" in event else start
        yield str(event.get("SUMMARY", "")), start, until


def _select(occurrences: Iterable[tuple[str, Moment, Moment]], span: Span) -> Iterator[str]:
    """Yield the occurrences that start in these years, with times in UTC if they are instants."""
    for title, start, end in occurrences:
        if span.year <= _as_utc(start).year < span.until:
            yield f"{_write(start)}/{_write(end)} {' '.join(title.split())}".strip()


def _as_utc(moment: Moment) -> Moment:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return moment


def _write(moment: Moment) -> str:
    at = _as_utc(moment)
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    return f"{at:%Y%m%dT%H%M%S}{'' if at.tzinfo is None else 'Z'}"
