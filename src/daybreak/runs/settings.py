"""Settings of workers: concurrency, intervals, timeouts and retention."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Literal

from pydantic import Field, PositiveInt, model_validator
from pydantic_settings import SettingsConfigDict

from daybreak.runs.model import Queue
from daybreak.settings import PREFIX, SettingsGroup

# Values of a preset replace the defaults of the fields; explicit settings override both.
_PRESETS: Mapping[str, Mapping[str, object]] = {
    "prod": {},
    "dev": {
        "interactive_concurrency": 4,
        "scheduled_concurrency": 4,
        "bulk_concurrency": 2,
        "drain_seconds": 5.0,
    },
}


class RunsSettings(SettingsGroup):
    """Limits and intervals of workers; all times are seconds."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}RUNS_")

    preset: Literal["dev", "prod"] = Field(
        default="prod",
        description="“dev” uses less of a laptop: 4, 4 and 2 concurrent runs per queue, 5 seconds to drain.",
    )
    interactive_concurrency: int = Field(
        default=10, ge=0, description="Maximum concurrent runs per worker that a user has requested."
    )
    scheduled_concurrency: int = Field(
        default=20, ge=0, description="Maximum concurrent scheduled briefs per worker."
    )
    bulk_concurrency: int = Field(default=10, ge=0, description="Maximum concurrent other runs per worker.")
    kind_concurrency: dict[str, PositiveInt] = Field(
        default={},
        description='Maximum concurrent runs of a kind per worker, such as {"briefs.compose": 4}.',
    )
    max_dispatched_per_user: int = Field(
        default=50,
        ge=1,
        description="Maximum dispatched runs of one user per queue; more runs wait until these have ended.",
    )
    lease_seconds: float = Field(
        default=30.0, gt=0, description="Seconds without a heartbeat after which a worker loses its runs."
    )
    heartbeat_seconds: float = Field(
        default=10.0, gt=0, description="Seconds between heartbeats of a worker."
    )
    rescue_seconds: float = Field(
        default=10.0, gt=0, description="Seconds between checks for expired leases and lost jobs."
    )
    redispatch_seconds: float = Field(
        default=15.0,
        ge=0,
        description="Seconds after which a dispatched run that no worker has claimed is dispatched again.",
    )
    poll_seconds: float = Field(
        default=60.0, gt=0, description="Seconds between polls of the queue, in addition to notifications."
    )
    drain_seconds: float = Field(
        default=20.0, ge=0, description="Seconds for running work to finish when a worker is stopped."
    )
    commit_delay_seconds: float = Field(
        default=0.002, ge=0, description="Seconds that a commit waits for other runs to join it."
    )
    commit_batch_size: int = Field(default=50, ge=1, description="Maximum runs per commit.")
    retention_days: int = Field(
        default=90, ge=7, description="Days after which ended runs and their events are deleted."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {**_PRESETS.get(values.get("preset", "prod"), {}), **values}

    def concurrency(self, queue: Queue) -> int:
        """Return the maximum concurrent runs of this queue per worker."""
        return {
            Queue.INTERACTIVE: self.interactive_concurrency,
            Queue.SCHEDULED: self.scheduled_concurrency,
            Queue.BULK: self.bulk_concurrency,
        }[queue]

    @property
    def lease_time(self) -> timedelta:
        """The lease as an interval."""
        return timedelta(seconds=self.lease_seconds)


@cache
def runs_settings() -> RunsSettings:
    """Return the settings of this process, read once."""
    return RunsSettings.load()
