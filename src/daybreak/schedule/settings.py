"""How often the schedule looks, how much it does at once, and what it leaves out."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, Group


class ScheduleSettings(Group):
    """The schedule's intervals and bounds; all times are seconds."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}SCHEDULE_")

    in_worker: bool = Field(
        default=True, description="Whether every worker keeps the schedule, too; any number of them may."
    )
    interval: float = Field(default=10.0, gt=0, le=60, description="How often to look who is due.")
    chunk: int = Field(
        default=5000, ge=1, le=20000, description="How many users one transaction of the tick deals with."
    )
    backlog: int = Field(
        default=10_000,
        ge=1,
        description="How many briefs may wait to be composed before no more of those that are over "
        "15 minutes late, as after an outage, are started.",
    )
    backoff: bool = Field(
        default=False,
        description="Whether briefs grow rare while their reader is away: silence, then a word to return.",
    )
    longest_lead: float = Field(
        default=1800.0,
        ge=0,
        description="How long before it is due a brief may begin, when many are due at the same minute.",
    )
    keep_days: int = Field(
        default=400, ge=31, description="How long it is kept what became of each user's day."
    )

    @property
    def lead(self) -> timedelta:
        """The longest lead as an interval."""
        return timedelta(seconds=self.longest_lead)
