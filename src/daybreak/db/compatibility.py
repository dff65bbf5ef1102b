"""Which programs may run on a database.

A program's number is that of its newest migration. The applied list names the oldest program that may run.
Older programs refuse to start, and drain when a heartbeat shows it while they run. All others may run on a
database with newer files, and never change it.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version

import asyncpg

from daybreak.db.sql_files import shipped_migrations
from daybreak.errors import Outdated
from daybreak.telemetry import log

_SCHEMA_ERRORS = (
    asyncpg.SyntaxOrAccessError,  # such as an undefined function, table or column
    asyncpg.InvalidCachedStatementError,
)
_MAX_LOGGED = 20


@cache
def program_number() -> int:
    """Return the number of this program: that of its newest migration."""
    return shipped_migrations()[-1].number


def program_version() -> str:
    """Return the version of this program."""
    return version("daybreak")


class CompatibilityMonitor:
    """The compatibility of this program with its database, while it runs.

    Attributes:
        outdated: the error with which the program ends once a newer program excludes it.
    """

    def __init__(self) -> None:
        self._program = program_number()
        self._callbacks: list[Callable[[], object]] = []
        self._logged: set[str] = set()
        self.outdated: Outdated | None = None

    def on_outdated(self, stop: Callable[[], object]) -> None:
        """Call `stop` once the program is outdated, immediately if it already is."""
        if self.outdated:
            stop()
        else:
            self._callbacks.append(stop)

    def raise_if_outdated(self) -> None:
        """Raise if a newer program has excluded this one.

        Raises:
            Outdated: the database was migrated by a newer program.
        """
        if self.outdated:
            raise self.outdated

    def observe(self, oldest_program: int | None, migrated_by: str | None) -> None:
        """Compare this program with the row of ``db_compatibility``, which was read with a heartbeat."""
        if self.outdated or oldest_program is None or oldest_program <= self._program:
            return
        self.outdated = Outdated(
            f"The database was migrated by a newer Daybreak ({migrated_by}, migration {oldest_program:04}); "
            f"this program ({program_version()}, migration {self._program:04}) stops. Start the new version."
        )
        log.warning("db.program_outdated", message=str(self.outdated))
        for stop in self._callbacks:
            stop()

    async def examine(self, error: Exception, read: Callable[[], Awaitable[asyncpg.Record | None]]) -> bool:
        """Log an error of a statement that does not fit the schema, once, and read whether that is why.

        Args:
            error: the error of a heartbeat, a claim or a tick.
            read: reads the row of ``db_compatibility``.

        Returns:
            Whether it is such an error.
        """
        if not isinstance(error, _SCHEMA_ERRORS):
            return False
        message = str(error).partition("\n")[0]
        if message not in self._logged and len(self._logged) < _MAX_LOGGED:
            self._logged.add(message)
            log.warning(
                "db.schema_mismatch",
                message=f"The schema of the database does not fit this program ({message}).",
            )
        with suppress(Exception):  # the next failure reads it again
            if row := await read():
                self.observe(row["oldest_program"], row["migrated_by"])
        return True
