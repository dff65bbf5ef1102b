"""Models of the schedule API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from daybreak.people import (
    Frequency,
    Preferences,
    ProjectChoice,
    QuietDay,
    User,
    Weekday,
    weekdays_of,
)
from daybreak.runs import Status
from daybreak.schedule.maintenance.tasks import UpkeepStanding
from daybreak.schedule.model import (
    Aside,
    Decision,
    Due,
    LeftOut,
    Minute,
    Outcome,
    Overview,
    Reason,
    SchedulerSeen,
    Standing,
)
from daybreak.web import Clock, Order, Resource

_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_AT = "2026-03-30T05:00:00Z"
_DATE = "2026-03-30"
_MINUTE = timedelta(minutes=1)


class DayName(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def weekday(self) -> Weekday:
        """The same day as preferences represent it."""
        return Weekday[self.name]


class ScheduleView(Resource):
    """A user's schedule; times are local to the user."""

    active: bool = Field(description="Whether briefs are created; false while paused.")
    brief_time: Clock = Field(examples=["07:00"])
    timezone: str = Field(description="Set in the profile.", examples=["Europe/Berlin"])
    frequency: Frequency
    weekdays: Sequence[DayName] = Field(examples=[["monday", "thursday"]])
    quiet_day: QuietDay = Field(description="What to do when nothing is due.")
    weekly_day: DayName = Field(description="Day of the weekly review, if `quiet_day` is `weekly`.")
    catch_up_minutes: int = Field(
        description="Minutes by which a brief may be late; after that the day is missed.", examples=[240]
    )
    email: bool = Field(description="Whether the brief is also sent by e-mail.")
    reengage: bool = Field(description="Whether fewer briefs are created while the user is away.")
    project_choice: ProjectChoice = Field(
        description="Which projects a brief covers: `all`, `only` those named, or all `except` those."
    )
    projects: Sequence[str] = Field(examples=[["House"]])

    @classmethod
    def of(cls, user: User) -> "ScheduleView":
        """Return the schedule of a user."""
        p = user.preferences
        return cls(
            active=p.active,
            brief_time=f"{p.brief_time:%H:%M}",
            timezone=user.timezone,
            frequency=p.frequency,
            weekdays=[DayName[day.name] for day in sorted(p.weekdays)],
            quiet_day=p.quiet_day,
            weekly_day=DayName[p.weekly_day.name],
            catch_up_minutes=p.catch_up // _MINUTE,
            email=p.email,
            reengage=p.reengage,
            project_choice=p.project_choice,
            projects=p.projects,
        )


class ScheduleOrder(Order):
    """Changes to a schedule; fields that are omitted or null stay as they are."""

    active: bool | None = None
    brief_time: Clock | None = Field(None, examples=["06:30"])
    frequency: Frequency | None = Field(None, strict=False)
    weekdays: list[Annotated[DayName, Field(strict=False)]] | None = Field(
        None,
        max_length=7,
        description="One for `weekly`, any number for `chosen`; without `frequency` it is `chosen`.",
        examples=[["monday", "thursday"]],
    )
    quiet_day: QuietDay | None = Field(None, strict=False)
    weekly_day: DayName | None = Field(None, strict=False)
    catch_up_minutes: int | None = Field(None, ge=0, le=1200, examples=[120])
    email: bool | None = None
    reengage: bool | None = None
    project_choice: ProjectChoice | None = Field(None, strict=False)
    projects: list[Annotated[str, StringConstraints(max_length=200)]] | None = Field(
        None, max_length=200, examples=[["House"]]
    )

    def changed(self, user: User) -> User:
        """Return the user with these changes.

        Raises:
            InvalidInput: the changes contradict each other.
        """
        given = {name: value for name, value in self._values().items() if value is not None}
        return replace(user, preferences=replace(user.preferences, **given, **self._days(user.preferences)))

    def _values(self) -> Mapping[str, Any]:
        return {
            "active": self.active,
            "brief_time": self.brief_time and time.fromisoformat(self.brief_time),
            "quiet_day": self.quiet_day,
            "weekly_day": self.weekly_day and self.weekly_day.weekday,
            "catch_up": None if self.catch_up_minutes is None else self.catch_up_minutes * _MINUTE,
            "email": self.email,
            "reengage": self.reengage,
            "project_choice": self.project_choice,
            "projects": None if self.projects is None else tuple(self.projects),
        }

    def _days(self, p: Preferences) -> Mapping[str, Any]:
        if self.frequency is None and self.weekdays is None:
            return {}
        often = self.frequency or Frequency.CHOSEN
        named = p.weekdays if self.weekdays is None else {day.weekday for day in self.weekdays}
        return {"frequency": often, "weekdays": weekdays_of(often, named)}


class DueView(Resource):
    """A brief that is due in the future."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    editions: Sequence[str] = Field(examples=[["standard"]])

    @classmethod
    def of(cls, due: Due) -> "DueView":
        """Return the model of a due brief."""
        return cls.model_validate(due)


class ComingView(Resource):
    """The next briefs of a schedule."""

    active: bool = Field(description="While false, none of the briefs is created.")
    aside: str | None = Field(
        description="Why no brief is created, and how to fix it; null if all is well.", examples=[None]
    )
    briefs: Sequence[DueView]

    @classmethod
    def of(cls, standing: Standing, dues: Sequence[Due]) -> "ComingView":
        """Return the status and the next briefs of a schedule."""
        aside = f"{standing.aside} {standing.cure}" if standing.aside else None
        return cls(active=standing.active, aside=aside, briefs=[DueView.of(due) for due in dues])


class DecisionView(Resource):
    """The outcome, past or expected, of one edition on one day."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    sentence: str = Field(description="The reason as users read it.", examples=["It was due."])

    @classmethod
    def of(cls, one: Decision) -> "DecisionView":
        """Return the model of an outcome."""
        values = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls.model_validate(values | {"sentence": one.reason.sentence})


