"""The document: what a brief says, in one shape that every form is rendered from.

Its JSON (``docs/brief.schema.json``) is what is stored. Every sentence in it is a `Claim`; the ids that
claims cite are the keys of ``facts``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from daybreak.claims import Claim, Fact


class Edition(StrEnum):
    """Which brief of a day it is."""

    STANDARD = "standard"
    REENGAGEMENT = "reengagement"
    WEEKLY = "weekly"


class Bucket(StrEnum):
    """Where a task stands on the reader's date; each task is in one. In the order of a section."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    STARTING_TODAY = "starting_today"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    UPCOMING = "upcoming"
    STALE = "stale"
    RECENTLY_COMPLETED = "recently_completed"
    UNDATED = "undated"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom the brief is."""

    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The opening numbers; each is the sum over all sections of the bucket of its name."""

    projects: int
    due_today: int
    overdue: int
    starting_today: int
    in_progress: int
    blocked: int
    upcoming: int
    stale: int
    done: int
    undated: int
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """One of at most three things to do first.

    Attributes:
        text: what to do, as a sentence.
        reason: why it ranks here, in words.
        score: the points of the ranking (briefs/ranking.py), higher first.
        estimate_minutes: how long its owner thinks that it takes.
    """

    text: str
    reason: str
    score: int
    estimate_minutes: int | None
    facts: tuple[str, ...]
    kind: str = "next_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLast:
    """What differs from the last brief that the reader received.

    Attributes:
        date: the date of that brief; None when this is the first.
        entries: claims of the kinds ``done``, ``came_in``, ``moved``, ``became_overdue``, ``vanished``.
        left_out: how many more there are than are listed.
    """

    date: date | None
    entries: tuple[Claim, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """An event of the day; ``starts`` and ``ends`` are local, and cut to the day; both None: all day."""

    text: str
    starts: datetime | None
    ends: datetime | None
    facts: tuple[str, ...]
    kind: str = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Free time inside the working day."""

    starts: datetime
    ends: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the day asks and what it has room for.

    Attributes:
        planned_minutes: estimates of what is overdue, due, starting or in progress, added up.
        unestimated: how many of those tasks have no estimate.
        free_minutes: the gaps, added up.
        gaps: free stretches of at least a quarter of an hour.
        statements: conflicts between events, and whether it all fits.
    """

    planned_minutes: int
    unestimated: int
    free_minutes: int
    gaps: tuple[Gap, ...] = ()
    statements: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketView:
    """The tasks of one bucket in one section; ``count`` includes those left out of ``entries``."""

    bucket: Bucket
    count: int
    entries: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One project, or the tasks without one (``project`` is None).

    Attributes:
        statements: description, current phase and what is next in it.
        notes: the newest of the last seven days.
        content: hash of all that it says and of the facts that it rests on.
        reused: whether the last compose of this edition had the very same section.
    """

    project: str | None
    statements: tuple[Claim, ...]
    buckets: tuple[BucketView, ...]
    notes: tuple[Claim, ...]
    content: str
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindspot:
    """A gap in what the brief knows or tells.

    Attributes:
        source: a source of which a piece or all was not read, or is old; or a project or a part of the brief
            that could not be written.
        text: what is the matter with it.
    """

    source: str
    text: str


class Topic(StrEnum):
    """What a week is summed up by. In the order of a project."""

    DONE = "done"
    SLIPPED = "slipped"
    ADDED = "added"
    GONE = "gone"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What there is of one topic in one project; ``count`` includes those left out of ``entries``."""

    topic: Topic
    count: int
    entries: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWeek:
    """The week of one project, or of the tasks without one (``project`` is None)."""

    project: str | None
    topics: tuple[TopicView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days summed up, and the seven to come.

    Attributes:
        starts: the date a week before that of the brief.
        known_since: the date of the earliest brief that it is told from; None when there is none.
        projects: one after the other, those in which something happened or lies ahead.
        calendar: events of the coming week.
        calendar_left_out: how many more there are than are listed.
    """

    starts: date
    known_since: date | None
    projects: tuple[ProjectWeek, ...] = ()
    calendar: tuple[Claim, ...] = ()
    calendar_left_out: int = 0


class Tier(StrEnum):
    """How long its reader has been away, and so in which tone a word to return is said."""

    GENTLE = "gentle"
    MOTIVATING = "motivating"
    WARM = "warm"
    OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The words around a brief for a reader who is away; nothing in them is about facts.

    Attributes:
        opening: how it begins.
        closing: how it ends: that these briefs can be stopped, and how.
    """

    tier: Tier
    opening: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What the reader chose to leave out of every brief.

    Attributes:
        projects: how many projects.
        tasks: how many tasks that are in no project.
    """

    projects: int
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole brief.

    Attributes:
        week: the sum of the week, in the edition ``weekly``.
        absence: the words around it, in the edition ``reengagement``.
        left_out: what its reader chose to leave out of it; None when that is nothing.
        basis: hash of all that it was composed from: with another one, facts have changed since.
    """

    user: Reader
    date: date
    timezone: str
    edition: Edition
    as_of: datetime
    quiet: bool
    headline: tuple[Claim, ...]
    counts: Counts
    next_actions: tuple[NextAction, ...]
    next_actions_left_out: int
    since_last: SinceLast
    timeline: tuple[TimelineEntry, ...]
    workload: Workload
    sections: tuple[Section, ...]
    warnings: tuple[Blindspot, ...]
    facts: dict[str, Fact] = field(repr=False)
    week: Week | None = None
    absence: Absence | None = None
    left_out: LeftOut | None = None
    basis: str = ""
    format: int = 1
