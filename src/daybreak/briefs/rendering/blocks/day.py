"""The day as one list: all-day events, then events, free time and lunch, by time."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from daybreak import clock
from daybreak.briefs.document.model import FreeInterval, MeetingContext, TimelineEntry
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import (
    Block,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Part,
    Prose,
)
from daybreak.briefs.wording import calendar, meetings
from daybreak.briefs.wording.formatting import clock_time, duration

_MINUTE = timedelta(minutes=1)
_EN_DASH = "\N{EN DASH}"


def day_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the day by the clock, then whether its work fits, and what to snooze if not."""
    workload = context.document.workload
    rows = list(_rows(context))
    statements = [one for one in workload.statements if one.kind != "conflict"]
    if not rows and not statements:
        return
    yield Heading(2, calendar.day_heading(_free_minutes(context)), part=Part.DAY)
    if rows:
        yield ListBlock(ListStyle.TIMES, tuple(rows))
    said = (*statements, *workload.moves)
    if said:
        yield Prose(tuple(context.line(claim.kind, claim.text, claim.facts) for claim in said))


def _free_minutes(context: BlockContext) -> int | None:
    """Return the free time that the heading states; None on a day off and after the working hours."""
    workload = context.document.workload
    return workload.free_minutes if workload.free_intervals else None


class _Row(NamedTuple):
    """A row of the day, and the instants by which the rows are sorted."""

    starts: datetime
    ends: datetime
    order: int
    sentences: tuple[OutlineSentence, ...]


def _rows(context: BlockContext) -> Iterator[OutlineSentence]:
    """Yield all rows; without events at a time, the free time is in the heading alone."""
    yield from _all_day(context)
    timed = [entry for entry in context.document.timeline if entry.starts is not None]
    if timed:
        yield from _timed_rows(timed, context)


def _all_day(context: BlockContext) -> Iterator[OutlineSentence]:
    """Yield the all-day events as one row."""
    entries = [entry for entry in context.document.timeline if entry.starts is None]
    if entries:
        facts = tuple(fact for entry in entries for fact in entry.facts)
        line = context.line("event", "; ".join(entry.text for entry in entries), facts)
        yield replace(line, time="All day")


def _timed_rows(entries: Sequence[TimelineEntry], context: BlockContext) -> Iterator[OutlineSentence]:
    workload, overlaps = context.document.workload, _overlaps(context)
    rows = [
        *_event_rows(entries, overlaps, context),
        *_gap_rows(workload.free_intervals, workload.lunch),
    ]
    rows += _now_row(rows, context)
    for row in sorted(rows, key=lambda one: (one.starts, one.order)):
        yield from row.sentences


def _event_rows(
    entries: Sequence[TimelineEntry],
    overlaps: Mapping[tuple[str, ...], "_Overlap"],
    context: BlockContext,
) -> Iterator[_Row]:
    """Yield the events, each with its context below; that of a project appears once, at a meeting ahead."""
    told: set[str] = set()
    for entry in entries:
        if entry.starts is None or entry.ends is None:
            continue
        sentences = [_event_sentence(entry, overlaps.get(entry.facts), context)]
        if entry.context is not None and not _is_over(entry.starts, entry.ends, context.document.as_of):
            sentences += _context_sentence(entry.context, told, context)
            told.add(entry.context.project)
        yield _Row(entry.starts.astimezone(UTC), entry.ends.astimezone(UTC), 1, tuple(sentences))


def _event_sentence(
    entry: TimelineEntry, overlap: "_Overlap | None", context: BlockContext
) -> OutlineSentence:
    text, facts = entry.text, entry.facts
    if overlap is not None:
        text, facts = f"{text}, {overlap.text}", (*facts, overlap.fact)
    line = context.line(entry.kind, text, facts)
    return replace(
        line,
        time=_time_range(entry.starts, entry.ends),
        muted=_is_over(entry.starts, entry.ends, context.document.as_of),
    )