class ExplanationView(Resource):
    """The expected outcomes of the pending day if nothing changes until it is due."""

    pending: Sequence[DecisionView]


class MinuteView(Resource):
    """The number of briefs due at one instant, and how many of them are expected to be late."""

    due_at: AwareDatetime = Field(examples=[_AT])
    people: int = Field(examples=[120])
    late: int = Field(examples=[0])

    @classmethod
    def of(cls, minute: Minute) -> "MinuteView":
        """Return the model of an instant."""
        return cls.model_validate(minute)


class UpkeepRunView(Resource):
    """One run of a maintenance task."""

    started_at: AwareDatetime = Field(
        description="When it started or, while it is queued, when it was created.", examples=[_AT]
    )
    seconds: float = Field(description="Running time in seconds.", examples=[0.4])
    status: Status
    said: str = Field(
        description="The result, or the error.", examples=["Deleted 0 months of outcomes and 12 slots."]
    )


class UpkeepView(Resource):
    """A maintenance task with its latest runs first."""

    name: str = Field(examples=["schedule.forget"])
    cron: str = Field(description="In UTC.", examples=["17 3 * * *"])
    next_at: AwareDatetime = Field(examples=[_AT])
    runs: Sequence[UpkeepRunView]

    @classmethod
    def of(cls, one: UpkeepStanding) -> "UpkeepView":
        """Return the model of a task."""
        return cls.model_validate(one)


class SchedulerView(Resource):
    """A scheduler process, by its last heartbeat."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["host-1:4711"])
    started_at: AwareDatetime = Field(examples=[_AT])
    seen_at: AwareDatetime = Field(examples=[_AT])
    alive: bool
    trouble: str = Field(description="The error of its last tick; empty if it succeeded.", examples=[""])

    @classmethod
    def of(cls, one: SchedulerSeen) -> "SchedulerView":
        """Return the model of a scheduler."""
        return cls.model_validate(one)


class OverviewView(Resource):
    """The schedule of all users, for operators."""

    to_come: Sequence[MinuteView] = Field(
        description="Every instant of the next 24 hours at which a brief is due."
    )
    behind: int = Field(description="Briefs that should have started a minute ago.", examples=[0])
    aside: int = Field(description="Users whose schedule has an error.", examples=[0])
    missed: int = Field(description="Days missed in the last 24 hours.", examples=[0])
    skipped: int = Field(description="Days skipped in the last 24 hours.", examples=[3])
    most: int = Field(description="Limit at which these four counts stop.", examples=[10000])
    per_second: float = Field(description="Briefs per second in the busiest recent minute.", examples=[50.0])
    took_seconds: float = Field(
        description="95th percentile of the duration of recent briefs, in seconds.", examples=[1.2]
    )
    measured_at: datetime | None = Field(examples=[_AT])
    schedulers: Sequence[SchedulerView]
    upkeep: Sequence[UpkeepView]

    @classmethod
    def of(
        cls, seen: Overview, schedulers: Sequence[SchedulerSeen], upkeep: Sequence[UpkeepStanding]
    ) -> "OverviewView":
        """Return the overview with schedulers and maintenance."""
        values = {name: getattr(seen, name) for name in cls.model_fields if hasattr(seen, name)}
        return cls.model_validate(
            values
            | {
                "to_come": [MinuteView.of(one) for one in seen.to_come],
                "took_seconds": seen.took.total_seconds(),
                "schedulers": [SchedulerView.of(one) for one in schedulers],
                "upkeep": [UpkeepView.of(one) for one in upkeep],
            }
        )


class AsideView(Resource):
    """An error that stops the schedule of one user until it is fixed."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null if the user was deleted.", examples=["anna@example.org"])
    local_date: date | None = Field(
        description="The day that was pending when it happened, if any.", examples=[_DATE]
    )
    reason: str = Field(examples=["There is no time zone “Mars/Olympus”."])
    cure: str = Field(examples=["Choose another one in the profile."])

    @classmethod
    def of(cls, one: Aside, email: str | None) -> "AsideView":
        """Return the model of an error with its user's e-mail address."""
        return cls(
            user=one.owner_id, email=email, local_date=one.local_date, reason=one.reason, cure=one.cure
        )


class LeftOutView(Resource):
    """A day of one user that was missed or skipped."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null if the user was deleted.", examples=["anna@example.org"])
    local_date: date = Field(examples=[_DATE])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    sentence: str = Field(description="The reason as users read it.", examples=["It was due."])
    decided_at: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, one: LeftOut, email: str | None) -> "LeftOutView":
        """Return the model of a day with its user's e-mail address."""
        return cls(
            user=one.owner_id,
            email=email,
            local_date=one.local_date,
            edition=one.edition,
            outcome=one.outcome,
            reason=one.reason,
            sentence=one.reason.sentence,
            decided_at=one.decided_at,
        )


class RetryOrder(Order):
    """The user to retry."""

    user: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="Null for all users whose schedule has an error.", examples=[None]
    )


class RetriedView(Resource):
    """The number of users whose schedule the next tick retries."""

    people: int = Field(examples=[1])
