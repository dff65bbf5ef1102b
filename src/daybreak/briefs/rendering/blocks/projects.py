"""The projects as blocks of an outline: at standard length what matters now, at full length every task."""

from collections.abc import Iterator, Mapping, Sequence

from daybreak.briefs.document.model import Bucket, BucketEntries, Section
from daybreak.briefs.rendering.blocks.claims import claim_list, prose_block
from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.blocks.project_lines import ProjectLines, is_soon_crowded
from daybreak.briefs.rendering.outline import Block, Heading, ListBlock, ListStyle, Part, Remark, Tone
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.entries import listed_text
from daybreak.briefs.wording.lines import projects as wording
from daybreak.claims import Claim
from daybreak.people import BriefLength

_HEADINGS: Mapping[Bucket, tuple[str, Tone]] = {
    Bucket.OVERDUE: ("Overdue", Tone.LATE),
    Bucket.DUE_TODAY: ("Due today", Tone.TODAY),
    Bucket.STARTING_TODAY: ("To start", Tone.TODAY),
    Bucket.IN_PROGRESS: ("In progress", Tone.PLAIN),
    Bucket.BLOCKED: ("Blocked", Tone.LATE),
    Bucket.UPCOMING: ("Next 7 days", Tone.PLAIN),
    Bucket.STALE: ("In progress, untouched for a week", Tone.PLAIN),
    Bucket.RECENTLY_COMPLETED: ("Done in the last 24 hours", Tone.DONE),
    Bucket.UNDATED: ("No date", Tone.PLAIN),
    Bucket.LATER: ("Later", Tone.PLAIN),
}
_MAX_QUIET_NAMES = 12
_LOOSE_TASKS = "tasks without a project"


def project_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the projects; those without anything that matters now are one line at the end."""
    if context.length is BriefLength.FULL:
        for section in context.document.sections:
            yield from _full(section, context)
        return
    quiet, is_crowded = [], is_soon_crowded(context)
    for section in context.document.sections:
        lines = ProjectLines(section, context, is_soon_crowded=is_crowded)
        if sentences := tuple(lines.sentences()):
            yield Heading(2, _name(section), remark=_phase_remark(section, context), part=Part.PROJECT)
            yield ListBlock(ListStyle.LINES, sentences)
        elif any(lines.rest_facts()):
            quiet.append((section, lines))
    yield from _quiet(quiet, context)


def _quiet(quiet: Sequence[tuple[Section, ProjectLines]], context: BlockContext) -> Iterator[Block]:
    if not quiet:
        return
    counts = [sum(one.rest_count(bucket) for _, one in quiet) for bucket in Bucket]
    numbers = [wording.RestCount(bucket, n, is_rest=False) for bucket, n in zip(Bucket, counts, strict=True)]
    facts = tuple(fact for _, one in quiet for fact in one.rest_facts())
    if [section.project for section, _ in quiet] == [None]:
        heading, text = _name(quiet[0][0]), wording.rest(numbers)
    else:
        heading, text = "Everything else", wording.quiet(_quiet_names(quiet), numbers)
    if not text:
        return
    yield Heading(2, heading, part=Part.PROJECT)
    yield ListBlock(ListStyle.LINES, (context.line("rest", text, facts),))


def _quiet_names(quiet: Sequence[tuple[Section, ProjectLines]]) -> list[str]:
    names = [one_line(one.project or _LOOSE_TASKS) for one, _ in quiet[:_MAX_QUIET_NAMES]]
    if more := len(quiet) - len(names):
        names.append(f"{more} more")
    return names


def _phase_remark(section: Section, context: BlockContext) -> str:
    cited = next((claim.facts for claim in section.statements if claim.kind == "phase"), ())
    phases = context.facts(cited[:1])
    return one_line(wording.phase_remark(phases[0], context.document.date)) if phases else ""


def _full(section: Section, context: BlockContext) -> Iterator[Block]:
    if not (section.statements or section.notes or section.waiting or section.buckets):
        return
    yield Heading(2, _name(section), part=Part.PROJECT)
    yield from prose_block(section.statements, context)
    for view in section.buckets:
        yield from _full_bucket(view, context)
    for claim in section.waiting:
        yield from _full_person(claim, context)
    if section.notes:
        yield Heading(3, "Notes")
        yield from claim_list(section.notes, context)


def _full_bucket(view: BucketEntries, context: BlockContext) -> Iterator[Block]:
    if not view.count:
        return
    title, tone = _HEADINGS[view.bucket]
    yield Heading(3, title, count=view.count, tone=tone)
    fresh = [claim for claim in view.entries if not context.naming.is_named(*claim.facts[:1])]
    context.naming.name(*(fact for claim in fresh for fact in claim.facts[:1]))
    texts = [listed_text(view, claim, context.document, context.tense) for claim in fresh]
    sentences = tuple(context.sentence(claim, text) for claim, text in zip(fresh, texts, strict=True))
    if sentences:
        yield ListBlock(ListStyle.LINES, sentences)
    if above := view.count - len(fresh):
        yield Remark(f"{above} named above")


def _full_person(claim: Claim, context: BlockContext) -> Iterator[Block]:
    tasks = [one for one in claim.facts if context.is_task(one) and not context.is_mine(one)]
    whole = one_line(claim.text).removesuffix(".")
    yield Heading(3, whole.partition(": ")[0], count=len(tasks)) if tasks else Heading(3, whole)
    fresh = context.naming.unnamed(tasks)
    context.naming.name(*fresh)
    sentences = tuple(
        context.sentence(
            Claim(kind=claim.kind, text="", facts=(one,)),
            wording.other_task(context.document.facts[one], context.tense),
        )
        for one in fresh
    )
    if sentences:
        yield ListBlock(ListStyle.LINES, sentences)
    if above := len(tasks) - len(fresh):
        yield Remark(f"{above} named above")


def _name(section: Section) -> str:
    return "Without a project" if section.project is None else one_line(section.project)
