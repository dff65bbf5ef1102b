"""The schedule as programs see it, and what they may change of it."""

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
from daybreak.schedule.upkeep import UpkeepStanding
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
        """As preferences have it."""
        return Weekday[self.name]


class ScheduleView(Resource):
    """When briefs come; times are local to their reader."""

    active: bool = Field(description="Whether briefs come at all; false while paused.")
    brief_time: Clock = Field(examples=["07:00"])
    timezone: str = Field(description="Of the profile, where it is changed.", examples=["Europe/Berlin"])
    frequency: Frequency
    weekdays: Sequence[DayName] = Field(examples=[["monday", "thursday"]])
    quiet_day: QuietDay = Field(description="What to do when nothing is due.")
    weekly_day: DayName = Field(description="When the week is summed up, if `quiet_day` says so.")
    catch_up_minutes: int = Field(
        description="How late a brief may begin and is still wanted.", examples=[240]
    )
    email: bool = Field(description="Whether the brief is mailed, too.")
    reengage: bool = Field(description="Whether briefs may grow rare while their reader is away.")
    project_choice: ProjectChoice = Field(
        description="Which projects a brief looks at: `all`, `only` those named, or all `except` those."
    )
    projects: Sequence[str] = Field(examples=[["House"]])

    @classmethod
    def of(cls, user: User) -> "ScheduleView":
        """That user's."""
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
    """What is to change; what is left out or null stays as it is."""

    active: bool | None = None
    brief_time: Clock | None = Field(None, examples=["06:30"])
    frequency: Frequency | None = Field(None, strict=False)
    weekdays: list[Annotated[DayName, Field(strict=False)]] | None = Field(
        None,
        max_length=7,
        description="For `weekly` one, for `chosen` some; without a frequency it is `chosen`.",
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
        """The user with these changes.

        Raises:
            InvalidInput: they do not go together.
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
    """A brief to come."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    editions: Sequence[str] = Field(examples=[["standard"]])

    @classmethod
    def of(cls, due: Due) -> "DueView":
        """That brief."""
        return cls.model_validate(due)


class ComingView(Resource):
    """The briefs to come."""

    active: bool = Field(description="While it is false, none of them comes.")
    aside: str | None = Field(
        description="Why none comes until something is mended, and what that is.", examples=[None]
    )
    briefs: Sequence[DueView]

    @classmethod
    def of(cls, standing: Standing, dues: Sequence[Due]) -> "ComingView":
        """Where the schedule stands, and what comes."""
        aside = f"{standing.aside} {standing.cure}" if standing.aside else None
        return cls(active=standing.active, aside=aside, briefs=[DueView.of(due) for due in dues])


class DecisionView(Resource):
    """What becomes, or became, of one edition of a day."""

    local_date: date = Field(examples=[_DATE])
    due_at: AwareDatetime = Field(examples=[_AT])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    sentence: str = Field(description="The reason as a person reads it.", examples=["It was due."])

    @classmethod
    def of(cls, one: Decision) -> "DecisionView":
        """That decision."""
        values = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls.model_validate(values | {"sentence": one.reason.sentence})


class ExplanationView(Resource):
    """What would become of the day that is pending, if nothing happened until it is due."""

    pending: Sequence[DecisionView]


class MinuteView(Resource):
    """How many briefs are due at one instant, and how many of them are not expected to be ready then."""

    due_at: AwareDatetime = Field(examples=[_AT])
    people: int = Field(examples=[120])
    late: int = Field(examples=[0])

    @classmethod
    def of(cls, minute: Minute) -> "MinuteView":
        """That instant."""
        return cls.model_validate(minute)


class UpkeepRunView(Resource):
    """How one run of upkeep went, or goes."""

    started_at: AwareDatetime = Field(
        description="When it began, or, while it waits, since when.", examples=[_AT]
    )
    seconds: float = Field(description="How long it was under way.", examples=[0.4])
    status: Status
    said: str = Field(
        description="What came of it, or why it failed.", examples=["Forgot 0 months of days and 12 slots."]
    )


class UpkeepView(Resource):
    """What is done by the clock, with its last runs, the latest first."""

    name: str = Field(examples=["schedule.forget"])
    cron: str = Field(description="In UTC.", examples=["17 3 * * *"])
    next_at: AwareDatetime = Field(examples=[_AT])
    runs: Sequence[UpkeepRunView]

    @classmethod
    def of(cls, one: UpkeepStanding) -> "UpkeepView":
        """That upkeep."""
        return cls.model_validate(one)


class SchedulerView(Resource):
    """Who keeps the schedule, as the database last heard of it."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["host-1:4711"])
    started_at: AwareDatetime = Field(examples=[_AT])
    seen_at: AwareDatetime = Field(examples=[_AT])
    alive: bool
    trouble: str = Field(description="What went wrong in its last turn.", examples=[""])

    @classmethod
    def of(cls, one: SchedulerSeen) -> "SchedulerView":
        """That scheduler."""
        return cls.model_validate(one)


class OverviewView(Resource):
    """Where the schedule stands as a whole, for operators."""

    to_come: Sequence[MinuteView] = Field(description="Every instant of the next 24 hours with somebody due.")
    behind: int = Field(description="How many should have begun a minute ago.", examples=[0])
    aside: int = Field(description="How many people are set aside.", examples=[0])
    missed: int = Field(description="How many days were missed in the last 24 hours.", examples=[0])
    skipped: int = Field(description="How many days were skipped in the last 24 hours.", examples=[3])
    most: int = Field(description="These four are counted so far and no further.", examples=[10000])
    per_second: float = Field(
        description="Briefs done in a second of the busiest recent minute.", examples=[50.0]
    )
    took_seconds: float = Field(description="95 of 100 recent briefs took so long at most.", examples=[1.2])
    measured_at: datetime | None = Field(examples=[_AT])
    schedulers: Sequence[SchedulerView]
    upkeep: Sequence[UpkeepView]

    @classmethod
    def of(
        cls, seen: Overview, schedulers: Sequence[SchedulerSeen], upkeep: Sequence[UpkeepStanding]
    ) -> "OverviewView":
        """All of it."""
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
    """Somebody who is left out until something is mended."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null for whoever is gone by now.", examples=["anna@example.org"])
    local_date: date | None = Field(
        description="The day on which it happened, if one was pending.", examples=[_DATE]
    )
    reason: str = Field(examples=["There is no time zone “Mars/Olympus”."])
    cure: str = Field(examples=["Choose another one in the profile."])

    @classmethod
    def of(cls, one: Aside, email: str | None) -> "AsideView":
        """Who it is, and why."""
        return cls(
            user=one.owner_id, email=email, local_date=one.local_date, reason=one.reason, cure=one.cure
        )


class LeftOutView(Resource):
    """A day of somebody's that was missed or skipped."""

    user: UUID = Field(examples=[_ID])
    email: str | None = Field(description="Null for whoever is gone by now.", examples=["anna@example.org"])
    local_date: date = Field(examples=[_DATE])
    edition: str = Field(examples=["standard"])
    outcome: Outcome
    reason: Reason
    sentence: str = Field(description="The reason as a person reads it.", examples=["It was due."])
    decided_at: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, one: LeftOut, email: str | None) -> "LeftOutView":
        """That day, with whose it is."""
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
    """Who is to be tried again."""

    user: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="Null for everybody who is set aside.", examples=[None]
    )


class RetriedView(Resource):
    """How many are tried again at the next tick."""

    people: int = Field(examples=[1])
