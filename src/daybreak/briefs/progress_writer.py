"""Progress of a brief while it is composed: first the parts that need facts alone, then each section.

The events of the run; their parts are those of the document (``docs/brief.schema.json``):

``facts``    ``total``, the number of sections to come; ``document``, without sections and facts
``section``  ``index`` among the sections, from 0; ``section``, or ``gap``, the warning in its stead

A document or section that is too long for an event is null there; the stored brief contains it.
"""

from dataclasses import asdict, replace
from typing import Any

import orjson

from daybreak.briefs.composing.section_writers import SectionResult
from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Document, Section
from daybreak.briefs.wording.entries import with_texts
from daybreak.claims import Fact
from daybreak.runs import RunContext

_MAX_DOCUMENT_BYTES = 16 * 1024
_MAX_SECTION_BYTES = 8 * 1024


class ComposeProgress:
    """The progress of one brief, written to the progress and events of its run."""

    def __init__(self, context: RunContext[Any], total: int) -> None:
        self._context = context
        self._total = total
        self._done = self._failed = 0
        self._document: Document | None = None

    def report_facts(self, document: Document) -> None:
        """Report that everything but the sections is composed."""
        self._document = document
        shown = _parse_within_limit(
            _MAX_DOCUMENT_BYTES, codec.encode(replace(document, facts={}, sections=()))
        )
        self._context.record_event("facts", total=self._total, document=shown)
        self._report_counts()

    def report_section(self, index: int, result: SectionResult) -> None:
        """Report that a section is composed, or is a gap."""
        section, gap = result.section, result.gap
        self._done += section is not None
        self._failed += gap is not None
        worded = self._with_texts(section, result.book.facts) if section else None
        shown = _parse_within_limit(_MAX_SECTION_BYTES, orjson.dumps(worded)) if worded else None
        self._context.record_event(
            "section", index=index, section=shown, gap=asdict(gap.warning) if gap else None
        )
        self._report_counts()

    def _with_texts(self, section: Section, facts: dict[str, Fact]) -> Section:
        """Return the section with its words, since its event has no facts from which it can be worded."""
        if self._document is None:
            return section
        return with_texts(replace(self._document, sections=(section,), facts=facts)).sections[0]

    def _report_counts(self) -> None:
        self._context.report_progress(
            phase="sections", done=self._done, failed=self._failed, total=self._total
        )


def _parse_within_limit(limit: int, text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    return orjson.loads(text) if len(text) <= limit else None
