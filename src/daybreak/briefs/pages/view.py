"""From the outline of a brief to the parts of its page, which adds no statement to the outline."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Given, Opinion, claim_id
from daybreak.briefs.pages.day_chart import Picture, picture
from daybreak.briefs.pages.evidence import Evidence, evidence
from daybreak.briefs.rendering.outline import (
    Aside,
    Closing,
    Heading,
    Items,
    Part,
    Prose,
    Statement,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import outline

EDITIONS = {Edition.STANDARD: "The day", Edition.WEEKLY: "The week", Edition.REENGAGEMENT: "A note"}
"""The labels of the editions of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence with its evidence and the reader's opinion.

    Attributes:
        id: the id for feedback.
        anchor: its anchor on the page; empty if an identical sentence precedes it.
        time: the time of day in front of it, in a list of the day.
        muted: whether it is the free time between two events.
    """

    id: str
    anchor: str
    text: str
    time: str
    remarks: tuple[str, ...]
    places: tuple[str, ...]
    muted: bool
    evidence: tuple[Evidence, ...]
    opinion: Opinion | None


@dataclass(slots=True)
class Group:
    """Sentences below one heading; ``title`` is empty for those directly below the section's title."""

    title: str = ""
    tone: str = "plain"
    count: int | None = None
    is_list: bool = True
    sentences: list[Sentence] = field(default_factory=list)
    aside: str = ""


@dataclass(slots=True)
class Chapter:
    """A section of the page."""

    part: Part | None
    title: str = ""
    remark: str = ""
    groups: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """The page of a brief.

    Attributes:
        opening: the sentences before the first heading.
        warnings: the warnings of the brief.
        chapters: the sections in their order.
        picture: the chart of the day.
    """

    title: str = ""
    subtitle: str = ""
    opening: list[Sentence] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    chapters: list[Chapter] = field(default_factory=list)
    closing: str = ""
    picture: Picture | None = None

    def of(self, *parts: str) -> list[Chapter]:
        """Return the sections of these parts, e.g. ``sections_of("FIRST")``."""
        return [one for one in self.chapters if one.part and one.part.name in parts]


def build_page(document: Document, opinions: Mapping[str, Given] | None = None) -> View:
    """Return the page of a brief."""
    maker = _Maker(document, opinions or {})
    for block in outline(document):
        maker.take(block)
    maker.view.picture = picture(document)
    return maker.view


class _Maker:
    """A builder of the page, to which the blocks of an outline are added in order."""

    def __init__(self, document: Document, opinions: Mapping[str, Given]) -> None:
        self.view = View()
        self._document = document
        self._opinions = opinions
        self._anchors: set[str] = set()

    def take(self, block: object) -> None:
        match block:
            case Title(text, subtitle):
                self.view.title, self.view.subtitle = text, subtitle
            case Warnings(_, lines):
                self.view.warnings = lines
            case Heading():
                self._head(block)
            case Prose(statements):
                self._say(statements, is_list=False)
            case Items(_, statements):
                self._say(statements, is_list=True)
            case Aside(text):
                self.view.chapters[-1].groups[-1].aside = text
            case Closing(text):
                self.view.closing = text

    def _head(self, heading: Heading) -> None:
        if heading.part:
            self.view.chapters.append(Chapter(heading.part, heading.text, heading.remark))
        else:
            tone = heading.tone.name.lower()
            group = Group(title=heading.text, tone=tone, count=heading.count)
            self.view.chapters[-1].groups.append(group)

    def _say(self, statements: Collection[Statement], *, is_list: bool) -> None:
        sentences = [self._sentence(statement) for statement in statements]
        if not self.view.chapters:
            self.view.opening += sentences
            return
        groups = self.view.chapters[-1].groups
        if groups and groups[-1].title and not groups[-1].sentences:
            groups[-1].sentences = sentences
        else:
            groups.append(Group(is_list=is_list, sentences=sentences))

    def _sentence(self, statement: Statement) -> Sentence:
        known_by = claim_id(statement.text, statement.facts)
        anchor = "" if known_by in self._anchors else f"s-{known_by}"
        self._anchors.add(known_by)
        given = self._opinions.get(known_by)
        return Sentence(
            id=known_by,
            anchor=anchor,
            text=statement.text,
            time=statement.time,
            remarks=statement.remarks,
            places=statement.places,
            muted=statement.muted,
            evidence=evidence(statement.facts, self._document.facts, self._document.date),
            opinion=given.opinion if given else None,
        )
