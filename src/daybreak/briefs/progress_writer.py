"""Progress of a brief while it is composed: first the parts that need facts alone, then each section.

The events of the run; their parts are those of the document (``docs/brief.schema.json``):

``facts``    ``total``, the number of sections to come; ``document``, without sections and facts
``section``  ``index`` among the sections, from 0; ``section``, or ``gap``, the warning in its stead

A document or section that is too long for an event is null there; the stored brief contains it.
"""

from dataclasses import asdict, replace
from typing import Any

import orjson

from daybreak.briefs.composing.section_writers import Written
from daybreak.briefs.document import codec
from daybreak.briefs.document.model import Document
from daybreak.runs import Task

_LONGEST_DOCUMENT = 16 * 1024
_LONGEST_SECTION = 8 * 1024


class Announcer:
    """The progress of one brief, written to the progress and events of its run."""

    def __init__(self, task: Task[Any], total: int) -> None:
        self._task = task
        self._total = total
        self._done = self._failed = 0

    def tell_facts(self, document: Document) -> None:
        """Report that everything but the sections is composed."""
        told = _unless_longer(_LONGEST_DOCUMENT, codec.encode(replace(document, facts={}, sections=())))
        self._task.event("facts", total=self._total, document=told)
        self._tell_progress()

    def tell_section(self, place: int, written: Written) -> None:
        """Report that a section is composed, or is a gap."""
        section, gap = written.section, written.gap
        self._done += section is not None
        self._failed += gap is not None
        told = _unless_longer(_LONGEST_SECTION, orjson.dumps(section)) if section else None
        self._task.event("section", place=place, section=told, gap=asdict(gap.blindspot) if gap else None)
        self._tell_progress()

    def _tell_progress(self) -> None:
        self._task.progress(phase="sections", done=self._done, failed=self._failed, total=self._total)


def _unless_longer(limit: int, text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    return orjson.loads(text) if len(text) <= limit else None
