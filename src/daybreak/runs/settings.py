"""How much a worker does at once, and how soon it notices what went wrong."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Literal

from pydantic import Field, PositiveInt, model_validator
from pydantic_settings import SettingsConfigDict

from daybreak.runs.model import Lane
from daybreak.settings import PREFIX, Group

# What a preset says counts where nothing else is said; “prod” is what the fields have as their defaults.
_PRESETS: Mapping[str, Mapping[str, object]] = {
    "prod": {},
    "dev": {"people": 4, "briefs": 4, "bulk": 2, "drain": 5.0},
}


class RunsSettings(Group):
    """The engine's bounds and intervals; all times are seconds."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}RUNS_")

    preset: Literal["dev", "prod"] = Field(
        default="prod",
        description="“dev” asks less of a laptop: 4, 4 and 2 runs at once in the lanes, 5 seconds to drain.",
    )
    people: int = Field(default=10, ge=0, description="Runs at once, per worker, that a person asked for.")
    briefs: int = Field(default=20, ge=0, description="Scheduled briefs at once, per worker.")
    bulk: int = Field(default=10, ge=0, description="Other runs at once, per worker.")
    at_once: dict[str, PositiveInt] = Field(
        default={},
        description='Runs of a kind at once, per worker, like {"briefs.compose": 4}; others as their lane.',
    )
    window: int = Field(
        default=50,
        ge=1,
        description="Runs of one user in one lane that may be waiting in the queue; others wait behind.",
    )
    lease: float = Field(
        default=30.0, gt=0, description="A worker that is silent for so long loses its runs."
    )
    beat: float = Field(default=10.0, gt=0, description="How often a worker says that it is alive.")
    sweep: float = Field(default=10.0, gt=0, description="How often lost runs and doorbells are looked for.")
    grace: float = Field(
        default=15.0, ge=0, description="How long a doorbell may be late before it counts as lost."
    )
    poll: float = Field(
        default=60.0, gt=0, description="How often the queue is looked at without a notification."
    )
    drain: float = Field(
        default=20.0, ge=0, description="Time for running work when a worker is told to stop."
    )
    commit_linger: float = Field(
        default=0.002, ge=0, description="How long a commit waits for others to join it."
    )
    commit_group: int = Field(default=50, ge=1, description="How many runs one commit may end.")
    keep_days: int = Field(default=90, ge=7, description="How long ended runs and their events are kept.")

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {**_PRESETS.get(values.get("preset", "prod"), {}), **values}

    def places(self, lane: Lane) -> int:
        """How many runs of that lane a worker does at once."""
        return {Lane.PEOPLE: self.people, Lane.BRIEFS: self.briefs, Lane.BULK: self.bulk}[lane]

    @property
    def lease_time(self) -> timedelta:
        """The lease as an interval."""
        return timedelta(seconds=self.lease)


@cache
def runs_settings() -> RunsSettings:
    """The settings of this process, read once."""
    return RunsSettings.load()
