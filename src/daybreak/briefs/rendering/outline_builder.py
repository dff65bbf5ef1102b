"""From a document to its outline: the contents, their order, and the omissions.

Warnings come directly below the opening numbers, before anything that needs a decision: a reader who stops
there must not mistake a gap for a quiet day. An empty part is omitted together with its heading.
"""

from collections.abc import Iterable, Iterator

from daybreak import clock
from daybreak.briefs.document.model import (
    Bucket,
    BucketView,
    Counts,
    Document,
    Edition,
    LeftOut,
    NextAction,
    Section,
    SinceLast,
)
from daybreak.briefs.rendering.claim_blocks import bullets, left_out, prose, statement
from daybreak.briefs.rendering.day_blocks import day_list
from daybreak.briefs.rendering.outline import (
    Aside,
    Block,
    Closing,
    Heading,
    Items,
    Listing,
    Outline,
    Part,
    Prose,
    Statement,
    Title,
    Tone,
    Warnings,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import Places
from daybreak.briefs.rendering.week_blocks import week_blocks
from daybreak.briefs.wording.formatting import clock_time, duration, long_date, plural

_EDITIONS = {Edition.STANDARD: "A brief", Edition.WEEKLY: "A weekly brief", Edition.REENGAGEMENT: "A note"}
_BUCKETS = {
    Bucket.OVERDUE: ("Overdue", Tone.LATE),
    Bucket.DUE_TODAY: ("Due today", Tone.TODAY),
    Bucket.STARTING_TODAY: ("Starting today", Tone.TODAY),
    Bucket.IN_PROGRESS: ("In progress", Tone.PLAIN),
    Bucket.BLOCKED: ("Blocked", Tone.LATE),
    Bucket.UPCOMING: ("In the next 7 days", Tone.PLAIN),
    Bucket.STALE: ("Begun, but untouched for a week", Tone.PLAIN),
    Bucket.RECENTLY_COMPLETED: ("Done in the last 24 hours", Tone.DONE),
    Bucket.UNDATED: ("Without a date", Tone.PLAIN),
}


def outline(document: Document) -> Outline:
    """Return the blocks of a brief, in reading order."""
    return tuple(_blocks(document, Places(document.facts)))


def _blocks(document: Document, places: Places) -> Iterator[Block]:
    yield _title(document)
    yield from _opening(document, places)
    yield from _warnings(document)
    yield from _next_actions(document, places)
    yield from _today(document, places)
    yield from _since_last(document.since_last, places)
    if document.week:
        yield from week_blocks(document.week, places)
    for section in document.sections:
        yield from _section(section, places)
    yield from _further_ahead(document.sections)
    yield _closing(document, places)


def _title(document: Document) -> Title:
    name = one_line(document.user.name) or one_line(document.user.email)
    kind = _EDITIONS[document.edition]
    if document.week:
        kind = f"The week since {long_date(document.week.starts)}"
    return Title(long_date(document.date), f"{kind} for {name}" if name else kind)


def _opening(document: Document, places: Places) -> Iterator[Prose]:
    said = tuple(statement(claim, places) for claim in document.headline)
    if document.absence:
        said = (Statement(text=one_line(document.absence.opening)), *said)
    elif all(claim.kind != "counts" for claim in document.headline):
        said = (Statement(text=_counts(document.counts)), *said)
    yield Prose(said)


def _counts(counts: Counts) -> str:
    return (
        f"{plural(counts.projects, 'project')}: {counts.due_today} due today, {counts.overdue} overdue, "
        f"{counts.upcoming} upcoming, {counts.blocked} blocked, {counts.done} done in the last 24 hours."
    )


def _warnings(document: Document) -> Iterator[Warnings]:
    if document.warnings:
        lines = (one_line(": ".join(filter(None, (gap.source, gap.text)))) for gap in document.warnings)
        yield Warnings("What this brief could not see", tuple(lines))


def _next_actions(document: Document, places: Places) -> Iterator[Block]:
    if not document.next_actions:
        return
    yield Heading(2, "Do first", part=Part.FIRST)
    yield Items(Listing.NUMBERS, tuple(_next_action(action, places) for action in document.next_actions))
    if document.next_actions_left_out:
        verb = "waits" if document.next_actions_left_out == 1 else "wait"
        yield Aside(f"{document.next_actions_left_out} more {verb}")


def _next_action(action: NextAction, places: Places) -> Statement:
    estimate = "" if action.estimate_minutes is None else f"about {duration(action.estimate_minutes)}"
    return Statement(
        text=one_line(action.text),
        remarks=tuple(filter(None, (one_line(action.reason), estimate))),
        facts=action.facts,
        places=places.shown(action.facts),
        origin=places.in_full(action.facts),
    )


def _today(document: Document, places: Places) -> Iterator[Block]:
    if not document.timeline and not document.workload.statements:
        return
    yield Heading(2, "Today", part=Part.DAY)
    if listed := day_list(document.timeline, document.workload.gaps, places):
        yield Items(Listing.TIMES, listed)
    yield from prose(document.workload.statements, places)


def _since_last(since: SinceLast, places: Places) -> Iterator[Block]:
    if not since.entries and not since.left_out:
        return
    title = f"Since your last brief, {long_date(since.date)}" if since.date else "What is new"
    yield Heading(2, title, part=Part.SINCE)
    yield from bullets(since.entries, places)
    yield from left_out(since.left_out)


def _section(section: Section, places: Places) -> Iterator[Block]:
    near = [view for view in section.buckets if view.count and view.bucket is not Bucket.LATER]
    if not (section.statements or section.notes or near):
        return
    remark = "unchanged since the last compose" if section.reused else ""
    yield Heading(2, _name(section), remark=remark, part=Part.PROJECT)
    yield from prose(section.statements, places)
    for view in near:
        yield from _bucket(view, places)
    if section.notes:
        yield Heading(3, "Notes")
        yield from bullets(section.notes, places)


def _bucket(view: BucketView, places: Places) -> Iterator[Block]:
    title, tone = _BUCKETS[view.bucket]
    yield Heading(3, title, count=view.count, tone=tone)
    yield from bullets(view.entries, places)
    yield from left_out(view.count - len(view.entries))


def _further_ahead(sections: Iterable[Section]) -> Iterator[Block]:
    counted = [
        Statement(text=f"{_name(section)}: {plural(view.count, 'task')}")
        for section in sections
        for view in section.buckets
        if view.bucket is Bucket.LATER and view.count
    ]
    if counted:
        yield Heading(2, "Further ahead", part=Part.AHEAD)
        yield Items(Listing.BULLETS, tuple(counted))


def _name(section: Section) -> str:
    return "Without a project" if section.project is None else one_line(section.project)


def _closing(document: Document, places: Places) -> Closing:
    as_of = document.as_of.astimezone(clock.zone(document.timezone))
    sources = ", ".join(places.sources())
    told = f", from {sources}." if sources else "."
    lines = [f"As of {long_date(as_of)} at {clock_time(as_of)}, {document.timezone} time{told}"]
    if document.left_out:
        lines.append(_left_out_by_choice(document.left_out))
    if document.absence:
        lines.append(one_line(document.absence.closing))
    return Closing(" ".join(lines))


def _left_out_by_choice(left: LeftOut) -> str:
    things = [
        plural(left.projects, "project") if left.projects else "",
        f"{plural(left.tasks, 'task')} without a project" if left.tasks else "",
    ]
    return f"{' and '.join(filter(None, things))} left out, as you chose."