def _context_sentence(
    meeting: MeetingContext, told: Container[str], context: BlockContext
) -> Iterator[OutlineSentence]:
    """Yield what a meeting's project has open: tasks that are named above are only counted.

    At a later meeting of the same project, only the tasks that its title names are new.
    """
    tasks, note_ids = meeting.tasks, [meeting.note] if meeting.note else []
    if meeting.project and meeting.project in told:
        named = {one for fact in context.facts(meeting.facts) if fact.kind == "edge" for one in fact.of}
        tasks, note_ids = tuple(one for one in tasks if one in named), []
    fresh = context.naming.unnamed(tasks)
    note = next(iter(context.facts(note_ids)), None)
    if not fresh and note is None:
        return
    above = len(tasks) - len(fresh)
    known = meetings.MeetingFacts(meeting.project, context.facts(fresh), meeting.is_person, note, above)
    line = meetings.context(known, context.tense)
    context.naming.name(*fresh[: line.named])
    yield context.line(meeting.kind, line.text, meeting.facts)


class _Overlap(NamedTuple):
    """The words about the overlap of an event with an earlier one, and the id of its fact."""

    text: str
    fact: str


def _overlaps(context: BlockContext) -> Mapping[tuple[str, ...], _Overlap]:
    """Return the overlap of each event that begins before an earlier one has ended."""
    by_fact = {fact: entry for entry in context.document.timeline for fact in entry.facts[:1]}
    earlier: dict[str, list[str]] = defaultdict(list)
    for claim in context.document.workload.statements:
        if claim.kind == "conflict" and all(fact in by_fact for fact in claim.facts):
            earlier[claim.facts[1]].append(claim.facts[0])
    return {
        by_fact[fact].facts: _overlap(by_fact[fact], [by_fact[one] for one in others], context)
        for fact, others in earlier.items()
    }


def _overlap(entry: TimelineEntry, others: Sequence[TimelineEntry], context: BlockContext) -> _Overlap:
    ends = {one.facts[0]: min(filter(None, (one.ends, entry.ends))) for one in others if one.ends}
    last = max(ends, key=lambda fact: ends[fact])
    title = context.document.facts[last].title
    return _Overlap(calendar.overlaps(title, ends[last], len(others) - 1), last)


def _gap_rows(free: Iterable[FreeInterval], lunch: FreeInterval | None) -> Iterator[_Row]:
    """Yield the free time between events, one row for each stretch; lunch is named inside of its stretch."""
    gaps = sorted((*free, *([lunch] if lunch else ())), key=lambda gap: gap.starts)
    while gaps:
        stretch = [gaps.pop(0)]
        while gaps and gaps[0].starts == stretch[-1].ends:
            stretch.append(gaps.pop(0))
        starts, ends = stretch[0].starts, stretch[-1].ends
        text = "free"
        if lunch is not None and lunch in stretch:
            text = f"free, lunch {_time_range(lunch.starts, lunch.ends)}" if len(stretch) > 1 else "lunch"
        sentence = OutlineSentence(text=text, time=_time_range(starts, ends), muted=True)
        yield _Row(starts.astimezone(UTC), ends.astimezone(UTC), 2, (sentence,))


def _now_row(rows: Sequence[_Row], context: BlockContext) -> list[_Row]:
    """Return the row of the present, if it lies between rows: in the morning all of them are ahead."""
    document = context.document
    now = document.as_of.astimezone(UTC)
    local = document.as_of.astimezone(clock.parse_timezone(document.timezone))
    has_begun = any(row.starts < now for row in rows) and any(row.ends > now for row in rows)
    if not has_begun:
        return []
    return [_Row(now, now, 0, (OutlineSentence(text="now", time=clock_time(local)),))]


def _is_over(starts: datetime | None, ends: datetime | None, as_of: datetime) -> bool:
    return starts is not None and ends is not None and ends <= as_of and starts < as_of


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
