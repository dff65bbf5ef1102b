"""The document: the contents of a brief, from which every output format is rendered.

It is stored as JSON (``docs/brief.schema.json``). Every sentence in it is a `Claim`; the ids that claims cite
are the keys of ``facts``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from daybreak.claims import Claim, Fact


class Edition(StrEnum):
    """The edition of a brief; a day can have several."""

    STANDARD = "standard"
    REENGAGEMENT = "reengagement"
    WEEKLY = "weekly"


class Bucket(StrEnum):
    """The state of a task on the reader's date; each task is in one bucket. In the order of a section."""

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
class Recipient:
    """The reader of the brief."""

    email: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The opening numbers; each is the size of the bucket of its name, summed over all sections.

    Attributes:
        overdue_for_over_a_week: the number of overdue tasks that were due more than seven days ago.
    """

    projects: int
    due_today: int
    overdue: int
    overdue_for_over_a_week: int = 0
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
        text: what to do: the title of the task, in quotation marks.
        reason: why it ranks here, in words.
        score: the points of the ranking, higher first.
        estimate_minutes: the estimate of its owner, in minutes.
    """

    text: str
    reason: str
    score: int
    estimate_minutes: int | None
    facts: tuple[str, ...]
    kind: str = "next_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLast:
    """The changes since the last brief that the reader received.

    Attributes:
        date: the date of that brief; None when this is the first.
        entries: one claim for each change: of tasks by kind, then of events in the order of time. The kinds
            are ``done``, ``recurred``, ``handed_over``, ``can_start``, ``came_in``, ``comes_next``,
            ``moved``, ``moved_again``, ``renamed``, ``file_moved``, ``place_changed``, ``became_overdue`` and
            ``vanished``. The first fact of a claim is what has changed.
        omitted: the number of entries beyond the most that a document holds.
    """

    date: date | None
    entries: tuple[Claim, ...] = ()
    omitted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingContext:
    """What the project of a meeting has open.

    Attributes:
        project: the name of the project, or the person whom the meeting is with; empty if it is about single
            tasks.
        reason: the words of the meeting's title that connect them.
        is_person: whether ``project`` is a person.
        tasks: ids of the facts of its open tasks that matter at the meeting, the most pressing first.
        note: the id of the fact of its last note.
        facts: ids of the facts of the meeting, of the tasks and of the note.
    """

    project: str
    reason: str
    text: str
    facts: tuple[str, ...]
    tasks: tuple[str, ...] = ()
    note: str | None = None
    is_person: bool = False
    kind: str = "meeting_context"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """An event of the day; ``starts`` and ``ends`` are local, and cut to the day; both None: all day."""

    text: str
    starts: datetime | None
    ends: datetime | None
    facts: tuple[str, ...]
    context: MeetingContext | None = None
    kind: str = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeInterval:
    """Free time inside the working day."""

    starts: datetime
    ends: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The planned work of the day and its free time.

    Attributes:
        planned_minutes: the sum of the estimates of the tasks that are due today or in Start here.
        unestimated: the number of those tasks without an estimate.
        free_minutes: the free time of the day.
        free_intervals: free intervals in the working hours that are long enough to be useful.
        lunch: the time that is kept for lunch; None if there is none.
        statements: conflicts between events, and whether the planned work fits.
        moves: what to snooze if it does not fit, in the suggested order.
    """

    planned_minutes: int
    unestimated: int
    free_minutes: int
    free_intervals: tuple[FreeInterval, ...] = ()
    statements: tuple[Claim, ...] = ()
    lunch: FreeInterval | None = None
    moves: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketEntries:
    """The tasks of one bucket in one section, the most urgent first.

    A claim in ``entries`` has no text until a form is rendered (see `daybreak.briefs.wording.entries`): most
    forms name only a few of the tasks.
    """

    bucket: Bucket
    count: int
    entries: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One project, or the tasks without one (``project`` is None).

    Attributes:
        statements: description, current phase and its next task.
        waiting: the open tasks of other people, one claim for each person, in the section that has most of
            them: first a number, then the tasks, then the reader's tasks that they block.
        notes: the newest of the last seven days.
        content_hash: the hash of its text and of the facts that it cites.
        reused: whether the section is identical to that of the last compose of this edition.
    """

    project: str | None
    statements: tuple[Claim, ...]
    buckets: tuple[BucketEntries, ...]
    notes: tuple[Claim, ...]
    content_hash: str
    waiting: tuple[Claim, ...] = ()
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageWarning:
    """Something that the brief may be missing.

    Attributes:
        source: a source that was not read, or not fully, or not recently; or a project or a part of the brief
            that could not be written.
        text: what is wrong with it.
    """

    source: str
    text: str


class Topic(StrEnum):
    """A topic of the weekly edition. In the order of a project."""

    DONE = "done"
    SLIPPED = "slipped"
    ADDED = "added"
    GONE = "gone"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEntries:
    """The entries of one topic in one project, what matters most first."""

    topic: Topic
    count: int
    entries: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWeek:
    """The week of one project, or of the tasks without one (``project`` is None)."""

    project: str | None
    topics: tuple[TopicEntries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A review of the past seven days, and a preview of the next seven.

    Attributes:
        starts: the date a week before that of the brief.
        known_since: the date of the earliest brief that the review is based on; None if there is none.
        projects: the projects with changes or open tasks; one without news has no topics.
        calendar: the events of the coming week.
    """

    starts: date
    known_since: date | None
    projects: tuple[ProjectWeek, ...] = ()
    calendar: tuple[Claim, ...] = ()


class AbsenceTier(StrEnum):
    """How long the reader has been away, which decides the tone of the note."""

    GENTLE = "gentle"
    MOTIVATING = "motivating"
    WARM = "warm"
    OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReengagementText:
    """The fixed text around a brief for a reader who is away; none of it depends on facts.

    Attributes:
        opening: the first paragraph.
        closing: the last paragraph: how to stop these briefs.
    """

    tier: AbsenceTier
    opening: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """The items that the reader excluded from every brief.

    Attributes:
        projects: the number of excluded projects.
        tasks: the number of excluded tasks without a project.
    """

    projects: int
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole brief.

    Attributes:
        still_wanted: the question whether a task is still wanted that has been in `next_actions` untouched.
        tomorrow: the next day at a glance.
        week: the review of the week, in the edition ``weekly``.
        reengagement: the fixed text around it, in the edition ``reengagement``.
        excluded: the items that the reader excluded; None if there are none.
        fingerprint: the hash of the inputs of the brief; if it differs, facts have changed since.
    """

    user: Recipient
    date: date
    timezone: str
    edition: Edition
    as_of: datetime
    quiet: bool
    headline: tuple[Claim, ...]
    counts: Counts
    next_actions: tuple[NextAction, ...]
    next_actions_omitted: int
    since_last: SinceLast
    timeline: tuple[TimelineEntry, ...]
    workload: Workload
    sections: tuple[Section, ...]
    warnings: tuple[CoverageWarning, ...]
    facts: dict[str, Fact] = field(repr=False)
    still_wanted: Claim | None = None
    tomorrow: tuple[Claim, ...] = ()
    week: Week | None = None
    reengagement: ReengagementText | None = None
    excluded: Excluded | None = None
    fingerprint: str = ""
    format: int = 3
