"""Claims as blocks of an outline."""

from collections.abc import Iterable, Iterator

from daybreak.briefs.rendering.blocks.context import BlockContext
from daybreak.briefs.rendering.outline import ListBlock, ListStyle, Prose, Remark
from daybreak.claims import Claim


def prose_block(claims: Iterable[Claim], context: BlockContext) -> Iterator[Prose]:
    """Yield a prose block of the claims, if there are any."""
    if statements := tuple(map(context.sentence, claims)):
        yield Prose(statements)


def claim_list(claims: Iterable[Claim], context: BlockContext) -> Iterator[ListBlock]:
    """Yield a list of the claims, if there are any."""
    if statements := tuple(map(context.sentence, claims)):
        yield ListBlock(ListStyle.LINES, statements)


def omitted_remark(count: int) -> Iterator[Remark]:
    """Yield a remark with the number of omitted entries, if there are any."""
    if count > 0:
        yield Remark(f"and {count} more")
