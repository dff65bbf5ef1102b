"""The schedule form: filled from preferences, and applied to them."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Self

from pydantic import BaseModel, Field

from daybreak import people
from daybreak.people import Frequency, ProjectChoice, QuietDay, User, Weekday
from daybreak.web import Form

_MINUTE = timedelta(minutes=1)
_HOUR = 60
_MAX_DIGITS = 4
_CATCH_UP_MINUTES = (0, 30, 60, 120, 240, 480, 720, 1200)
FREQUENCIES = (
    (Frequency.DAILY, "Every day"),
    (Frequency.WEEKDAYS, "Monday to Friday"),
    (Frequency.WEEKLY, "Once a week"),
    (Frequency.CHOSEN, "Custom days"),
)
QUIET_DAY_LABELS = {
    QuietDay.SEND: "Send it anyway",
    QuietDay.SHORTEN: "Send a short version: next actions and timeline",
    QuietDay.SKIP: "Skip it",
    QuietDay.WEEKLY: "Skip it and send a weekly review instead",
}
PROJECT_CHOICES = (
    (ProjectChoice.ALL, "All projects"),
    (ProjectChoice.ONLY, "Only the selected projects"),
    (ProjectChoice.EXCEPT, "All except the selected projects"),
)
WEEKDAYS = tuple((str(int(day)), day.name.capitalize()) for day in Weekday)


class ScheduleForm(BaseModel):
    """The values of the schedule form; `day` is that of a weekly brief, `catch_up` is in minutes."""

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
    reengagement: bool = False

    @classmethod
    def of(cls, user: User) -> Form[Self]:
        """Return a form filled with a user's current preferences."""
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
            "reengagement": "true" if p.reengagement else "",
        }
        lists = {"weekdays": [str(int(day)) for day in sorted(p.weekdays)], "projects": p.projects}
        return Form(values, lists=lists)

    def apply_to(self, user: User) -> User:
        """Return the user with the values of the form.

        Raises:
            InvalidInput: the values contradict each other, or cannot be chosen yet.
        """
        named = {self.day} if self.frequency is Frequency.WEEKLY else set(self.weekdays)
        preferences = replace(
            user.preferences,
            brief_time=self.brief_time,
            frequency=self.frequency,
            weekdays=people.resolve_weekdays(self.frequency, named),
            quiet_day=self.quiet_day,
            weekly_day=self.weekly_day,
            catch_up=self.catch_up * _MINUTE,
            project_choice=self.project_choice,
            projects=tuple(dict.fromkeys(self.projects)),
            email=self.email,
            reengagement=self.reengagement,
        )
        return replace(user, preferences=preferences)


def quiet_day_options() -> list[tuple[str, str]]:
    """Return the options for quiet days, with their labels."""
    return [(str(rule), QUIET_DAY_LABELS[rule]) for rule in QuietDay]


def catch_up_options(selected: str) -> list[tuple[str, str]]:
    """Return the options of the catch-up window, in minutes; the selected one is included."""
    known = {
        *_CATCH_UP_MINUTES,
        *(
            [int(selected)]
            if selected.isascii() and selected.isdecimal() and len(selected) <= _MAX_DIGITS
            else []
        ),
    }
    return [
        (str(minutes), _catch_up_label(minutes))
        for minutes in sorted(known)
        if minutes <= max(_CATCH_UP_MINUTES)
    ]


def _catch_up_label(minutes: int) -> str:
    if minutes == 0:
        return "Skip it"
    hours, rest = divmod(minutes, _HOUR)
    parts = [
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((hours, "hour"), (rest, "minute"))
        if number
    ]
    return f"Send it up to {' and '.join(parts)} late"
