"""From a document to its outline: the contents, their order, and the omissions.

Warnings come directly below the opening numbers, before anything that needs a decision: a reader who stops
there must not mistake a gap for a quiet day. An empty part is omitted together with its heading.
"""

from collections.abc import Iterable, Iterator

from daybreak import clock
from daybreak.briefs.document.model import (
    Bucket,
    BucketEntries,
    Counts,
    Document,
    Edition,
    Excluded,
    NextAction,
    Section,
    SinceLast,
)
from daybreak.briefs.rendering.claim_blocks import bullet_list, omitted_remark, outline_sentence, prose_block
from daybreak.briefs.rendering.day_blocks import day_sentences
from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    Outline,
    OutlineSentence,
    Part,
    Prose,
    Remark,
    Title,
    Tone,
    Warnings,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import SourceRefs
from daybreak.briefs.rendering.week_blocks import week_blocks
from daybreak.briefs.wording.formatting import clock_time, duration, long_date, plural

_EDITIONS = {Edition.STANDARD: "A brief", Edition.WEEKLY: "A weekly brief", Edition.REENGAGEMENT: "A note"}
_BUCKETS = {
    Bucket.OVERDUE: ("Overdue", Tone.LATE),
    Bucket.DUE_TODAY: ("Due today", Tone.TODAY),
    Bucket.STARTING_TODAY: ("To start", Tone.TODAY),
    Bucket.IN_PROGRESS: ("In progress", Tone.PLAIN),
    Bucket.BLOCKED: ("Blocked", Tone.LATE),
    Bucket.UPCOMING: ("In the next 7 days", Tone.PLAIN),
    Bucket.STALE: ("Begun, but untouched for a week", Tone.PLAIN),
    Bucket.RECENTLY_COMPLETED: ("Done in the last 24 hours", Tone.DONE),
    Bucket.UNDATED: ("Without a date", Tone.PLAIN),
}


def build_outline(document: Document) -> Outline:
    """Return the blocks of a brief, in reading order."""
    return tuple(_blocks(document, SourceRefs(document.facts)))


def _blocks(document: Document, refs: SourceRefs) -> Iterator[Block]:
    yield _title(document)
    yield from _headline(document, refs)
    yield from _warnings(document)
    yield from _next_actions(document, refs)
    yield from _today(document, refs)
    yield from _changes(document.since_last, refs)
    if document.week:
        yield from week_blocks(document.week, refs)
    for section in document.sections:
        yield from _section(section, refs)
    yield from _further_ahead(document.sections)
    yield _closing(document, refs)


def _title(document: Document) -> Title:
    name = one_line(document.user.name) or one_line(document.user.email)
    kind = _EDITIONS[document.edition]
    if document.week:
        kind = f"The week since {long_date(document.week.starts)}"
    return Title(long_date(document.date), f"{kind} for {name}" if name else kind)


def _headline(document: Document, refs: SourceRefs) -> Iterator[Prose]:
    sentences = tuple(outline_sentence(claim, refs) for claim in document.headline)
    if document.reengagement:
        sentences = (OutlineSentence(text=one_line(document.reengagement.opening)), *sentences)
    elif all(claim.kind != "counts" for claim in document.headline):
        sentences = (OutlineSentence(text=_counts(document.counts)), *sentences)
    yield Prose(sentences)


def _counts(counts: Counts) -> str:
    return (
        f"{plural(counts.projects, 'project')}: {counts.due_today} due today, {counts.overdue} overdue, "
        f"{counts.upcoming} upcoming, {counts.blocked} blocked, {counts.done} done in the last 24 hours."
    )


def _warnings(document: Document) -> Iterator[Warnings]:
    if document.warnings:
        lines = (one_line(": ".join(filter(None, (gap.source, gap.text)))) for gap in document.warnings)
        yield Warnings("What this brief could not see", tuple(lines))


