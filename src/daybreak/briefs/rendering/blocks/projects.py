"""The projects as blocks of an outline: at standard length what matters now, at full length every task."""

from collections.abc import Iterator, Mapping, Sequence

from daybreak.briefs.document.model import Bucket, BucketEntries, Section
from daybreak.briefs.rendering.blocks.claims import claim_list, prose_block
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import (
    Block,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Part,
    Remark,
    Tone,
)
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording import project_lines
from daybreak.briefs.wording.entries import entry_text
from daybreak.people import BriefLength

_HEADINGS = {
    Bucket.OVERDUE: ("Overdue", Tone.LATE),
    Bucket.DUE_TODAY: ("Due today", Tone.TODAY),
    Bucket.STARTING_TODAY: ("To start", Tone.TODAY),
    Bucket.IN_PROGRESS: ("In progress", Tone.PLAIN),
    Bucket.BLOCKED: ("Blocked", Tone.LATE),
    Bucket.UPCOMING: ("Next 7 days", Tone.PLAIN),
    Bucket.STALE: ("In progress, no change for a week", Tone.PLAIN),
    Bucket.RECENTLY_COMPLETED: ("Done in the last 24 hours", Tone.DONE),
    Bucket.UNDATED: ("No date", Tone.PLAIN),
    Bucket.LATER: ("Later", Tone.PLAIN),
}
_NAMED_IN_STANDARD: Mapping[Bucket, int] = {
    Bucket.OVERDUE: 2,
    Bucket.DUE_TODAY: 5,
    Bucket.STARTING_TODAY: 3,
}


def project_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the projects; those without anything that matters now are one line at the end."""
    if context.length is BriefLength.FULL:
        for section in context.document.sections:
            yield from _full(section, context)
        return
    quiet = []
    for section in context.document.sections:
        lines = tuple(_standard_lines(section, context))
        if lines:
            yield Heading(2, _name(section), part=Part.PROJECT)
            yield ListBlock(ListStyle.LINES, lines)
        elif not any(view.bucket in _NAMED_IN_STANDARD for view in section.buckets):
            quiet.append(section)
    yield from _quiet(quiet, context)


def _quiet(sections: Sequence[Section], context: BlockContext) -> Iterator[Block]:
    if sections:
        names = [_name(section) for section in sections]
        yield Heading(2, "Other projects", part=Part.PROJECT)
        views = [view for section in sections for view in section.buckets]
        facts = tuple(_fact_ids([view for view in views if view.bucket is not Bucket.RECENTLY_COMPLETED]))
        kind = "nothing_due" if facts else ""
        yield ListBlock(ListStyle.LINES, (context.line(kind, project_lines.quiet(names), facts),))


def _standard_lines(section: Section, context: BlockContext) -> Iterator[OutlineSentence]:
    views = {view.bucket: view for view in section.buckets}
    for bucket, most in _NAMED_IN_STANDARD.items():
        if bucket in views:
            yield from _bucket_line(views[bucket], most, context)
    yield from _tomorrow(views.get(Bucket.UPCOMING), context)
    if not any(bucket in views for bucket in _NAMED_IN_STANDARD):
        return
    others = [view for bucket, view in views.items() if bucket not in _NAMED_IN_STANDARD]
    rest = {
        view.bucket: context.naming.unnamed(_fact_ids([view]))
        for view in others
        if view.bucket in project_lines.REST
    }
    if text := project_lines.rest((bucket, len(ids)) for bucket, ids in rest.items() if ids):
        yield context.line("rest", text, tuple(one for ids in rest.values() for one in ids))
    for claim in section.waiting:
        yield context.line(claim.kind, claim.text, claim.facts)


def _bucket_line(view: BucketEntries, most: int, context: BlockContext) -> Iterator[OutlineSentence]:
    ids = list(_fact_ids([view]))
    fresh = context.naming.unnamed(ids)
    if not fresh:
        return
    named = fresh[-most:][::-1] if view.bucket is Bucket.OVERDUE else fresh[:most]
    context.naming.name(*named)
    label = _HEADINGS[view.bucket][0]
    counts = project_lines.BucketCounts(
        total=view.count, above=len(ids) - len(fresh), more=len(fresh) - len(named)
    )
    text = project_lines.bucket(view.bucket, label, context.facts(named), counts, context.tense)
    yield context.line(view.bucket.value, text, tuple(ids))


def _tomorrow(view: BucketEntries | None, context: BlockContext) -> Iterator[OutlineSentence]:
    if view is None:
        return
    ids = [
        one
        for one in context.naming.unnamed(_fact_ids([view]))
        if project_lines.is_tomorrow(context.document.facts[one], context.tense)
    ]
    if ids:
        context.naming.name(*ids)
        yield context.line(view.bucket.value, project_lines.tomorrow(context.facts(ids)), tuple(ids))


def _full(section: Section, context: BlockContext) -> Iterator[Block]:
    if not (section.statements or section.notes or section.waiting or section.buckets):
        return
    yield Heading(2, _name(section), part=Part.PROJECT)
    yield from prose_block(section.statements, context)
    for view in section.buckets:
        yield from _full_bucket(view, context)
    yield from prose_block(section.waiting, context)
    if section.notes:
        yield Heading(3, "Notes")
        yield from claim_list(section.notes, context)


def _full_bucket(view: BucketEntries, context: BlockContext) -> Iterator[Block]:
    title, tone = _HEADINGS[view.bucket]
    yield Heading(3, title, count=view.count, tone=tone)
    fresh = [claim for claim in view.entries if not context.naming.is_named(claim.facts[0])]
    context.naming.name(*_fact_ids([view]))
    texts = [entry_text(view, claim, context.document, context.tense) for claim in fresh]
    sentences = tuple(context.sentence(claim, text) for claim, text in zip(fresh, texts, strict=True))
    if sentences:
        yield ListBlock(ListStyle.LINES, sentences)
    if above := len(view.entries) - len(fresh):
        yield Remark(f"{above} named above")


def _fact_ids(views: Sequence[BucketEntries]) -> Iterator[str]:
    return (claim.facts[0] for view in views for claim in view.entries)


def _name(section: Section) -> str:
    return "Without a project" if section.project is None else one_line(section.project)
