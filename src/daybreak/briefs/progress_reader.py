"""A brief while it is composed, built from the events of its run (see `ComposeProgress`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Blindspot, Document, Section
from daybreak.runs import Event

_FACTS, _SECTION = "facts", "section"


@dataclass(slots=True)
class Draft:
    """The parts of a brief that are composed so far.

    Attributes:
        number: the number of the last event applied.
        total: the number of sections to expect; None before it is known.
        document: the brief without sections and facts; None before it is composed.
    """

    number: int = 0
    total: int | None = None
    document: Document | None = None
    _sections: dict[int, Section | None] = field(default_factory=dict)
    _gaps: list[Blindspot] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Draft":
        """Return the brief that these events describe, all events of the run so far."""
        draft = cls()
        for event in events:
            draft.hear(event)
        return draft

    def hear(self, event: Event) -> None:
        """Apply the next event; a new attempt starts over."""
        self.number = event.number
        if event.name == _FACTS:
            self._begin(event.data)
        elif event.name == _SECTION:
            self._add(event.data)

    @property
    def pending(self) -> int:
        """The number of sections still to come."""
        return max(0, (self.total or 0) - len(self._sections) - len(self._gaps))

    def brief(self) -> Document | None:
        """Return the document so far, its sections in their final order."""
        if self.document is None:
            return None
        sections = [section for _, section in sorted(self._sections.items()) if section]
        warnings = (*self._gaps, *self.document.warnings)
        return replace(self.document, sections=tuple(sections), warnings=warnings)

    def _begin(self, data: Any) -> None:  # noqa: ANN401 - JSON
        told = data.get("document")
        self.total = data.get("total")
        self.document = codec.decode(orjson.dumps(told)) if told else None
        self._sections, self._gaps = {}, []

    def _add(self, data: Any) -> None:  # noqa: ANN401 - JSON
        if gap := data.get("gap"):
            self._gaps.append(Blindspot(**gap))
        else:
            told = data.get("section")
            self._sections[data["place"]] = _section().validate_python(told) if told else None


@cache
def _section() -> TypeAdapter[Section]:
    return TypeAdapter(Section)
