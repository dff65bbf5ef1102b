"""A source of one user, whose items a test replaces as an import would."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak import agenda, clock
from daybreak.agenda import Source, SourceReader
from daybreak.agenda.parsed import ImportedEvent, ImportedRevision, ImportedTask, ParsedFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources import imports
from daybreak.agenda.sources.parser_pool import SourceContents
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User


@dataclass(frozen=True)
class PlanFolder:
    """A folder of plans, registered as a source."""

    database: Database
    user: User
    source: Source

    async def replace_items(self, *things: ImportedTask | ImportedEvent | ImportedRevision) -> None:
        """Replace the items of the source with these."""
        parsed_file = ParsedFile(
            tasks=tuple(thing for thing in things if isinstance(thing, ImportedTask)),
            events=tuple(thing for thing in things if isinstance(thing, ImportedEvent)),
            revisions=tuple(thing for thing in things if isinstance(thing, ImportedRevision)),
        )
        read = SourceContents([ParsedSourceFile("plan.md", datetime(2026, 3, 27, tzinfo=UTC), parsed_file)])
        fetched = await imports._build_fetched_source(self.source_reader, self.source, read)
        async with self.database.transaction([self.user.id]) as tx:
            await imports.save_fetched_source(tx, self.source_reader, fetched)

    async def mark_failed(self, reason: str) -> None:
        """Record that the source could not be read."""
        await imports._record_failure(self.source_reader, self.source, reason)

    @property
    def source_reader(self) -> SourceReader:
        """The reader of the source."""
        today = clock.local_date(clock.now(), self.user.tz)
        return SourceReader(self.database, self.user, today, IntakeSettings(), _no_vault)


def _no_vault() -> Vault:
    raise AssertionError("a folder has no secret")


@pytest.fixture
def new_plans(database: Database, user: User, tmp_path: Path) -> Callable:
    async def make(name: str = "plans", owner: User = user) -> PlanFolder:
        (tmp_path / name).mkdir()
        return PlanFolder(database, owner, await agenda.add_folder(database, owner, tmp_path / name))

    return make


@pytest.fixture
async def plans(new_plans: Callable) -> PlanFolder:
    return await new_plans()
