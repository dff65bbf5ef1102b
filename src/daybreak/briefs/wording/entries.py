"""The words of list entries, which a document holds without: one sentence for each task of a section."""

from collections.abc import Iterable
from dataclasses import replace

from daybreak import clock
from daybreak.briefs.document.model import BucketEntries, Document
from daybreak.briefs.wording import tasks
from daybreak.briefs.wording.formatting import Tense
from daybreak.claims import Claim, Fact


def tense_of(document: Document) -> Tense:
    """Return the reader's date and time to which the sentences of a document refer."""
    return Tense(document.date, document.as_of.astimezone(clock.parse_timezone(document.timezone)))


def with_texts(document: Document) -> Document:
    """Return the document with the text of each claim."""
    sections = (
        replace(section, buckets=tuple(_with_texts(view, document) for view in section.buckets))
        for section in document.sections
    )
    return replace(document, sections=tuple(sections))


def _with_texts(view: BucketEntries, document: Document) -> BucketEntries:
    tense = tense_of(document)
    entries = (replace(one, text=entry_text(view, one, document, tense)) for one in view.entries)
    return replace(view, entries=tuple(entries))


def entry_text(view: BucketEntries, claim: Claim, document: Document, tense: Tense) -> str:
    """Return the sentence of an entry; its own text if it has one."""
    if claim.text:
        return claim.text
    fact = document.facts[claim.facts[0]]
    return tasks.entry(view.bucket, fact, tense, _known(fact.blockers, document))


def listed_text(view: BucketEntries, claim: Claim, document: Document, tense: Tense) -> str:
    """Return an entry as a line below the heading of its bucket."""
    fact = document.facts.get(claim.facts[0]) if claim.facts else None
    if claim.text or fact is None:
        return claim.text
    return tasks.listed(view.bucket, fact, tense, _known(fact.blockers, document))


def _known(fact_ids: Iterable[str], document: Document) -> list[Fact]:
    return [document.facts[one] for one in fact_ids if one in document.facts]
