"""Due briefs, outcomes of days and their reasons, with the texts that users read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

MOST_COUNTED = 10_000


class Outcome(StrEnum):
    """The outcome of a day. Each is final, except that an enqueued day can turn out to be quiet."""

    RUNG = "rung"
    MISSED = "missed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """The reason for an outcome."""

    DUE = "due"
    CAUGHT_UP = "caught_up"
    TOO_LATE = "too_late"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    GENTLE = "gentle"
    MOTIVATING = "motivating"
    WARM = "warm"
    OFFER = "offer"
    DORMANT = "dormant"
    QUIET = "quiet"

    @property
    def sentence(self) -> str:
        """The reason as users read it."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.DUE: "It was due.",
    Reason.CAUGHT_UP: "It was delayed, but still within the catch-up window.",
    Reason.TOO_LATE: "The server was down past the catch-up window.",
    Reason.UNREACHABLE: "The reader has been away for three days or more, and messages would not arrive.",
    Reason.SILENT: "The reader is away and has already been sent the reminder for this part of the absence.",
    Reason.GENTLE: "The reader has been away for four days or more: a gentle reminder.",
    Reason.MOTIVATING: "The reader has been away for ten days or more: an encouraging reminder.",
    Reason.WARM: "The reader has been away for a month: a personal reminder.",
    Reason.OFFER: "The reader has been away for a long time: the monthly offer to return or to stop.",
    Reason.QUIET: "Nothing was due, and quiet days are skipped.",
    Reason.DORMANT: "The reader has been away for more than a month, and the next offer is not due yet.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A brief that is due in the future."""

    local_date: date
    due_at: datetime
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome, past or expected, of one edition on one day."""

    local_date: date
    due_at: datetime
    edition: str
    outcome: Outcome
    reason: Reason

    @property
    def place(self) -> "DayPlace":
        """The cursor of a list of days after this one."""
        return DayPlace(self.local_date, self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The schedule of one user.

    Attributes:
        next: the pending brief; None if there is none.
        start_at: when its run will be enqueued, some time before it is due.
        error: why no brief is created until the preferences are fixed.
    """

    active: bool
    next: Due | None
    start_at: datetime | None
    aside: str | None

    @property
    def cure(self) -> str:
        """The way to fix the error; empty if there is none."""
        return cure(self.aside) if self.aside else ""


def cure(aside: str) -> str:
    """Return how to fix an error of a schedule."""
    if aside.startswith("There is no time zone"):
        return "Choose another one in the profile, or with “daybreak users set EMAIL --tz ZONE”."
    return "Fix the cause, then retry: on the schedule page, or with “daybreak schedule retry EMAIL”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """An error that stops the schedule of one user until it is fixed.

    Attributes:
        local_date: the day that was pending when it happened, if any.
    """

    owner_id: UUID
    local_date: date | None
    reason: str

    @property
    def cure(self) -> str:
        """The way to fix it."""
        return cure(self.reason)


def _edition(word: str) -> str:
    """Return the text if it can be the name of an edition.

    Raises:
        ValueError: it cannot be one.
    """
    if not (word.isascii() and word.isalpha()):
        raise ValueError(word)
    return word


class LeftOutPlace(NamedTuple):
    """A cursor in the list of days without a brief; the list continues with older entries."""

    decided_at: datetime
    owner_id: UUID
    local_date: date
    edition: str

    @staticmethod
    def readers() -> tuple[Callable[[str], object], ...]:
        """Return the functions that parse its parts from text."""
        return datetime.fromisoformat, UUID, date.fromisoformat, _edition


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A day of one user that was missed or skipped."""

    owner_id: UUID
    local_date: date
    edition: str
    outcome: Outcome
    reason: Reason
    decided_at: datetime

    @property
    def place(self) -> LeftOutPlace:
        """The cursor of the list after this day."""
        return LeftOutPlace(self.decided_at, self.owner_id, self.local_date, self.edition)


class DayPlace(NamedTuple):
    """A cursor in the list of a user's days; the list continues with earlier days."""

    local_date: date
    edition: str

    @staticmethod
    def readers() -> tuple[Callable[[str], object], ...]:
        """Return the functions that parse its parts from text."""
        return date.fromisoformat, _edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """The number of briefs due at one instant, and how many of them are expected to be late."""

    due_at: datetime
    people: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The schedule of all users.

    Attributes:
        upcoming: every instant of the next 24 hours at which a brief is due.
        overdue: number of briefs that should have started a minute ago; counts stop at `count_limit`.
        errors: number of users whose schedule has an error.
        missed: number of days missed in the last 24 hours ...
        skipped: ... and number of days skipped.
        p95_duration: 95th percentile of the duration of recent briefs.
        briefs_per_second: briefs composed per second in the busiest minute.
        measured_at: when that was last measured.
        count_limit: the number at which counting stops.
    """

    to_come: tuple[Minute, ...]
    behind: int
    aside: int
    missed: int
    skipped: int
    took: timedelta
    per_second: float
    measured_at: datetime | None
    most: int = MOST_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerSeen:
    """A scheduler process, by its last heartbeat.

    Attributes:
        alive: whether the last heartbeat is recent.
        last_error: the error of its last tick; empty if it succeeded.
    """

    id: UUID
    name: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    trouble: str


def forecast(crowds: list[tuple[datetime, int]], per_second: float, lead: timedelta) -> tuple[Minute, ...]:
    """Estimate how many briefs will be late at each instant.

    Args:
        crowds: instants in order, and the number of briefs due at each.
        per_second: the briefs composed per second.
        lead: the longest time before an instant at which its briefs may start.
    """
    minutes, free_from = [], None
    for due_at, people in crowds:
        begin = due_at - lead if free_from is None else max(free_from, due_at - lead)
        in_time = max(0.0, (due_at - begin).total_seconds()) * per_second
        late = max(0, people - int(in_time))
        free_from = begin + timedelta(seconds=people / per_second)
        minutes.append(Minute(due_at=due_at, people=people, late=late))
    return tuple(minutes)
