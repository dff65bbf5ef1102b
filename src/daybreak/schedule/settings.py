"""Intervals, batch sizes, limits and retention of the schedule."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, SettingsGroup


class ScheduleSettings(SettingsGroup):
    """The schedule's intervals and limits; times are seconds unless the name has another unit."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}SCHEDULE_")

    in_worker: bool = Field(
        default=True, description="Whether every worker also runs a scheduler; any number of them may."
    )
    tick_seconds: float = Field(default=10.0, gt=0, le=60, description="Seconds between two ticks.")
    batch_size: int = Field(
        default=5000, ge=1, le=20000, description="Maximum number of users per transaction of the tick."
    )
    max_backlog: int = Field(
        default=10_000,
        ge=1,
        description="Maximum number of queued briefs while briefs over 15 minutes late are caught up, "
        "as after an outage.",
    )
    reduce_when_away: bool = Field(
        default=False,
        description="Whether users who are away get fewer briefs: none, then an occasional reminder.",
    )
    max_lead_seconds: float = Field(
        default=1800.0,
        ge=0,
        description="Maximum seconds by which a brief may start before it is due, when many are due at "
        "the same minute.",
    )
    retention_days: int = Field(
        default=400, ge=31, description="Days for which the outcome of each user's day is retained."
    )

    @property
    def max_lead(self) -> timedelta:
        """The maximum lead as a time interval."""
        return timedelta(seconds=self.max_lead_seconds)
