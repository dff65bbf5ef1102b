"""Progress of a brief while it is composed: first the parts that need facts alone, then each section.

The events of the run; their parts are those of the document (``docs/brief.schema.json``):

``facts``    ``total``, the number of sections to come; ``document``, without sections
``section``  ``index`` among the sections, from 0; ``section`` and the ``facts`` that it cites, or ``gap``
             (the warning) in its stead

A document or section that is too long for an event is null there; the stored brief contains it.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson

from daybreak.briefs.composing.section_writers import SectionResult
from daybreak.briefs.document.model import Document
from daybreak.claims import Fact
from daybreak.runs import RunContext

_MAX_DOCUMENT_BYTES = 48 * 1024
_MAX_SECTION_BYTES = 32 * 1024


class ComposeProgress:
    """The progress of one brief, written to the progress and events of its run."""

    def __init__(self, context: RunContext[Any], total: int) -> None:
        self._context = context
        self._total = total
        self._done = self._failed = 0

    def report_facts(self, document: Document) -> None:
        """Report that everything but the sections is composed."""
        parts = _to_json(replace(document, sections=(), facts={})) | {"facts": _facts_to_json(document.facts)}
        self._context.record_event("facts", total=self._total, document=_limit(parts, _MAX_DOCUMENT_BYTES))
        self._report_counts()

    def report_section(self, index: int, result: SectionResult) -> None:
        """Report that a section is composed, or is a gap."""
        section, gap = result.section, result.gap
        self._done += section is not None
        self._failed += gap is not None
        shown: dict[str, Any] = {"section": None, "facts": {}}
        if section is not None:
            parts = {"section": _to_json(section), "facts": _facts_to_json(result.book.facts)}
            shown = _limit(parts, _MAX_SECTION_BYTES) or shown
        self._context.record_event("section", index=index, gap=asdict(gap.warning) if gap else None, **shown)
        self._report_counts()

    def _report_counts(self) -> None:
        self._context.report_progress(
            phase="sections", done=self._done, failed=self._failed, total=self._total
        )


def _to_json(value: object) -> dict[str, Any]:
    return orjson.loads(orjson.dumps(value))  # type: ignore[no-any-return]


def _facts_to_json(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return facts without the fields that have no value, which most of them are."""
    return {fact_id: _without_empty(_to_json(fact)) for fact_id, fact in facts.items()}


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != []}


def _limit(parts: dict[str, Any], most: int) -> dict[str, Any] | None:
    return parts if len(orjson.dumps(parts)) <= most else None
