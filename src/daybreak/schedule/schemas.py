"""Models of the schedule API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from daybreak.people import (
    Frequency,
    Preferences,
    ProjectChoice,
    QuietDay,
    User,
    resolve_weekdays,
)
from daybreak.runs import Status
from daybreak.schedule.maintenance.tasks import MaintenanceStatus
from daybreak.schedule.model import (
    DayOutcome,
    DayWithoutBrief,
    DueBrief,
    DueCount,
    Outcome,
    Reason,
    ScheduleError,
    ScheduleOverview,
    SchedulerInfo,
    ScheduleStatus,
    SecondTry,
    SecondTryState,
)
from daybreak.web import InputModel, LocalTime, OutputModel, WeekdayName

_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_AT = "2026-03-30T05:00:00Z"
_DATE = "2026-03-30"
_MINUTE = timedelta(minutes=1)


class ScheduleOut(OutputModel):
    """A user's schedule; times are local to the user."""

    active: bool = Field(description="Whether briefs are created; false while paused.")
    brief_time: LocalTime = Field(examples=["07:00"])
    timezone: str = Field(description="Set in the profile.", examples=["Europe/Berlin"])
    frequency: Frequency
    weekdays: Sequence[WeekdayName] = Field(examples=[["monday", "thursday"]])
    quiet_day: QuietDay = Field(description="What to do when nothing is due.")
    weekly_day: WeekdayName = Field(description="Day of the weekly review, if `quiet_day` is `weekly`.")
    catch_up_minutes: int = Field(
        description="Minutes by which a brief may be late; after that the day is missed.", examples=[240]
    )
    email: bool = Field(description="Whether the brief is also sent by e-mail.")
    reengagement: bool = Field(description="Whether fewer briefs are created while the user is away.")
    project_choice: ProjectChoice = Field(
        description="Which projects a brief covers: `all`, `only` those named, or all `except` those."
    )
    projects: Sequence[str] = Field(examples=[["House"]])

    @classmethod
    def of(cls, user: User) -> "ScheduleOut":
        """Return the schedule of a user."""
        p = user.preferences
        return cls(
            active=p.active,
            brief_time=f"{p.brief_time:%H:%M}",
            timezone=user.timezone,
            frequency=p.frequency,
            weekdays=[WeekdayName[day.name] for day in sorted(p.weekdays)],
            quiet_day=p.quiet_day,
            weekly_day=WeekdayName[p.weekly_day.name],
            catch_up_minutes=p.catch_up // _MINUTE,
            email=p.email,
            reengagement=p.reengagement,
            project_choice=p.project_choice,
            projects=p.projects,
        )


class ScheduleIn(InputModel):
    """Changes to a schedule; fields that are omitted or null stay as they are."""

    active: bool | None = None
    brief_time: LocalTime | None = Field(None, examples=["06:30"])
    frequency: Frequency | None = Field(None, strict=False)
    weekdays: list[Annotated[WeekdayName, Field(strict=False)]] | None = Field(
        None,
        max_length=7,
        description="One for `weekly`, any number for `chosen`; without `frequency` it is `chosen`.",
        examples=[["monday", "thursday"]],
    )
    quiet_day: QuietDay | None = Field(None, strict=False)
    weekly_day: WeekdayName | None = Field(None, strict=False)
    catch_up_minutes: int | None = Field(None, ge=0, le=1200, examples=[120])
    email: bool | None = None
    reengagement: bool | None = None
    project_choice: ProjectChoice | None = Field(None, strict=False)
    projects: list[Annotated[str, StringConstraints(max_length=200)]] | None = Field(
        None, max_length=200, examples=[["House"]]
    )

    def apply_to(self, user: User) -> User:
        """Return the user with these changes.

        Raises:
            InvalidInput: the changes contradict each other.
        """
        given = {name: value for name, value in self._preference_values().items() if value is not None}
        return replace(
            user, preferences=replace(user.preferences, **given, **self._weekday_values(user.preferences))
        )

    def _preference_values(self) -> Mapping[str, Any]:
        return {
            "active": self.active,
            "brief_time": self.brief_time and time.fromisoformat(self.brief_time),
            "quiet_day": self.quiet_day,
            "weekly_day": self.weekly_day and self.weekly_day.weekday,
            "catch_up": None if self.catch_up_minutes is None else self.catch_up_minutes * _MINUTE,
            "email": self.email,
            "reengagement": self.reengagement,
            "project_choice": self.project_choice,
            "projects": None if self.projects is None else tuple(self.projects),
        }

    def _weekday_values(self, preferences: Preferences) -> Mapping[str, Any]:
        if self.frequency is None and self.weekdays is None:
            return {}
        often = self.frequency or Frequency.CHOSEN
        named = preferences.weekdays if self.weekdays is None else {day.weekday for day in self.weekdays}
        return {"frequency": often, "weekdays": resolve_weekdays(often, named)}


