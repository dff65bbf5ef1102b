"""A brief told while it is being written: first what follows from facts alone, then section by section.

Events of its run, whose parts are those of the document (``docs/brief.schema.json``):

``facts``    ``total``, the sections to come; ``document``, without sections and facts
``section``  ``place`` among the sections, from 0; ``section``, or ``gap``, the warning in its stead

A document or section that is too long for an event is null there: the brief itself has it in the end.
"""

from dataclasses import asdict, replace
from typing import Any

import orjson

from daybreak.briefs import codec
from daybreak.briefs.model import Document
from daybreak.briefs.writing import Written
from daybreak.runs import Task

_LONGEST_DOCUMENT = 16 * 1024
_LONGEST_SECTION = 8 * 1024


class Announcer:
    """Tells of one brief in the progress and events of its run."""

    def __init__(self, task: Task[Any], total: int) -> None:
        self._task = task
        self._total = total
        self._done = self._failed = 0

    def tell_facts(self, document: Document) -> None:
        """Everything stands but the sections."""
        told = _unless_longer(_LONGEST_DOCUMENT, codec.encode(replace(document, facts={}, sections=())))
        self._task.event("facts", total=self._total, document=told)
        self._tell_progress()

    def tell_section(self, place: int, written: Written) -> None:
        """A section stands, or there is a gap in its place."""
        section, gap = written.section, written.gap
        self._done += section is not None
        self._failed += gap is not None
        told = _unless_longer(_LONGEST_SECTION, orjson.dumps(section)) if section else None
        self._task.event("section", place=place, section=told, gap=asdict(gap.blindspot) if gap else None)
        self._tell_progress()

    def _tell_progress(self) -> None:
        self._task.progress(phase="sections", done=self._done, failed=self._failed, total=self._total)


def _unless_longer(limit: int, text: bytes) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return orjson.loads(text) if len(text) <= limit else None
