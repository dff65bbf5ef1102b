"""The outline: a brief as a short list of neutral blocks, which every format renders without additions."""

from dataclasses import dataclass
from enum import Enum, auto


class Tone(Enum):
    """The urgency of a block; an output format may colour it, but the text must not depend on the colour."""

    PLAIN = auto()
    LATE = auto()
    TODAY = auto()
    DONE = auto()


class Part(Enum):
    """The part of the brief that a heading begins; an output format may arrange parts by it."""

    FIRST = auto()
    DAY = auto()
    SINCE = auto()
    PROJECT = auto()
    AHEAD = auto()


class ListStyle(Enum):
    """The markers of a list."""

    LINES = auto()
    NUMBERS = auto()
    TIMES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineSentence:
    """One sentence and its sources; all text is safe to show, and nothing is escaped yet.

    Titles in ``text`` and ``remarks`` are marked (see `daybreak.briefs.wording.titles`); a form shows them in
    bold or plain, without the marks.

    Attributes:
        kind: the kind of its claim; empty for the frame around claims.
        remarks: remarks on the sentence: reason, estimate.
        time: the time of day in front of it, in a list of `ListStyle.TIMES`.
        facts: ids of the facts that it cites.
        source_refs: the source references of those facts, shortened.
        source_details: the same in full, each with its source.
        muted: whether it is the free time between two events, or an event that is over.
        more: the single sentences that it sums up, which a page opens on demand.
    """

    text: str
    kind: str = ""
    remarks: tuple[str, ...] = ()
    time: str = ""
    facts: tuple[str, ...] = ()
    source_refs: tuple[str, ...] = ()
    source_details: str = ""
    muted: bool = False
    more: tuple["OutlineSentence", ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """The first block: the date, and the edition unless it is the usual one."""

    text: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 or 3, with the number of items below it and an optional remark.

    Attributes:
        part: the part that it begins; None for a heading of level 3, which is inside a part.
    """

    level: int
    text: str
    count: int | None = None
    remark: str = ""
    tone: Tone = Tone.PLAIN
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences outside a list; each begins a line."""

    sentences: tuple[OutlineSentence, ...]


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list."""

    style: ListStyle
    sentences: tuple[OutlineSentence, ...]


@dataclass(frozen=True, slots=True)
class Warnings:
    """The warnings of the brief, highlighted in every output format."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A short remark about omitted entries."""

    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The last block: the time and the sources of the brief."""

    text: str


Block = Title | Heading | Prose | ListBlock | Warnings | Remark | Closing
Outline = tuple[Block, ...]
