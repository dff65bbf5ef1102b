"""From the outline of a brief to the parts of its page, which adds no statement to the outline."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Feedback, Opinion, claim_id
from daybreak.briefs.pages.day_chart import DayChart, build_day_chart
from daybreak.briefs.pages.evidence import Evidence, list_evidence
from daybreak.briefs.rendering.outline import (
    Closing,
    Heading,
    ListBlock,
    OutlineSentence,
    Part,
    Prose,
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.people import BriefLength

EDITIONS = {Edition.STANDARD: "The day", Edition.WEEKLY: "The week", Edition.REENGAGEMENT: "A note"}
"""The labels of the editions of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSentence:
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
    source_refs: tuple[str, ...]
    muted: bool
    evidence: tuple[Evidence, ...]
    opinion: Opinion | None


@dataclass(slots=True)
class SentenceGroup:
    """Sentences below one heading; ``title`` is empty for those directly below the section's title."""

    title: str = ""
    tone: str = "plain"
    count: int | None = None
    is_list: bool = True
    sentences: list[PageSentence] = field(default_factory=list)
    remark: str = ""


@dataclass(slots=True)
class PageSection:
    """A section of the page."""

    part: Part | None
    title: str = ""
    remark: str = ""
    groups: list[SentenceGroup] = field(default_factory=list)


@dataclass(slots=True)
class BriefPage:
    """The page of a brief.

    Attributes:
        opening: the sentences before the first heading.
        warnings: the warnings of the brief.
        sections: the sections in their order.
        day_chart: the chart of the day.
    """

    title: str = ""
    subtitle: str = ""
    opening: list[PageSentence] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    sections: list[PageSection] = field(default_factory=list)
    closing: str = ""
    day_chart: DayChart | None = None

    def sections_of(self, *parts: str) -> list[PageSection]:
        """Return the sections of these parts, e.g. ``sections_of("FIRST")``."""
        return [one for one in self.sections if one.part and one.part.name in parts]


def build_page(
    document: Document,
    feedback_by_claim: Mapping[str, Feedback] | None = None,
    length: BriefLength = BriefLength.STANDARD,
) -> BriefPage:
    """Return the page of a brief."""
    maker = _PageBuilder(document, feedback_by_claim or {})
    for block in build_outline(document, length):
        maker.add_block(block)
    maker.page.day_chart = build_day_chart(document)
    return maker.page


class _PageBuilder:
    """A builder of the page, to which the blocks of an outline are added in order."""

    def __init__(self, document: Document, feedback_by_claim: Mapping[str, Feedback]) -> None:
        self.page = BriefPage()
        self._document = document
        self._feedback_by_claim = feedback_by_claim
        self._anchors: set[str] = set()

    def add_block(self, block: object) -> None:
        match block:
            case Title(text, subtitle):
                self.page.title, self.page.subtitle = text, subtitle
            case Warnings(_, lines):
                self.page.warnings = lines
            case Heading():
                self._add_heading(block)
            case Prose(statements):
                self._add_sentences(statements, is_list=False)
            case ListBlock(_, statements):
                self._add_sentences(statements, is_list=True)
            case Remark(text):
                self.page.sections[-1].groups[-1].remark = text
            case Closing(text):
                self.page.closing = text

    def _add_heading(self, heading: Heading) -> None:
        if heading.part:
            self.page.sections.append(PageSection(heading.part, heading.text, heading.remark))
        else:
            tone = heading.tone.name.lower()
            group = SentenceGroup(title=heading.text, tone=tone, count=heading.count)
            self.page.sections[-1].groups.append(group)

    def _add_sentences(self, statements: Collection[OutlineSentence], *, is_list: bool) -> None:
        sentences = [self._sentence(statement) for statement in statements]
        if not self.page.sections:
            self.page.opening += sentences
            return
        groups = self.page.sections[-1].groups
        if groups and groups[-1].title and not groups[-1].sentences:
            groups[-1].sentences = sentences
        else:
            groups.append(SentenceGroup(is_list=is_list, sentences=sentences))

    def _sentence(self, sentence: OutlineSentence) -> PageSentence:
        known_by = claim_id(sentence.text, sentence.facts)
        anchor = "" if known_by in self._anchors else f"s-{known_by}"
        self._anchors.add(known_by)
        given = self._feedback_by_claim.get(known_by)
        return PageSentence(
            id=known_by,
            anchor=anchor,
            text=sentence.text,
            time=sentence.time,
            remarks=sentence.remarks,
            source_refs=sentence.source_refs,
            muted=sentence.muted,
            evidence=list_evidence(sentence.facts, self._document.facts, self._document.date),
            opinion=given.opinion if given else None,
        )
