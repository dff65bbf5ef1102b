"""Outages of PostgreSQL, as one log line when it is lost and one when it is back, for the whole process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic

import asyncpg

from daybreak.telemetry import log

# A server that is starting, stopping or unreachable; one that has too many connections is none of these.
_OUTAGE_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


class OutageLog:
    """Logs the beginning and the end of an outage that several loops of a process notice."""

    def __init__(self) -> None:
        self._answered_at = inf  # before the first answer a process has not lost anything
        self._lost_at: float | None = None

    @property
    def is_lost(self) -> bool:
        """Whether PostgreSQL has not answered since the outage began."""
        return self._lost_at is not None

    def record_answer(self) -> None:
        """Record that PostgreSQL has answered; the first answer ends an outage."""
        self._answered_at = monotonic()
        if self._lost_at is not None:
            seconds = self._answered_at - self._lost_at
            self._lost_at = None
            log.warning("db.restored", message=f"PostgreSQL is back after {seconds:.0f} s.")

    def record_failure(self, asked_at: float, error: BaseException) -> None:
        """Record that a request of `asked_at` failed; it is an outage if nothing was answered since."""
        if self._lost_at is None and self._answered_at < asked_at and isinstance(error, _OUTAGE_ERRORS):
            self._lost_at = monotonic()
            log.warning(
                "db.lost",
                message="Lost the connection to PostgreSQL; retrying.",
                error=type(error).__name__,
            )

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Record the outcome of one request: connecting, or a statement on an open connection."""
        asked_at = monotonic()
        try:
            yield
        except Exception as error:
            self.record_failure(asked_at, error)
            raise
        self.record_answer()


def drop_lost_connections(record: logging.LogRecord) -> bool:
    """Filter the messages of a library: one about a lost connection is covered by the line of the outage."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (*_OUTAGE_ERRORS, asyncpg.InterfaceError))


logging.getLogger("asyncpg.pool").addFilter(drop_lost_connections)
outage = OutageLog()
"""The outages of this process: of all its pools, heartbeats and listeners."""
