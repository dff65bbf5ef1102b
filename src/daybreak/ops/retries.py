"""Retries that detect a conflicting run first."""

from uuid import UUID

import asyncpg

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Run


async def retry_without_conflict(
    tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, whole: bool = False
) -> Run:
    """Retry the failed parts of a run, or the whole run.

    An open run with the same key is detected before the retry violates the constraint.

    Raises:
        NotFound: the user has no such run.
        Conflict: it cannot be retried; the details have the conflicting run as ``run``, if there is one.
    """
    rival = await runs.find_conflicting_run(tx, owner_id, run_id)
    if rival is not None:
        raise conflict_error(rival)
    return await runs.retry(tx, owner_id, run_id, whole=whole)


def conflict_error(run_id: UUID) -> Conflict:
    """Return the error for an open run with the same key."""
    return Conflict(
        "Another run of the same kind is already open for this; wait until it ends, or cancel it."
    ).with_details(run=str(run_id))
