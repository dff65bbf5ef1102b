"""What to do first, as blocks of an outline."""

from collections.abc import Iterator
from dataclasses import replace

from daybreak.briefs.document.model import NextAction
from daybreak.briefs.rendering.blocks.changes import change_remark
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
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording import start_here as wording
from daybreak.briefs.wording.formatting import duration
from daybreak.people import BriefLength


def first_blocks(context: BlockContext) -> Iterator[Block]:
    """Yield the next actions, and the question whether an old one is still wanted."""
    document = context.document
    if not document.next_actions and document.still_wanted is None:
        return
    yield Heading(2, "Start here", part=Part.FIRST)
    if document.next_actions:
        actions = tuple(_next_action(action, context) for action in document.next_actions)
        yield ListBlock(ListStyle.NUMBERS, actions)
    if document.still_wanted is not None:
        context.naming.name(*document.still_wanted.facts)
        yield Prose((context.sentence(document.still_wanted),))


def _next_action(action: NextAction, context: BlockContext) -> OutlineSentence:
    # At full length every task has a line of its own, with its date.
    told = action.facts[:1] if context.length is BriefLength.FULL else action.facts
    context.naming.name(*filter(context.is_task, told))
    estimate = "" if action.estimate_minutes is None else duration(action.estimate_minutes)
    news = change_remark(action.facts[0], context) if action.facts else ""
    remarks = (wording.with_remarks(one_line(action.reason), news, estimate),)
    refs = context.refs.shorten(action.facts[:1])
    return replace(context.sentence(action), remarks=remarks, source_refs=refs)
