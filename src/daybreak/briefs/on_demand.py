"""A brief that a command waits for, composed by a run in the same process.

The run is listed, cancelled and fenced like every other, but it belongs to the command that enqueued it: it
has one attempt, and no worker retries it if the command dies.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from daybreak import runs
from daybreak.briefs import store
from daybreak.briefs.jobs import ComposeKind, Wanted, is_for, start_or_find, wanted_by
from daybreak.briefs.service import StoredBrief
from daybreak.db import Database
from daybreak.errors import Bug
from daybreak.runs import Run, Status
from daybreak.telemetry import log


async def compose_on_demand(
    database: Database,
    kind: ComposeKind,
    user_id: UUID,
    wanted: Wanted,
    *,
    waiting: Callable[[], None] | None = None,
) -> StoredBrief:
    """Compose a brief from the current facts and store it.

    A run in progress for that date and edition may have older facts or other sources: it is awaited, then a
    new run is enqueued. A run of the schedule is awaited too, because it may skip a quiet day. A queued run
    with the same parameters that a user requested is used as it is.

    Args:
        database: the database.
        kind: the run kind.
        user_id: the reader.
        wanted: the parameters.
        waiting: called when another process has been running the run for a second.

    Raises:
        NotFound: there is no such user.
        Conflict: the run was cancelled, or a run with other sources is scheduled for later.
        Unavailable: the database does not respond.
    """
    kind = replace(kind, max_attempts=1)
    while True:
        async with database.transaction([user_id]) as tx:
            run = await start_or_find(tx, kind, user_id, wanted)
        is_ours = is_for(run, kind, wanted) and wanted_by(run, kind).asked
        if run.status is Status.QUEUED and is_ours:
            run = await runs.perform(database, [kind], run, waiting=waiting)
            return await _stored(database, run, wanted)
        await _get_over(database, kind, run, waiting)


async def _get_over(
    database: Database, kind: ComposeKind, run: Run, waiting: Callable[[], None] | None
) -> None:
    """Wait until a blocking run has ended; its outcome does not matter here."""
    try:
        await runs.perform(database, [kind], run, waiting=waiting)
    except runs.NotDue:
        raise
    except Exception as error:  # noqa: BLE001 - any failure of the other run; ours comes next
        log.info("briefs.got_over", run=str(run.id), error=type(error).__name__)


async def _stored(database: Database, run: Run, wanted: Wanted) -> StoredBrief:
    async with database.transaction([run.owner_id]) as tx:
        document = await store.read(tx, run.owner_id, wanted.date, wanted.edition)
    if document is None:
        raise Bug("The brief was composed but is not stored.")
    return StoredBrief(UUID(run.result["edition_id"]), document)
