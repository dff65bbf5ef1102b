"""The changes since the last brief as lines of an outline: one for each kind, with the first titles."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import Block, Heading, ListBlock, ListStyle, OutlineSentence, Part
from daybreak.briefs.wording.change_lines import KIND_LABELS, change_line, since_title
from daybreak.claims import Claim

_MAX_NAMED = 4


def change_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the changes, at most one line for each kind; a page opens a line to its single sentences."""
    since = context.document.since_last
    fresh = [claim for claim in since.entries if not context.naming.is_named(claim.facts[0])]
    grouped = groupby(fresh, key=lambda claim: KIND_LABELS.get(claim.kind, claim.kind))
    lines = [_line(label, list(claims), context) for label, claims in grouped]
    if not lines:
        return
    yield Heading(2, since_title(since.date, context.document.date), part=Part.SINCE)
    yield ListBlock(ListStyle.LINES, tuple(lines))


def _line(label: str, claims: Sequence[Claim], context: BlockContext) -> OutlineSentence:
    facts = tuple(dict.fromkeys(fact for claim in claims for fact in claim.facts))
    if len(claims) == 1:
        context.naming.name(*claims[0].facts[:1])
        return context.sentence(claims[0])
    shown = claims[:_MAX_NAMED]
    context.naming.name(*(claim.facts[0] for claim in shown))
    known = [(context.document.facts[claim.facts[0]], claim) for claim in shown]
    text = change_line(label, len(claims), known, context.tense)
    more = tuple(map(context.sentence, claims))
    line = context.line(claims[0].kind, text, facts)
    return OutlineSentence(
        text=line.text, kind=line.kind, facts=line.facts, source_details=line.source_details, more=more
    )
