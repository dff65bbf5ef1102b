"""A source of one user, whose items a test replaces as an import would."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak import agenda, clock
from daybreak.agenda import Reader, Source
from daybreak.agenda.parsed import Harvest, ImportedEvent, ImportedTask
from daybreak.agenda.rows import FileHarvest
from daybreak.agenda.sources import imports
from daybreak.agenda.sources.parser_pool import Reading
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User


@dataclass(frozen=True)
class Plans:
    """A folder of plans, registered as a source."""

    database: Database
    user: User
    source: Source

    async def hold(self, *things: ImportedTask | ImportedEvent) -> None:
        """Replace the items of the source with these."""
        harvest = Harvest(
            tasks=tuple(thing for thing in things if isinstance(thing, ImportedTask)),
            events=tuple(thing for thing in things if isinstance(thing, ImportedEvent)),
        )
        read = Reading([FileHarvest("plan.md", datetime(2026, 3, 27, tzinfo=UTC), harvest)])
        gathered = await imports._gathered(self.reader, self.source, read)
        async with self.database.transaction([self.user.id]) as tx:
            await imports.write(tx, self.reader, gathered)

    async def fail(self, reason: str) -> None:
        """Record that the source could not be read."""
        await imports._note_failure(self.reader, self.source, reason)

    @property
    def reader(self) -> Reader:
        """The reader of the source."""
        today = clock.local_date(clock.now(), self.user.tz)
        return Reader(self.database, self.user, today, IntakeSettings(), _no_vault)


def _no_vault() -> Vault:
    raise AssertionError("a folder has no secret")


@pytest.fixture
def new_plans(database: Database, user: User, tmp_path: Path) -> Callable:
    async def make(name: str = "plans", owner: User = user) -> Plans:
        (tmp_path / name).mkdir()
        return Plans(database, owner, await agenda.add_folder(database, owner, tmp_path / name))

    return make


@pytest.fixture
async def plans(new_plans: Callable) -> Plans:
    return await new_plans()
