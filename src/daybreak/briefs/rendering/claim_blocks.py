"""Claims as blocks of an outline."""

from collections.abc import Iterable, Iterator

from daybreak.briefs.rendering.outline import Aside, Items, Listing, Prose, Statement
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import Places
from daybreak.claims import Claim


def statement(claim: Claim, places: Places) -> Statement:
    """Return a claim as a sentence of the outline."""
    return Statement(
        text=one_line(claim.text),
        facts=claim.facts,
        places=places.shown(claim.facts),
        origin=places.in_full(claim.facts),
    )


def prose(claims: Iterable[Claim], places: Places) -> Iterator[Prose]:
    """Yield a prose block of the claims, if there are any."""
    if statements := tuple(statement(claim, places) for claim in claims):
        yield Prose(statements)


def bullets(claims: Iterable[Claim], places: Places) -> Iterator[Items]:
    """Yield a bullet list of the claims, if there are any."""
    if statements := tuple(statement(claim, places) for claim in claims):
        yield Items(Listing.BULLETS, statements)


def left_out(count: int) -> Iterator[Aside]:
    """Yield a remark with the number of omitted entries, if there are any."""
    if count > 0:
        yield Aside(f"and {count} more")
