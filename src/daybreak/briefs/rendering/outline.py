"""The outline: a brief as a short list of neutral blocks, which every form renders and adds nothing to."""

from dataclasses import dataclass
from enum import Enum, auto


class Tone(Enum):
    """How much a block asks for attention; a form may colour it, its words must do without."""

    PLAIN = auto()
    LATE = auto()
    TODAY = auto()
    DONE = auto()


class Part(Enum):
    """Which part of the brief begins with a heading; a form may place it by that."""

    FIRST = auto()
    DAY = auto()
    SINCE = auto()
    PROJECT = auto()
    AHEAD = auto()


class Listing(Enum):
    """What stands in front of the items of a list."""

    BULLETS = auto()
    NUMBERS = auto()
    TIMES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence and where it comes from; all text is fit to be shown, and nothing is escaped yet.

    Attributes:
        remarks: what is said about the sentence on a line of its own: reason, estimate.
        time: the time of day in front of it, in a list of `Listing.TIMES`.
        facts: ids of the facts that it rests on.
        places: where a person finds those facts, as shown.
        origin: the same in full, each with its source.
        muted: whether it is not a statement of anybody but free time between two.
    """

    text: str
    remarks: tuple[str, ...] = ()
    time: str = ""
    facts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    origin: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """The first block: the date, and whose brief it is."""

    text: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 or 3, with the number of things below it and a discreet remark, if any.

    Attributes:
        part: what begins with it; None for a heading of level 3, which goes on with a part.
    """

    level: int
    text: str
    count: int | None = None
    remark: str = ""
    tone: Tone = Tone.PLAIN
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences that are no list; each begins a line."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    listing: Listing
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Warnings:
    """What the brief could not see; every form makes it stand out."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """A short remark about what was left out."""

    text: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The last block: when and from what the brief was composed."""

    text: str


Block = Title | Heading | Prose | Items | Warnings | Aside | Closing
Outline = tuple[Block, ...]
