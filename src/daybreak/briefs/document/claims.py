"""Every sentence of a document, in the order of a brief."""

from collections.abc import Iterator
from itertools import chain

from daybreak.briefs.document.model import Document, Section, Week
from daybreak.claims import ClaimLike


def list_claims(document: Document) -> Iterator[ClaimLike]:
    """Yield the claims of a document; the entries of its sections have no text unless it was added."""
    yield from document.headline
    yield from document.next_actions
    if document.still_wanted:
        yield document.still_wanted
    for entry in document.timeline:
        yield entry
        if entry.context:
            yield entry.context
    yield from chain(document.workload.statements, document.workload.moves, document.since_last.entries)
    if document.week:
        yield from _week_claims(document.week)
    yield from chain.from_iterable(map(_section_claims, document.sections))
    yield from document.tomorrow


def _week_claims(week: Week) -> Iterator[ClaimLike]:
    for project in week.projects:
        for view in project.topics:
            yield from view.entries
    yield from week.calendar


def _section_claims(section: Section) -> Iterator[ClaimLike]:
    yield from section.statements
    for view in section.buckets:
        yield from view.entries
    yield from chain(section.waiting, section.notes)