class DueBriefOut(OutputModel):
    """A brief that is due in the future."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    editions: Sequence[str] = Field(examples=[["standard"]])

    @classmethod
    def of(cls, due_brief: DueBrief) -> "DueBriefOut":
        """Return the model of a due brief."""
        return cls.model_validate(due_brief)


class UpcomingBriefsOut(OutputModel):
    """The next briefs of a schedule."""

    active: bool = Field(description="While false, none of the briefs is created.")
    error: str | None = Field(
        description="Why no brief is created, and how to fix it; null if all is well.", examples=[None]
    )
    briefs: Sequence[DueBriefOut]

    @classmethod
    def of(cls, status: ScheduleStatus, due_briefs: Sequence[DueBrief]) -> "UpcomingBriefsOut":
        """Return the status and the next briefs of a schedule."""
        error = f"{status.error} {status.fix}" if status.error else None
        return cls(active=status.active, error=error, briefs=[DueBriefOut.of(due) for due in due_briefs])


class SecondTryOut(OutputModel):
    """The second try of a scheduled brief that failed because its workers died."""

    owner_id: UUID = Field(examples=[_ID])
    local_date: date = Field(examples=[_DATE])
    edition: str = Field(examples=["standard"])
    run_id: UUID = Field(examples=[_ID])
    retry_at: AwareDatetime = Field(description="When it is retried, or was.", examples=[_AT])
    state: SecondTryState = Field(
        description="Superseded: a user started the brief again. Too late: the catch-up window is over."
    )
    run_status: Status | None = Field(description="The status of the run now; null if it was pruned.")

    @classmethod
    def of(cls, second_try: SecondTry) -> "SecondTryOut":
        """Return the model of a second try."""
        return cls.model_validate(second_try)


class DayOutcomeOut(OutputModel):
    """The outcome, past or expected, of one edition on one day."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    reason_text: str = Field(description="The reason as users read it.", examples=["Due as scheduled."])
    second_try: SecondTryOut | None = Field(
        description="Set if the brief failed because its workers died.", examples=[None]
    )

    @classmethod
    def of(cls, outcome: DayOutcome) -> "DayOutcomeOut":
        """Return the model of an outcome."""
        values = {name: getattr(outcome, name) for name in cls.model_fields if hasattr(outcome, name)}
        again = outcome.second_try
        return cls.model_validate(
            values
            | {"reason_text": outcome.reason.text, "second_try": SecondTryOut.of(again) if again else None}
        )


class ExplanationOut(OutputModel):
    """The expected outcomes of the pending day if nothing changes until it is due."""

    pending: Sequence[DayOutcomeOut]


class DueCountOut(OutputModel):
    """The number of briefs due at one instant, and how many of them are expected to be late."""

    due_at: AwareDatetime = Field(examples=[_AT])
    users: int = Field(examples=[120])
    late: int = Field(examples=[0])

    @classmethod
    def of(cls, due_count: DueCount) -> "DueCountOut":
        """Return the model of an instant."""
        return cls.model_validate(due_count)


class MaintenanceRunOut(OutputModel):
    """One run of a maintenance task."""

    started_at: AwareDatetime = Field(
        description="When it started or, while it is queued, when it was created.", examples=[_AT]
    )
    seconds: float = Field(description="Running time in seconds.", examples=[0.4])
    status: Status
    summary: str = Field(
        description="The result, or the error.", examples=["Deleted 0 months of outcomes and 12 slots."]
    )


class MaintenanceOut(OutputModel):
    """A maintenance task with its latest runs first."""

    name: str = Field(examples=["schedule.prune"])
    cron: str = Field(description="In UTC.", examples=["17 3 * * *"])
    next_run_at: AwareDatetime = Field(examples=[_AT])
    runs: Sequence[MaintenanceRunOut]

    @classmethod
    def of(cls, status: MaintenanceStatus) -> "MaintenanceOut":
        """Return the model of a task."""
        return cls.model_validate(status)


