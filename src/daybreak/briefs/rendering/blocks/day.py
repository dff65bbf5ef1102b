"""The day as one list: all-day events, then events and the free time between them, by time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daybreak.briefs.document.model import FreeInterval, TimelineEntry
from daybreak.briefs.rendering.blocks.claims import prose_block
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import Block, Heading, ListBlock, ListStyle, OutlineSentence, Part
from daybreak.briefs.wording.formatting import clock_time, duration

_MINUTE = timedelta(minutes=1)
_EN_DASH = "\N{EN DASH}"


def day_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the day by the clock, then its conflicts and whether its work fits."""
    timeline, workload = context.document.timeline, context.document.workload
    if not timeline and not workload.statements:
        return
    yield Heading(2, "Your day", part=Part.DAY)
    if listed := day_sentences(timeline, workload.free_intervals, context):
        yield ListBlock(ListStyle.TIMES, listed)
    yield from prose_block((*workload.statements, *workload.moves), context)


def day_sentences(
    entries: Iterable[TimelineEntry], intervals: Iterable[FreeInterval], context: BlockContext
) -> tuple[OutlineSentence, ...]:
    """Return entries and free intervals in the order of their start; of equal starts the entry first."""
    dated = [
        *((entry.starts, _event_sentence(entry, context)) for entry in entries),
        *((gap.starts, _free_sentence(gap)) for gap in intervals),
    ]
    beginning = datetime.min.replace(tzinfo=UTC)
    dated.sort(key=lambda pair: pair[0].astimezone(UTC) if pair[0] else beginning)
    return tuple(statement for _, statement in dated)


def _event_sentence(entry: TimelineEntry, context: BlockContext) -> OutlineSentence:
    return replace(context.sentence(entry), time=_time_range(entry.starts, entry.ends), source_refs=())


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
