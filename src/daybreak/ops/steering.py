"""Trying again, and why that cannot be."""

from uuid import UUID

import asyncpg

from daybreak import runs
from daybreak.errors import Conflict
from daybreak.runs import Run


async def retry(tx: asyncpg.Connection, owner_id: UUID, run_id: UUID, *, whole: bool = False) -> Run:
    """Run again what did not succeed, or the whole run.

    Another run that is open for the same thing is found before it is hit.

    Raises:
        NotFound: there is no such run of this owner's.
        Conflict: it cannot be; with the run that stands in the way, as ``run``, if one does.
    """
    rival = await runs.rival(tx, owner_id, run_id)
    if rival is not None:
        raise in_the_way(rival)
    return await runs.retry(tx, owner_id, run_id, whole=whole)


def in_the_way(rival: UUID) -> Conflict:
    """Why nothing is started: a run is open for the same thing."""
    return Conflict(
        "Another run for the same thing is open, and two would get in each other's way; "
        "wait for it, or cancel it."
    ).telling(run=str(rival))
