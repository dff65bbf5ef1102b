"""Intervals, batch sizes, limits and retention of the schedule."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, Group


class ScheduleSettings(Group):
    """The schedule's intervals and limits; times are seconds unless the name has another unit."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}SCHEDULE_")

    in_worker: bool = Field(
        default=True, description="Whether every worker also runs a scheduler; any number of them may."
    )
    interval: float = Field(default=10.0, gt=0, le=60, description="Seconds between two ticks.")
    chunk: int = Field(
        default=5000, ge=1, le=20000, description="Maximum number of users per transaction of the tick."
    )
    backlog: int = Field(
        default=10_000,
        ge=1,
        description="Maximum number of queued briefs while briefs over 15 minutes late are caught up, "
        "as after an outage.",
    )
    backoff: bool = Field(
        default=False,
        description="Whether users who are away get fewer briefs: none, then an occasional reminder.",
    )
    longest_lead: float = Field(
        default=1800.0,
        ge=0,
        description="Maximum seconds by which a brief may start before it is due, when many are due at "
        "the same minute.",
    )
    keep_days: int = Field(
        default=400, ge=31, description="Days for which the outcome of each user's day is retained."
    )

    @property
    def lead(self) -> timedelta:
        """The maximum lead as a time interval."""
        return timedelta(seconds=self.longest_lead)