def _next_actions(document: Document, refs: SourceRefs) -> Iterator[Block]:
    if not document.next_actions:
        return
    yield Heading(2, "Do first", part=Part.FIRST)
    yield ListBlock(ListStyle.NUMBERS, tuple(_next_action(action, refs) for action in document.next_actions))
    if document.next_actions_omitted:
        verb = "waits" if document.next_actions_omitted == 1 else "wait"
        yield Remark(f"{document.next_actions_omitted} more {verb}")


def _next_action(action: NextAction, refs: SourceRefs) -> OutlineSentence:
    estimate = "" if action.estimate_minutes is None else f"about {duration(action.estimate_minutes)}"
    return OutlineSentence(
        text=one_line(action.text),
        remarks=tuple(filter(None, (one_line(action.reason), estimate))),
        facts=action.facts,
        source_refs=refs.shorten(action.facts),
        source_details=refs.format_full(action.facts),
    )


def _today(document: Document, refs: SourceRefs) -> Iterator[Block]:
    if not document.timeline and not document.workload.statements:
        return
    yield Heading(2, "Today", part=Part.DAY)
    if listed := day_sentences(document.timeline, document.workload.free_intervals, refs):
        yield ListBlock(ListStyle.TIMES, listed)
    yield from prose_block(document.workload.statements, refs)


def _changes(since: SinceLast, refs: SourceRefs) -> Iterator[Block]:
    if not since.entries and not since.omitted:
        return
    title = f"Since your last brief, {long_date(since.date)}" if since.date else "What is new"
    yield Heading(2, title, part=Part.SINCE)
    yield from bullet_list(since.entries, refs)
    yield from omitted_remark(since.omitted)


def _section(section: Section, refs: SourceRefs) -> Iterator[Block]:
    near = [view for view in section.buckets if view.count and view.bucket is not Bucket.LATER]
    if not (section.statements or section.notes or section.waiting or near):
        return
    remark = "unchanged since the last compose" if section.reused else ""
    yield Heading(2, _section_name(section), remark=remark, part=Part.PROJECT)
    yield from prose_block(section.statements, refs)
    for view in near:
        yield from _bucket(view, refs)
    yield from prose_block(section.waiting, refs)
    if section.notes:
        yield Heading(3, "Notes")
        yield from bullet_list(section.notes, refs)


def _bucket(view: BucketEntries, refs: SourceRefs) -> Iterator[Block]:
    title, tone = _BUCKETS[view.bucket]
    yield Heading(3, title, count=view.count, tone=tone)
    yield from bullet_list(view.entries, refs)
    yield from omitted_remark(view.count - len(view.entries))


def _further_ahead(sections: Iterable[Section]) -> Iterator[Block]:
    counted = [
        OutlineSentence(text=f"{_section_name(section)}: {plural(view.count, 'task')}")
        for section in sections
        for view in section.buckets
        if view.bucket is Bucket.LATER and view.count
    ]
    if counted:
        yield Heading(2, "Further ahead", part=Part.AHEAD)
        yield ListBlock(ListStyle.BULLETS, tuple(counted))


def _section_name(section: Section) -> str:
    return "Without a project" if section.project is None else one_line(section.project)


def _closing(document: Document, refs: SourceRefs) -> Closing:
    as_of = document.as_of.astimezone(clock.parse_timezone(document.timezone))
    sources = ", ".join(refs.source_names())
    origin = f", from {sources}." if sources else "."
    lines = [f"As of {long_date(as_of)} at {clock_time(as_of)}, {document.timezone} time{origin}"]
    if document.excluded:
        lines.append(_excluded_note(document.excluded))
    if document.reengagement:
        lines.append(one_line(document.reengagement.closing))
    return Closing(" ".join(lines))


def _excluded_note(excluded: Excluded) -> str:
    things = [
        plural(excluded.projects, "project") if excluded.projects else "",
        f"{plural(excluded.tasks, 'task')} without a project" if excluded.tasks else "",
    ]
    return f"{' and '.join(filter(None, things))} left out, as you chose."
