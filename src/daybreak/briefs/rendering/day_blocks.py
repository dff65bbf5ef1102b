"""The day as one list: all-day events, then events and the free time between them, by time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from daybreak.briefs.document.model import FreeInterval, TimelineEntry
from daybreak.briefs.rendering.outline import OutlineSentence
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import SourceRefs
from daybreak.briefs.wording.formatting import clock_time, duration

_MINUTE = timedelta(minutes=1)
_EN_DASH = "\N{EN DASH}"


def day_sentences(
    entries: Iterable[TimelineEntry], intervals: Iterable[FreeInterval], refs: SourceRefs
) -> tuple[OutlineSentence, ...]:
    """Return entries and free intervals in the order of their start; of equal starts the entry first."""
    dated = [
        *((entry.starts, _event_sentence(entry, refs)) for entry in entries),
        *((gap.starts, _free_sentence(gap)) for gap in intervals),
    ]
    beginning = datetime.min.replace(tzinfo=UTC)
    dated.sort(key=lambda pair: pair[0].astimezone(UTC) if pair[0] else beginning)
    return tuple(statement for _, statement in dated)


def _event_sentence(entry: TimelineEntry, refs: SourceRefs) -> OutlineSentence:
    return OutlineSentence(
        text=one_line(entry.text),
        time=_time_range(entry.starts, entry.ends),
        facts=entry.facts,
        source_refs=refs.shorten(entry.facts),
        source_details=refs.format_full(entry.facts),
    )


def _free_sentence(interval: FreeInterval) -> OutlineSentence:
    return OutlineSentence(
        text=f"free, {duration(interval.minutes)}",
        time=_time_range(interval.starts, interval.ends),
        muted=True,
    )


def _time_range(starts: datetime | None, ends: datetime | None) -> str:
    """Return a time range; where the clock repeats or skips an hour, the duration is added."""
    if starts is None:
        return "All day"
    if ends is None or starts.astimezone(UTC) == ends.astimezone(UTC):
        return clock_time(starts)
    until = "24:00" if ends.date() > starts.date() and ends.hour == ends.minute == 0 else clock_time(ends)
    shown = f"{clock_time(starts)}{_EN_DASH}{until}"
    if starts.utcoffset() == ends.utcoffset():
        return shown
    return f"{shown} ({duration((ends.astimezone(UTC) - starts.astimezone(UTC)) // _MINUTE)})"
