"""What is due, what became of a day, and why: words for people included."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

MOST_COUNTED = 10_000


class Outcome(StrEnum):
    """What became of a day; each is final, but for one that was rung and turned out to be quiet."""

    RUNG = "rung"
    MISSED = "missed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a day came out as it did."""

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
        """The reason as a person reads it."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.DUE: "It was due.",
    Reason.CAUGHT_UP: "It was due earlier and is caught up within the window for that.",
    Reason.TOO_LATE: "Nobody was there to ring it until the window for catching up was over.",
    Reason.UNREACHABLE: "Its reader has been away for three days or more, and nothing sent would arrive.",
    Reason.SILENT: "Its reader is away, and what there was to say for this stretch of the absence was said.",
    Reason.GENTLE: "Its reader has been away for four days or more: one gentle word.",
    Reason.MOTIVATING: "Its reader has been away for ten days or more: one word that motivates.",
    Reason.WARM: "Its reader has been away for a month: one warm and direct word.",
    Reason.OFFER: "Its reader has been away for long: the monthly offer to return or to stop.",
    Reason.QUIET: "Nothing asked for anything on it, and its reader has such days skipped.",
    Reason.DORMANT: "Its reader has been away for more than a month, and the next offer is not due yet.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A brief to come."""

    local_date: date
    due_at: datetime
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes, or became, of one edition of a day."""

    local_date: date
    due_at: datetime
    edition: str
    outcome: Outcome
    reason: Reason

    @property
    def place(self) -> "DayPlace":
        """Where a list of days goes on after it."""
        return DayPlace(self.local_date, self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the schedule stands with one user.

    Attributes:
        next: the day that is pending; None when none is to come.
        start_at: when it will be rung, some time before it is due.
        aside: why the user is left out until the preferences are mended.
    """

    active: bool
    next: Due | None
    start_at: datetime | None
    aside: str | None

    @property
    def cure(self) -> str:
        """How that is mended; empty when nothing is wrong."""
        return cure(self.aside) if self.aside else ""


def cure(aside: str) -> str:
    """How to mend what somebody is set aside for."""
    if aside.startswith("There is no time zone"):
        return "Choose another one in the profile, or with “daybreak users set EMAIL --tz ZONE”."
    return "Mend what it names, then try again: there, or with “daybreak schedule retry EMAIL”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A user who is left out until something is mended.

    Attributes:
        local_date: the day on which it happened, if one was pending.
    """

    owner_id: UUID
    local_date: date | None
    reason: str

    @property
    def cure(self) -> str:
        """How to mend it."""
        return cure(self.reason)


def _edition(word: str) -> str:
    """That word, if it can be the name of an edition.

    Raises:
        ValueError: it cannot.
    """
    if not (word.isascii() and word.isalpha()):
        raise ValueError(word)
    return word


class LeftOutPlace(NamedTuple):
    """Where the list of what was left out goes on: before that edition of that owner's date."""

    decided_at: datetime
    owner_id: UUID
    local_date: date
    edition: str

    @staticmethod
    def readers() -> tuple[Callable[[str], object], ...]:
        """What makes its parts out of text."""
        return datetime.fromisoformat, UUID, date.fromisoformat, _edition


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A user's day that was missed or skipped."""

    owner_id: UUID
    local_date: date
    edition: str
    outcome: Outcome
    reason: Reason
    decided_at: datetime

    @property
    def place(self) -> LeftOutPlace:
        """Where the list goes on after it."""
        return LeftOutPlace(self.decided_at, self.owner_id, self.local_date, self.edition)


class DayPlace(NamedTuple):
    """Where the list of somebody's days goes on: after that edition of that date, towards the past."""

    local_date: date
    edition: str

    @staticmethod
    def readers() -> tuple[Callable[[str], object], ...]:
        """What makes its parts out of text."""
        return date.fromisoformat, _edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """How many briefs are due at one instant, and how many of them are not expected to be ready then."""

    due_at: datetime
    people: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Where the schedule stands as a whole.

    Attributes:
        to_come: every instant of the next 24 hours at which somebody is due.
        behind: how many should have begun a minute ago; no more than `most` are counted of anything.
        aside: how many users are set aside.
        missed: how many days were missed in the last 24 hours ...
        skipped: ... and how many skipped.
        took: how long 95 of 100 recent briefs took at most.
        per_second: how many were done in a second of the busiest minute.
        measured_at: when that was measured last.
        most: where counting stops.
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
    """Who keeps the schedule, as the database last heard of it.

    Attributes:
        alive: whether that was lately.
        trouble: what went wrong in its last turn; empty when nothing did.
    """

    id: UUID
    name: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    trouble: str


def forecast(crowds: list[tuple[datetime, int]], per_second: float, lead: timedelta) -> tuple[Minute, ...]:
    """Who will be late, if so many briefs are done in a second and each may begin that long before it is due.

    Args:
        crowds: instants in order, and how many are due at each.
        per_second: how many are done in a second.
        lead: the longest time before an instant at which its briefs may begin.
    """
    minutes, free_from = [], None
    for due_at, people in crowds:
        begin = due_at - lead if free_from is None else max(free_from, due_at - lead)
        in_time = max(0.0, (due_at - begin).total_seconds()) * per_second
        late = max(0, people - int(in_time))
        free_from = begin + timedelta(seconds=people / per_second)
        minutes.append(Minute(due_at=due_at, people=people, late=late))
    return tuple(minutes)
