"""Due briefs, outcomes of days and their reasons, with the texts that users read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

COUNT_LIMIT = 10_000


class Outcome(StrEnum):
    """The outcome of a day. Each is final, except that an enqueued day can turn out to be quiet."""

    ENQUEUED = "enqueued"
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
    def text(self) -> str:
        """The reason as users read it."""
        return _REASON_TEXTS[self]


_REASON_TEXTS = {
    Reason.DUE: "Due as scheduled.",
    Reason.CAUGHT_UP: "Delayed, but within the catch-up window.",
    Reason.TOO_LATE: "The server was down past the catch-up window.",
    Reason.UNREACHABLE: "Away for three days or more, and a reminder could not be delivered.",
    Reason.SILENT: "Away; the reminder for this part of the absence was already sent.",
    Reason.GENTLE: "Away for four days or more: a gentle reminder.",
    Reason.MOTIVATING: "Away for ten days or more: an encouraging reminder.",
    Reason.WARM: "Away for a month: a personal reminder.",
    Reason.OFFER: "Away for a long time: a monthly reminder with the choice to return or stop.",
    Reason.QUIET: "Nothing was due, and quiet days are skipped.",
    Reason.DORMANT: "Away for more than a month, and the next monthly reminder is not due yet.",
}


class SecondTryState(StrEnum):
    """The state of a second try."""

    PENDING = "pending"
    RETRIED = "retried"
    SUPERSEDED = "superseded"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondTry:
    """The second try of a scheduled brief that failed because its workers died.

    Attributes:
        run_id: the run, which failed and is retried.
        retry_at: when it is retried, or was.
        run_status: the status of the run now; None if it was pruned.
    """

    owner_id: UUID
    local_date: date
    edition: str
    run_id: UUID
    retry_at: datetime
    state: SecondTryState
    run_status: str | None

    def describe(self, tz: tzinfo) -> str:
        """Return what happened and what will, as users read it."""
        at = f"{self.retry_at.astimezone(tz):%H:%M}"
        match self.state:
            case SecondTryState.PENDING:
                return f"Composing failed; it will be tried again at {at}."
            case SecondTryState.TOO_LATE:
                return "Composing failed, and the catch-up window is over."
            case SecondTryState.SUPERSEDED:
                return "Composing failed; it was started again by hand, or briefs were paused."
        return f"Composing failed; it was tried again at {at}: {self._result}."

    @property
    def _result(self) -> str:
        if self.run_status in {None, "queued", "running"}:
            return self.run_status or "done"
        return "failed again" if self.run_status == "failed" else str(self.run_status)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBrief:
    """A brief that is due in the future."""

    local_date: date
    due_at: datetime
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcome:
    """The outcome, past or expected, of one edition on one day.

    Attributes:
        second_try: set if the brief was enqueued and failed because its workers died.
    """

    local_date: date
    due_at: datetime
    edition: str
    outcome: Outcome
    reason: Reason
    second_try: SecondTry | None = None

    def describe(self, tz: tzinfo) -> str:
        """Return the reason, or what became of a brief that failed."""
        return self.second_try.describe(tz) if self.second_try else self.reason.text

    @property
    def cursor(self) -> "DayCursor":
        """The cursor of a list of days after this one."""
        return DayCursor(self.local_date, self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStatus:
    """The schedule of one user.

    Attributes:
        next: the pending brief; None if there is none.
        start_at: when its run will be enqueued, some time before it is due.
        error: why no brief is created until the preferences are fixed.
    """

    active: bool
    next: DueBrief | None
    start_at: datetime | None
    error: str | None

    @property
    def fix(self) -> str:
        """The way to fix the error; empty if there is none."""
        return fix_for(self.error) if self.error else ""


def fix_for(error: str) -> str:
    """Return how to fix an error of a schedule."""
    if error.startswith("There is no time zone"):
        return "Choose another one in the profile, or with “daybreak users set EMAIL --tz ZONE”."
    return "Fix the cause, then retry: on the schedule page, or with “daybreak schedule retry EMAIL”."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleError:
    """An error that stops the schedule of one user until it is fixed.

    Attributes:
        local_date: the day that was pending when it happened, if any.
    """

    owner_id: UUID
    local_date: date | None
    reason: str

    @property
    def fix(self) -> str:
        """The way to fix it."""
        return fix_for(self.reason)


def _parse_edition(text: str) -> str:
    """Return the text if it can be the name of an edition.

    Raises:
        ValueError: it cannot be one.
    """
    if not (text.isascii() and text.isalpha()):
        raise ValueError(text)
    return text


class DayWithoutBriefCursor(NamedTuple):
    """A cursor in the list of days without a brief; the list continues with older entries."""

    decided_at: datetime
    owner_id: UUID
    local_date: date
    edition: str

    @staticmethod
    def parsers() -> tuple[Callable[[str], object], ...]:
        """Return the functions that parse its parts from text."""
        return datetime.fromisoformat, UUID, date.fromisoformat, _parse_edition


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWithoutBrief:
    """A day of one user that was missed or skipped."""

    owner_id: UUID
    local_date: date
    edition: str
    outcome: Outcome
    reason: Reason
    decided_at: datetime

    @property
    def cursor(self) -> DayWithoutBriefCursor:
        """The cursor of the list after this day."""
        return DayWithoutBriefCursor(self.decided_at, self.owner_id, self.local_date, self.edition)


class DayCursor(NamedTuple):
    """A cursor in the list of a user's days; the list continues with earlier days."""

    local_date: date
    edition: str

    @staticmethod
    def parsers() -> tuple[Callable[[str], object], ...]:
        """Return the functions that parse its parts from text."""
        return date.fromisoformat, _parse_edition


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCount:
    """The number of briefs due at one instant, and how many of them are expected to be late."""

    due_at: datetime
    users: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOverview:
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

    upcoming: tuple[DueCount, ...]
    overdue: int
    errors: int
    missed: int
    skipped: int
    p95_duration: timedelta
    briefs_per_second: float
    measured_at: datetime | None
    count_limit: int = COUNT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerInfo:
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
    last_error: str


def forecast(
    due_counts: list[tuple[datetime, int]], briefs_per_second: float, max_lead: timedelta
) -> tuple[DueCount, ...]:
    """Estimate how many briefs will be late at each instant.

    Args:
        due_counts: instants in order, and the number of briefs due at each.
        briefs_per_second: the briefs composed per second.
        max_lead: the longest time before an instant at which its briefs may start.
    """
    minutes, free_from = [], None
    for due_at, users in due_counts:
        begin = due_at - max_lead if free_from is None else max(free_from, due_at - max_lead)
        in_time = max(0.0, (due_at - begin).total_seconds()) * briefs_per_second
        late = max(0, users - int(in_time))
        free_from = begin + timedelta(seconds=users / briefs_per_second)
        minutes.append(DueCount(due_at=due_at, users=users, late=late))
    return tuple(minutes)
