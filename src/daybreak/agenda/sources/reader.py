"""The reader of one user's sources: database, date, limits and keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from daybreak.agenda.model import Source
from daybreak.agenda.parsed import ImportContext
from daybreak.agenda.sources.parser_pool import ProgressCallback
from daybreak.db import Database, load
from daybreak.errors import NotFound
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User
from daybreak.threads import DedicatedThreads

DAYS_BEHIND = 14
DAYS_AHEAD = 62
_sql = load("daybreak.agenda")
# Above the concurrency of the web’s new addresses and of a worker’s queue, so that these are the limits.
source_threads = DedicatedThreads("sources", 16)


@dataclass(frozen=True, slots=True)
class SourceReader:
    """A reader of one user's sources, around a date and within limits.

    Attributes:
        open_vault: returns the vault that decrypts calendar URLs; called only when one is fetched.
        home: Daybreak's own folder, which is never read.
    """

    database: Database
    user: User
    today: date
    limits: IntakeSettings
    open_vault: Callable[[], Vault]
    progress: ProgressCallback | None = None
    home: Path | None = None

    @property
    def context(self) -> ImportContext:
        """The context for importers; recurring events are expanded around the date."""
        return ImportContext(
            tz=self.user.tz,
            today=self.today,
            expand_from=self.today - timedelta(days=DAYS_BEHIND),
            expand_until=self.today + timedelta(days=DAYS_AHEAD),
        )


async def lock_source(
    tx: asyncpg.Connection, owner_id: UUID, source: Source, statement: str = _sql.lock_source
) -> asyncpg.Record:
    """Return the row of a source, locked until the transaction ends.

    Raises:
        NotFound: the source was removed meanwhile.
    """
    row = await tx.fetchrow(statement, owner_id, source.id)
    if row is None:
        raise NotFound(f"The source “{source.name}” has been removed.")
    return row
