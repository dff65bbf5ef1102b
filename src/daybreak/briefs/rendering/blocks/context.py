"""What the blocks of one outline share."""

from collections.abc import Iterable

from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.named_facts import NamedFacts
from daybreak.briefs.rendering.outline import OutlineSentence
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.rendering.source_refs import SourceRefs
from daybreak.briefs.wording.entries import tense_of
from daybreak.claims import ClaimLike, Fact
from daybreak.people import BriefLength


class BlockContext:
    """The document of an outline, its length, and what the outline has named so far.

    Attributes:
        refs: the source references of the document's facts.
        tense: the reader's date and time.
        naming: what the sentences so far have named.
    """

    def __init__(self, document: Document, length: BriefLength) -> None:
        self.document, self.length = document, length
        self.refs = SourceRefs(document.facts)
        self.tense = tense_of(document)
        self.naming = NamedFacts()

    def facts(self, fact_ids: Iterable[str]) -> list[Fact]:
        """Return the facts of these ids."""
        known = self.document.facts
        return [known[one] for one in fact_ids if one in known]

    def titles(self, fact_ids: Iterable[str]) -> list[str]:
        """Return the titles of the facts of these ids."""
        return [fact.title for fact in self.facts(fact_ids)]

    def is_task(self, fact_id: str) -> bool:
        """Return whether this is the id of a task's fact."""
        fact = self.document.facts.get(fact_id)
        return fact is not None and fact.kind == "task"

    def is_mine(self, fact_id: str) -> bool:
        """Return whether this is the id of a fact of the reader's, and not of another person's task."""
        fact = self.document.facts.get(fact_id)
        return fact is not None and fact.holder in {None, "mine"}

    def sentence(self, claim: ClaimLike, text: str | None = None) -> OutlineSentence:
        """Return a claim as a sentence of the outline, with its own text by default."""
        return OutlineSentence(
            text=one_line(claim.text if text is None else text),
            kind=claim.kind,
            facts=claim.facts,
            source_refs=self.refs.shorten(claim.facts),
            source_details=self.refs.format_full(claim.facts),
        )

    def line(self, kind: str, text: str, facts: tuple[str, ...]) -> OutlineSentence:
        """Return a sentence that sums up several facts; it has no source reference of its own."""
        details = self.refs.format_full(facts)
        return OutlineSentence(text=one_line(text), kind=kind, facts=facts, source_details=details)
