"""From a document to its outline at one length: the contents, their order, and what is left out.

Warnings come directly below the opening numbers, before anything that needs a decision: a reader who stops
there must not mistake a gap for a quiet day. An empty part is omitted together with its heading.
"""

from collections.abc import Iterator

from daybreak import clock
from daybreak.briefs.document.model import Document, Edition, Excluded
from daybreak.briefs.rendering.blocks.changes import change_blocks
from daybreak.briefs.rendering.blocks.claims import prose_block
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.blocks.day import day_blocks
from daybreak.briefs.rendering.blocks.first import first_blocks
from daybreak.briefs.rendering.blocks.projects import project_blocks
from daybreak.briefs.rendering.blocks.week import week_blocks
from daybreak.briefs.rendering.outline import Block, Closing, Outline, OutlineSentence, Prose, Title, Warnings
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording import opening, warnings, weekly
from daybreak.briefs.wording.formatting import clock_time, long_date, plural
from daybreak.people import BriefLength

_MAX_WARNINGS = 3
_EDITIONS = {Edition.STANDARD: "A brief", Edition.WEEKLY: "A weekly brief", Edition.REENGAGEMENT: "A note"}


def build_outline(document: Document, length: BriefLength = BriefLength.STANDARD) -> Outline:
    """Return the blocks of a brief, in reading order."""
    return tuple(_blocks(document, BlockContext(document, length)))


def _blocks(document: Document, context: BlockContext) -> Iterator[Block]:
    yield _title(document)
    yield from _headline(document, context)
    yield from _warnings(document, context)
    yield from first_blocks(context)
    yield from day_blocks(context)
    if context.length is not BriefLength.GLANCE:
        yield from change_blocks(context)
    if document.week:
        yield from week_blocks(document.week, context)
    if context.length is not BriefLength.GLANCE:
        yield from project_blocks(context)
    yield from prose_block(document.tomorrow, context)
    yield _closing(document, context)


def _title(document: Document) -> Title:
    name = one_line(document.user.name) or one_line(document.user.email)
    kind = _EDITIONS[document.edition]
    if document.week:
        return Title(weekly.week_name(document.date), weekly.week_number(document.date))
    return Title(long_date(document.date), f"{kind} for {name}" if name else kind)


def _headline(document: Document, context: BlockContext) -> Iterator[Prose]:
    sentences = tuple(map(context.sentence, document.headline))
    if document.reengagement:
        sentences = (OutlineSentence(text=one_line(document.reengagement.opening)), *sentences)
    elif all(claim.kind != "counts" for claim in document.headline):
        sentences = (OutlineSentence(text=opening.counts(document.counts)), *sentences)
    yield Prose(sentences)


def _warnings(document: Document, context: BlockContext) -> Iterator[Warnings]:
    gaps = document.warnings
    lines = [one_line(": ".join(filter(None, (gap.source, gap.text)))) for gap in gaps]
    if not lines:
        return
    if context.length is BriefLength.GLANCE:
        yield Warnings(f"{warnings.TITLE}: {plural(len(lines), 'warning')}", ())
        return
    if context.length is BriefLength.STANDARD and (more := len(lines) - _MAX_WARNINGS) > 1:
        is_least = not gaps[-1].source
        lines[_MAX_WARNINGS:] = [warnings.shortened(more - is_least, is_least=is_least)]
    yield Warnings(warnings.TITLE, tuple(lines))


def _closing(document: Document, context: BlockContext) -> Closing:
    as_of = document.as_of.astimezone(clock.parse_timezone(document.timezone))
    sources = ", ".join(context.refs.source_names())
    origin = f", from {sources}." if sources else "."
    lines = [f"As of {clock_time(as_of)} ({document.timezone}){origin}"]
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
