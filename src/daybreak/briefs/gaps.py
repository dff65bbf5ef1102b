"""What is missing from a brief because its own part failed: the rest of the brief stands, and says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from daybreak.briefs import sentences
from daybreak.briefs.book import FactBook
from daybreak.briefs.model import Blindspot
from daybreak.claims import Fact
from daybreak.errors import DaybreakError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gap:
    """A project or part that is not in the brief.

    Attributes:
        name: what the reader knows it by.
        error: why; only the words of our own errors are shown, those of others may hold secrets.
        text: what the reader is told, in one sentence.
    """

    name: str
    error: Exception
    text: str

    @classmethod
    def of_part(cls, name: str, error: Exception) -> "Gap":
        """A part of the brief that is not about one project."""
        return cls(name, error, sentences.part_missing(_reason(error)))

    @classmethod
    def of_section(cls, project: str | None, error: Exception) -> "Gap":
        """The section of a project whose tasks are sorted out and counted."""
        return cls(project or sentences.NO_PROJECT, error, sentences.section_missing(_reason(error)))

    @classmethod
    def of_project(cls, project: str | None, tasks: int, error: Exception) -> "Gap":
        """A project of whose tasks nothing can be said."""
        text = sentences.project_missing(_reason(error), tasks)
        return cls(project or sentences.NO_PROJECT, error, text)

    @property
    def blindspot(self) -> Blindspot:
        """The gap as a warning of the document."""
        return Blindspot(source=self.name, text=self.text)


class Parts:
    """The parts of a brief, each written on its own page of the book; one that fails is a gap.

    Attributes:
        facts_by_part: what each part cites.
        gaps: the parts that failed.
        withheld: why statements were not let through.
    """

    def __init__(self, book: FactBook) -> None:
        self._book = book
        self.facts_by_part: dict[str, dict[str, Fact]] = {}
        self.gaps: list[Gap] = []
        self.withheld: list[str] = []

    def write(self, name: str, writer: Callable[[FactBook], T], otherwise: T) -> T:
        """What the writer gives, or the alternative if it fails."""
        page = self._book.page()
        try:
            written = writer(page)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this part and no other
            self.gaps.append(Gap.of_part(name, error))
            return otherwise
        self.facts_by_part[name] = page.facts
        self.withheld += page.withheld
        return written

    def fork(self) -> "Parts":
        """The same parts, to which others can be added without changing these."""
        fork = Parts(self._book)
        fork.facts_by_part.update(self.facts_by_part)
        fork.gaps += self.gaps
        fork.withheld += self.withheld
        return fork

    def facts(self, *names: str) -> dict[str, Fact]:
        """What those parts cite."""
        found: dict[str, Fact] = {}
        for name in names:
            found |= self.facts_by_part.get(name, {})
        return found


def _reason(error: Exception) -> str:
    if isinstance(error, DaybreakError):
        return str(error).rstrip(".")
    return sentences.defect(type(error).__name__)
