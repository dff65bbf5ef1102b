"""From a document to its outline at one length: the contents, their order, and what each length omits.

Warnings come directly below the opening numbers, before anything that needs a decision: a reader who stops
there must not mistake a gap for a quiet day. An empty part is omitted together with its heading.
"""

from collections.abc import Iterator

from daybreak import clock
from daybreak.briefs.document.model import Document, Excluded
from daybreak.briefs.rendering.blocks.changes import change_blocks
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.blocks.day import day_blocks
from daybreak.briefs.rendering.blocks.first import first_blocks
from daybreak.briefs.rendering.blocks.glance import (
    glance_blocks,
    glance_closing,
    glance_opening,
    glance_warnings,
)
from daybreak.briefs.rendering.blocks.projects import project_blocks
from daybreak.briefs.rendering.blocks.week import week_blocks
from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    Outline,
    OutlineSentence,
    Part,
    Prose,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording import headline as wording
from daybreak.briefs.wording import warnings, weekly
from daybreak.briefs.wording.formatting import clock_time, long_date, plural
from daybreak.people import BriefLength

_MAX_WARNINGS = 3


def build_outline(document: Document, length: BriefLength = BriefLength.STANDARD) -> Outline:
    """Return the blocks of a brief, in reading order."""
    return tuple(_blocks(document, BlockContext(document, length)))


def _blocks(document: Document, context: BlockContext) -> Iterator[Block]:
    yield _title(document, context.length)
    headline = _headline(document, context)
    if context.length is BriefLength.GLANCE:
        yield from _glance(document, headline, context)
        return
    if headline:
        yield Prose(headline)
    yield from _warnings(document, context)
    yield from first_blocks(context)
    yield from day_blocks(context)
    yield from change_blocks(context)
    if document.week:
        yield from week_blocks(document.week, context)
    yield from project_blocks(context)
    yield from _tomorrow(document, context)
    yield _closing(document, context)


def _glance(
    document: Document, headline: tuple[OutlineSentence, ...], context: BlockContext
) -> Iterator[Block]:
    note = document.reengagement
    yield from glance_opening(headline, most_lines=1 if note else 2)
    yield from glance_warnings(len(document.warnings))
    yield from week_blocks(document.week, context) if document.week else glance_blocks(context)
    if note:
        yield from glance_closing(note.closing)


def _title(document: Document, length: BriefLength) -> Title:
    if document.week:
        number = "" if length is BriefLength.GLANCE else weekly.week_number(document.date)
        return Title(weekly.week_name(document.date), number)
    return Title(long_date(document.date), "")


def _headline(document: Document, context: BlockContext) -> tuple[OutlineSentence, ...]:
    sentences = tuple(map(context.sentence, document.headline))
    if document.reengagement:
        return (OutlineSentence(text=one_line(document.reengagement.opening)), *sentences)
    if not sentences:
        return (OutlineSentence(text=wording.counts(document.counts) or wording.NOTHING_DUE),)
    return sentences


def _tomorrow(document: Document, context: BlockContext) -> Iterator[Block]:
    if document.tomorrow:
        yield Heading(2, wording.TOMORROW, part=Part.AHEAD)
        yield Prose(
            tuple(
                context.line(claim.kind, wording.below_tomorrow(claim.text), claim.facts)
                for claim in document.tomorrow
            )
        )


def _warnings(document: Document, context: BlockContext) -> Iterator[Warnings]:
    gaps = document.warnings
    lines = [one_line(": ".join(filter(None, (gap.source, gap.text)))) for gap in gaps]
    if not lines:
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
