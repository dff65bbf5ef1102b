"""The day as one list: all-day events, then events and the free time between them, by time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from daybreak.briefs.document.model import Gap, TimelineEntry
from daybreak.briefs.rendering.outline import Statement
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import Places
from daybreak.briefs.wording.formatting import clock_time, duration

_MINUTE = timedelta(minutes=1)
_UNTIL = "\N{EN DASH}"


def day_list(entries: Iterable[TimelineEntry], gaps: Iterable[Gap], places: Places) -> tuple[Statement, ...]:
    """Return entries and free intervals in the order of their start; of equal starts the entry first."""
    dated = [
        *((entry.starts, _event(entry, places)) for entry in entries),
        *((gap.starts, _free(gap)) for gap in gaps),
    ]
    beginning = datetime.min.replace(tzinfo=UTC)
    dated.sort(key=lambda pair: pair[0].astimezone(UTC) if pair[0] else beginning)
    return tuple(statement for _, statement in dated)


def _event(entry: TimelineEntry, places: Places) -> Statement:
    return Statement(
        text=one_line(entry.text),
        time=_span(entry.starts, entry.ends),
        facts=entry.facts,
        places=places.shown(entry.facts),
        origin=places.in_full(entry.facts),
    )


def _free(gap: Gap) -> Statement:
    return Statement(text=f"free, {duration(gap.minutes)}", time=_span(gap.starts, gap.ends), muted=True)


def _span(starts: datetime | None, ends: datetime | None) -> str:
    """Return a time range; where the clock repeats or skips an hour, the duration is added."""
    if starts is None:
        return "All day"
    if ends is None or starts.astimezone(UTC) == ends.astimezone(UTC):
        return clock_time(starts)
    until = "24:00" if ends.date() > starts.date() and ends.hour == ends.minute == 0 else clock_time(ends)
    shown = f"{clock_time(starts)}{_UNTIL}{until}"
    if starts.utcoffset() == ends.utcoffset():
        return shown
    return f"{shown} ({duration((ends.astimezone(UTC) - starts.astimezone(UTC)) // _MINUTE)})"
