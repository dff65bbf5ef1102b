"""From the outline of a brief to the parts of its page, which adds no statement to the outline."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Feedback, Opinion, claim_id
from daybreak.briefs.pages.day_chart import DayChart, build_day_chart
from daybreak.briefs.pages.evidence import Evidence, list_evidence
from daybreak.briefs.rendering.outline import (
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Part,
    Prose,
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.titles import split_titles
from daybreak.people import BriefLength

EDITIONS = {
    Edition.STANDARD: "Daily brief",
    Edition.WEEKLY: "Weekly review",
    Edition.REENGAGEMENT: "A note",
}
"""The labels of the editions of a day."""
LENGTHS = {BriefLength.STANDARD: "Standard", BriefLength.GLANCE: "Glance", BriefLength.FULL: "Full"}
"""The labels of the lengths of a brief."""

_LABEL = re.compile("([^“”:,]{1,40}): ")
_DATE_REASON = re.compile("([^“”,;]*\\b(?:due|overdue|late)\\b[^“”,;]*)(?:[,;] |$)", re.IGNORECASE)
_CHIP_TONES = {"overdue": "late", "late": "late", "today": "today"}


class Piece(NamedTuple):
    """A piece of a sentence; a title is bold."""

    text: str
    is_title: bool


class Chip(NamedTuple):
    """A short reason for a chip; ``tone`` is “late”, “today” or “plain”."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSentence:
    """One sentence with its evidence and the reader's opinion.

    Attributes:
        id: the id for feedback.
        anchor: its anchor on the page; empty if an identical sentence precedes it.
        kind: the kind of its claim.
        label: what it begins with, e.g. “Done (3)”, if it sums up; else empty.
        pieces: the rest of its text.
        time: the time of day in front of it, in a list of the day.
        chips: the short reasons.
        remarks: its remarks, each in pieces.
        muted: whether it is over, or free time between two events.
        is_now: whether it marks the present among the events.
        more: the single sentences that it sums up.
    """

    id: str
    anchor: str
    kind: str
    label: str
    pieces: tuple[Piece, ...]
    time: str
    chips: tuple[Chip, ...]
    remarks: tuple[tuple[Piece, ...], ...]
    source_refs: tuple[str, ...]
    muted: bool
    is_now: bool
    evidence: tuple[Evidence, ...]
    opinion: Opinion | None
    more: tuple["PageSentence", ...]

    @property
    def task(self) -> str | None:
        """The id of the task that it is about; None if it is not about one task first."""
        return self.evidence[0].task if self.evidence else None


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
    remark: tuple[Piece, ...] = ()
    groups: list[SentenceGroup] = field(default_factory=list)


@dataclass(slots=True)
class BriefPage:
    """The page of a brief.

    Attributes:
        opening: the sentences before the first heading.
        warnings: the warnings of the brief; at a glance only their title.
        sections: the sections in their order.
        tomorrow: the next day, in a line.
        day_chart: the chart of the day.
    """

    title: str = ""
    subtitle: str = ""
    opening: list[PageSentence] = field(default_factory=list)
    warnings_title: str = ""
    warnings: tuple[str, ...] = ()
    sections: list[PageSection] = field(default_factory=list)
    tomorrow: list[PageSentence] = field(default_factory=list)
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
            case Warnings(title, lines):
                self.page.warnings_title, self.page.warnings = title, lines
            case Heading():
                self._add_heading(block)
            case Prose(statements):
                self._add_sentences(statements)
            case ListBlock(style, statements):
                self._add_sentences(statements, style)
            case Remark(text):
                self.page.sections[-1].groups[-1].remark = text
            case Closing(text):
                self.page.closing = text

    def _add_heading(self, heading: Heading) -> None:
        if heading.part:
            title, _, rest = (
                heading.text.partition(": ") if heading.part is Part.DAY else (heading.text, "", "")
            )
            self.page.sections.append(PageSection(heading.part, title, _pieces(heading.remark or rest)))
        else:
            tone = heading.tone.name.lower()
            group = SentenceGroup(title=heading.text, tone=tone, count=heading.count)
            self.page.sections[-1].groups.append(group)

    def _add_sentences(self, statements: Collection[OutlineSentence], style: ListStyle | None = None) -> None:
        sentences = [self._sentence(one, is_line=style is ListStyle.LINES) for one in statements]
        is_under_heading = bool(self.page.sections) and not self.page.sections[-1].groups
        if sentences and sentences[0].kind == "tomorrow" and not is_under_heading:
            self.page.tomorrow += sentences
            return
        if not self.page.sections:
            self.page.opening += sentences
            return
        groups = self.page.sections[-1].groups
        if groups and groups[-1].title and not groups[-1].sentences:
            groups[-1].sentences = sentences
        else:
            groups.append(SentenceGroup(is_list=style is not None, sentences=sentences))

    def _sentence(self, sentence: OutlineSentence, *, is_line: bool = False) -> PageSentence:
        known_by = claim_id(sentence.text, sentence.facts)
        anchor = "" if known_by in self._anchors else f"s-{known_by}"
        self._anchors.add(known_by)
        given = self._feedback_by_claim.get(known_by)
        label, text = _split_label(sentence.text) if is_line and sentence.kind else ("", sentence.text)
        chips, remarks = _split_chips(sentence.remarks)
        return PageSentence(
            id=known_by,
            anchor=anchor,
            kind=sentence.kind,
            label=label,
            pieces=_pieces(text),
            time=sentence.time,
            chips=chips,
            remarks=remarks,
            source_refs=sentence.source_refs,
            muted=sentence.muted,
            is_now=bool(sentence.time) and sentence.text == "now",
            evidence=list_evidence(sentence.facts, self._document),
            opinion=given.opinion if given else None,
            more=tuple(map(self._sentence, sentence.more)),
        )


def _pieces(text: str) -> tuple[Piece, ...]:
    return tuple(Piece(*piece) for piece in split_titles(text))


def _split_label(text: str) -> tuple[str, str]:
    """Return the words before the colon of a line that sums up, and the rest of the line."""
    found = _LABEL.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _split_chips(remarks: Sequence[str]) -> tuple[tuple[Chip, ...], tuple[tuple[Piece, ...], ...]]:
    """Return the reason that is about a date as a chip, and the other remarks."""
    chips, rest = [], []
    for remark in remarks:
        found = _DATE_REASON.match(remark)
        if found:
            words = found[1]
            tone = next((tone for word, tone in _CHIP_TONES.items() if word in words.lower()), "plain")
            chips.append(Chip(_capitalize(words), tone))
        if others := remark[found.end() :] if found else remark:
            rest.append(_pieces(_capitalize(others)))
    return tuple(chips), tuple(rest)


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
