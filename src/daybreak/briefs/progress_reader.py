"""A brief while it is composed, built from the events of its run (see `ComposeProgress`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from daybreak.briefs.document import codec
from daybreak.briefs.document.model import CoverageWarning, Document, Section
from daybreak.claims import Fact
from daybreak.runs import RunEvent

_FACTS, _SECTION = "facts", "section"


@dataclass(slots=True)
class LiveBrief:
    """The parts of a brief that are composed so far.

    Attributes:
        last_event_number: the number of the last event applied.
        total: the number of sections to expect; None before it is known.
        document: the brief without sections; None before it is composed.
    """

    last_event_number: int = 0
    total: int | None = None
    document: Document | None = None
    _sections: dict[int, Section | None] = field(default_factory=dict)
    _facts: dict[str, Fact] = field(default_factory=dict)
    _gaps: list[CoverageWarning] = field(default_factory=list)

    @classmethod
    def from_events(cls, events: Iterable[RunEvent]) -> "LiveBrief":
        """Return the brief that these events describe, all events of the run so far."""
        live = cls()
        for event in events:
            live.apply(event)
        return live

    def apply(self, event: RunEvent) -> None:
        """Apply the next event; a new attempt starts over."""
        self.last_event_number = event.number
        if event.name == _FACTS:
            self._apply_facts(event.data)
        elif event.name == _SECTION:
            self._apply_section(event.data)

    @property
    def pending_sections(self) -> int:
        """The number of sections still to come."""
        return max(0, (self.total or 0) - len(self._sections) - len(self._gaps))

    def to_document(self) -> Document | None:
        """Return the document so far, its sections in their final order."""
        if self.document is None:
            return None
        sections = [section for _, section in sorted(self._sections.items()) if section]
        warnings = (*self._gaps, *self.document.warnings)
        facts = self.document.facts | self._facts
        return replace(self.document, sections=tuple(sections), warnings=warnings, facts=facts)

    def _apply_facts(self, data: Any) -> None:  # noqa: ANN401 - JSON
        parts = data.get("document")
        self.total = data.get("total")
        self.document = codec.decode(orjson.dumps(parts)) if parts else None
        self._sections, self._facts, self._gaps = {}, {}, []

    def _apply_section(self, data: Any) -> None:  # noqa: ANN401 - JSON
        if gap := data.get("gap"):
            self._gaps.append(CoverageWarning(**gap))
        else:
            written = _written_section_adapter().validate_json(orjson.dumps(data))
            self._sections[data["index"]] = written.section
            self._facts |= written.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _WrittenSection:
    """A section of an event, and the facts that it cites."""

    section: Section | None = None
    facts: dict[str, Fact] = field(default_factory=dict)


@cache
def _written_section_adapter() -> TypeAdapter[_WrittenSection]:
    return TypeAdapter(_WrittenSection)
