"""Claims as blocks of an outline."""

from collections.abc import Iterable, Iterator

from daybreak.briefs.rendering.outline import ListBlock, ListStyle, OutlineSentence, Prose, Remark
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import SourceRefs
from daybreak.claims import Claim


def outline_sentence(claim: Claim, refs: SourceRefs) -> OutlineSentence:
    """Return a claim as a sentence of the outline."""
    return OutlineSentence(
        text=one_line(claim.text),
        facts=claim.facts,
        source_refs=refs.shorten(claim.facts),
        source_details=refs.format_full(claim.facts),
    )


def prose_block(claims: Iterable[Claim], refs: SourceRefs) -> Iterator[Prose]:
    """Yield a prose block of the claims, if there are any."""
    if statements := tuple(outline_sentence(claim, refs) for claim in claims):
        yield Prose(statements)


def bullet_list(claims: Iterable[Claim], refs: SourceRefs) -> Iterator[ListBlock]:
    """Yield a bullet list of the claims, if there are any."""
    if statements := tuple(outline_sentence(claim, refs) for claim in claims):
        yield ListBlock(ListStyle.BULLETS, statements)


def omitted_remark(count: int) -> Iterator[Remark]:
    """Yield a remark with the number of omitted entries, if there are any."""
    if count > 0:
        yield Remark(f"and {count} more")
