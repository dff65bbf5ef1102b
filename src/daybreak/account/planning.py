"""When one's briefs come, as it stands in the form: read from preferences, and written back to them."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Self

from pydantic import BaseModel, Field

from daybreak import people
from daybreak.people import Frequency, ProjectChoice, QuietDay, User, Weekday
from daybreak.web import Form

_MINUTE = timedelta(minutes=1)
_HOUR = 60
_DIGITS = 4
_WINDOWS = (0, 30, 60, 120, 240, 480, 720, 1200)
FREQUENCIES = (
    (Frequency.DAILY, "Every day"),
    (Frequency.WEEKDAYS, "Monday to Friday"),
    (Frequency.WEEKLY, "Once a week"),
    (Frequency.CHOSEN, "On the days that I choose"),
)
QUIET_DAYS = {
    QuietDay.SEND: "Write the brief all the same.",
    QuietDay.SHORTEN: "Keep it short: the next actions and the timeline of the day.",
    QuietDay.SKIP: "Leave the brief out; the day is listed as skipped.",
    QuietDay.WEEKLY: "Leave the brief out, and sum the week up on one day of it.",
}
PROJECT_CHOICES = (
    (ProjectChoice.ALL, "All projects"),
    (ProjectChoice.ONLY, "Only those chosen below"),
    (ProjectChoice.EXCEPT, "All except those chosen below"),
)
WEEKDAYS = tuple((str(int(day)), day.name.capitalize()) for day in Weekday)


class Planning(BaseModel):
    """What is filled in; `day` is that of a weekly brief, `catch_up` in minutes."""

    brief_time: time
    frequency: Frequency
    day: Weekday
    weekdays: list[Weekday] = Field(default_factory=list)
    quiet_day: QuietDay
    weekly_day: Weekday
    catch_up: int = Field(ge=0, le=1200)
    project_choice: ProjectChoice
    projects: list[str] = Field(default_factory=list)
    email: bool = False
    reengage: bool = False

    @classmethod
    def of(cls, user: User) -> Form[Self]:
        """A form that shows how things are."""
        p = user.preferences
        values = {
            "brief_time": f"{p.brief_time:%H:%M}",
            "frequency": p.frequency,
            "day": str(int(min(p.weekdays))),
            "quiet_day": p.quiet_day,
            "weekly_day": str(int(p.weekly_day)),
            "catch_up": str(p.catch_up // _MINUTE),
            "project_choice": p.project_choice,
            "email": "true" if p.email else "",
            "reengage": "true" if p.reengage else "",
        }
        lists = {"weekdays": [str(int(day)) for day in sorted(p.weekdays)], "projects": p.projects}
        return Form(values, lists=lists)

    def changed(self, user: User) -> User:
        """The user as filled in.

        Raises:
            InvalidInput: what was chosen does not go together, or cannot be chosen yet.
        """
        named = {self.day} if self.frequency is Frequency.WEEKLY else set(self.weekdays)
        plan = replace(
            user.preferences,
            brief_time=self.brief_time,
            frequency=self.frequency,
            weekdays=people.weekdays_of(self.frequency, named),
            quiet_day=self.quiet_day,
            weekly_day=self.weekly_day,
            catch_up=self.catch_up * _MINUTE,
            project_choice=self.project_choice,
            projects=tuple(dict.fromkeys(self.projects)),
            email=self.email,
            reengage=self.reengage,
        )
        return replace(user, preferences=plan)


def quiet_days() -> list[tuple[str, str]]:
    """The rules for quiet days, each with what it does."""
    return [(str(rule), QUIET_DAYS[rule]) for rule in QuietDay]


def windows(chosen: str) -> list[tuple[str, str]]:
    """Times within which a brief may be caught up, in minutes; the chosen one is among them."""
    known = {
        *_WINDOWS,
        *([int(chosen)] if chosen.isascii() and chosen.isdecimal() and len(chosen) <= _DIGITS else []),
    }
    return [(str(minutes), _window(minutes)) for minutes in sorted(known) if minutes <= max(_WINDOWS)]


def _window(minutes: int) -> str:
    if minutes == 0:
        return "Not at all: a day that cannot be on time is missed"
    hours, rest = divmod(minutes, _HOUR)
    parts = [
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((hours, "hour"), (rest, "minute"))
        if number
    ]
    return f"Up to {' and '.join(parts)} late"