class SchedulerOut(OutputModel):
    """A scheduler process, by its last heartbeat."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["host-1:4711"])
    started_at: AwareDatetime = Field(examples=[_AT])
    seen_at: AwareDatetime = Field(examples=[_AT])
    alive: bool
    last_error: str = Field(description="The error of its last tick; empty if it succeeded.", examples=[""])

    @classmethod
    def of(cls, scheduler: SchedulerInfo) -> "SchedulerOut":
        """Return the model of a scheduler."""
        return cls.model_validate(scheduler)


class ScheduleOverviewOut(OutputModel):
    """The schedule of all users, for operators."""

    upcoming: Sequence[DueCountOut] = Field(
        description="Every instant of the next 24 hours at which a brief is due."
    )
    overdue: int = Field(description="Briefs that should have started a minute ago.", examples=[0])
    errors: int = Field(description="Users whose schedule has an error.", examples=[0])
    missed: int = Field(description="Days missed in the last 24 hours.", examples=[0])
    skipped: int = Field(description="Days skipped in the last 24 hours.", examples=[3])
    count_limit: int = Field(description="Limit at which these four counts stop.", examples=[10000])
    briefs_per_second: float = Field(
        description="Briefs per second in the busiest recent minute.", examples=[50.0]
    )
    p95_seconds: float = Field(
        description="95th percentile of the duration of recent briefs, in seconds.", examples=[1.2]
    )
    measured_at: datetime | None = Field(examples=[_AT])
    schedulers: Sequence[SchedulerOut]
    maintenance: Sequence[MaintenanceOut]
    second_tries: Sequence[SecondTryOut] = Field(
        description="Briefs that failed in the last 24 hours because their workers died."
    )

    @classmethod
    def of(
        cls,
        overview: ScheduleOverview,
        schedulers: Sequence[SchedulerInfo],
        maintenance: Sequence[MaintenanceStatus],
        second_tries: Sequence[SecondTry],
    ) -> "ScheduleOverviewOut":
        """Return the overview with schedulers, maintenance and second tries."""
        values = {name: getattr(overview, name) for name in cls.model_fields if hasattr(overview, name)}
        return cls.model_validate(
            values
            | {
                "upcoming": [DueCountOut.of(one) for one in overview.upcoming],
                "p95_seconds": overview.p95_duration.total_seconds(),
                "schedulers": [SchedulerOut.of(one) for one in schedulers],
                "maintenance": [MaintenanceOut.of(one) for one in maintenance],
                "second_tries": [SecondTryOut.of(one) for one in second_tries],
            }
        )


class ScheduleErrorOut(OutputModel):
    """An error that stops the schedule of one user until it is fixed."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null if the user was deleted.", examples=["anna@example.org"])
    local_date: date | None = Field(
        description="The day that was pending when it happened, if any.", examples=[_DATE]
    )
    reason: str = Field(examples=["There is no time zone “Mars/Olympus”."])
    fix: str = Field(examples=["Choose another one in the profile."])

    @classmethod
    def of(cls, error: ScheduleError, email: str | None) -> "ScheduleErrorOut":
        """Return the model of an error with its user's e-mail address."""
        return cls(
            user=error.owner_id, email=email, local_date=error.local_date, reason=error.reason, fix=error.fix
        )


class DayWithoutBriefOut(OutputModel):
    """A day of one user that was missed or skipped."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null if the user was deleted.", examples=["anna@example.org"])
    local_date: date = Field(examples=[_DATE])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    reason_text: str = Field(description="The reason as users read it.", examples=["Due as scheduled."])
    decided_at: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, day: DayWithoutBrief, email: str | None) -> "DayWithoutBriefOut":
        """Return the model of a day with its user's e-mail address."""
        return cls(
            user=day.owner_id,
            email=email,
            local_date=day.local_date,
            edition=day.edition,
            outcome=day.outcome,
            reason=day.reason,
            reason_text=day.reason.text,
            decided_at=day.decided_at,
        )


class RetryIn(InputModel):
    """The user to retry."""

    user: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="Null for all users whose schedule has an error.", examples=[None]
    )


class RetryOut(OutputModel):
    """The number of users whose schedule the next tick retries."""

    users: int = Field(examples=[1])
