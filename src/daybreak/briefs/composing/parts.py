"""Parts of a brief and their failures: a part that fails becomes a named gap, and the rest remains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from daybreak.briefs.document.model import CoverageWarning
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import warnings
from daybreak.claims import Fact
from daybreak.errors import DaybreakError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gap:
    """A project or part that is missing from the brief.

    Attributes:
        name: the name that the reader sees.
        error: the cause; only messages of Daybreak's own errors are shown, others may contain secrets.
        text: the explanation for the reader, in one sentence.
    """

    name: str
    error: Exception
    text: str

    @classmethod
    def of_part(cls, name: str, error: Exception) -> "Gap":
        """Return the gap of a part that is not about one project."""
        return cls(name, error, warnings.part_missing(_public_reason(error)))

    @classmethod
    def of_section(cls, project: str | None, error: Exception) -> "Gap":
        """Return the gap of a section whose tasks are sorted into buckets and counted."""
        return cls(project or warnings.NO_PROJECT, error, warnings.section_missing(_public_reason(error)))

    @classmethod
    def of_project(cls, project: str | None, tasks: int, error: Exception) -> "Gap":
        """Return the gap of a project whose tasks could not be sorted into buckets."""
        text = warnings.project_missing(_public_reason(error), tasks)
        return cls(project or warnings.NO_PROJECT, error, text)

    @property
    def warning(self) -> CoverageWarning:
        """The gap as a warning of the document."""
        return CoverageWarning(source=self.name, text=self.text)


class PartWriter:
    """The parts of a brief, each written in its own scope of the book; a part that fails becomes a gap.

    Attributes:
        facts_by_part: the facts that each part cites.
        gaps: the parts that failed.
        withheld: the reasons for which statements were withheld.
    """

    def __init__(self, book: FactBook) -> None:
        self._book = book
        self.facts_by_part: dict[str, dict[str, Fact]] = {}
        self.gaps: list[Gap] = []
        self.withheld: list[str] = []

    def write(self, name: str, writer: Callable[[FactBook], T], default: T) -> T:
        """Return the result of the writer, or the default if it fails."""
        page = self._book.new_scope()
        try:
            written = writer(page)
        except Exception as error:  # noqa: BLE001 - any error costs this part and no other
            self.gaps.append(Gap.of_part(name, error))
            return default
        self.facts_by_part[name] = page.facts
        self.withheld += page.withheld
        return written

    def fork(self) -> "PartWriter":
        """Return a copy to which parts can be added without changing this one."""
        fork = PartWriter(self._book)
        fork.facts_by_part.update(self.facts_by_part)
        fork.gaps += self.gaps
        fork.withheld += self.withheld
        return fork

    def cited_facts(self, *names: str) -> dict[str, Fact]:
        """Return the facts that these parts cite."""
        found: dict[str, Fact] = {}
        for name in names:
            found |= self.facts_by_part.get(name, {})
        return found


def _public_reason(error: Exception) -> str:
    if isinstance(error, DaybreakError):
        return str(error).rstrip(".")
    return warnings.defect(type(error).__name__)
