"""A brief that a command waits for, composed by a run in the same process.

The run is listed, cancelled and fenced like every other, but it belongs to the command that enqueued it: it
has one attempt, and no worker retries it if the command dies.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from daybreak import runs
from daybreak.briefs import store
from daybreak.briefs.jobs import ComposeKind, ComposeParameters, composes, enqueue_or_get, parameters_of
from daybreak.briefs.service import StoredBrief
from daybreak.db import Database
from daybreak.errors import InternalError
from daybreak.runs import Run, Status
from daybreak.telemetry import log


async def compose_on_demand(
    database: Database,
    kind: ComposeKind,
    user_id: UUID,
    parameters: ComposeParameters,
    *,
    on_waiting: Callable[[], None] | None = None,
) -> StoredBrief:
    """Compose a brief from the current facts and store it.

    A run in progress for that date and edition may have older facts or another zone: it is awaited, then a
    new run is enqueued. A run of the schedule is awaited too, because it may skip a quiet day. A queued run
    with the same parameters that a user requested is used as it is.

    Args:
        database: the database.
        kind: the run kind.
        user_id: the reader.
        parameters: the parameters.
        on_waiting: called when another process has been running the run for a second.

    Raises:
        NotFound: there is no such user.
        Conflict: the run was cancelled, or a run for another zone is scheduled for later.
        Unavailable: the database does not respond.
    """
    kind = replace(kind, max_attempts=1)
    while True:
        async with database.transaction([user_id]) as tx:
            run = await enqueue_or_get(tx, kind, user_id, parameters)
        is_ours = composes(run, kind, parameters) and parameters_of(run, kind).requested_by_user
        if run.status is Status.QUEUED and is_ours:
            run = await runs.run_in_foreground(database, [kind], run, on_waiting=on_waiting)
            return await _read_stored(database, run, parameters)
        await _await_blocking_run(database, kind, run, on_waiting)


async def _await_blocking_run(
    database: Database, kind: ComposeKind, run: Run, on_waiting: Callable[[], None] | None
) -> None:
    """Wait until a blocking run has ended; its outcome does not matter here."""
    try:
        await runs.run_in_foreground(database, [kind], run, on_waiting=on_waiting)
    except runs.NotDue:
        raise
    except Exception as error:  # noqa: BLE001 - any failure of the other run; ours comes next
        log.info("briefs.blocking_run_failed", run=str(run.id), error=type(error).__name__)


async def _read_stored(database: Database, run: Run, parameters: ComposeParameters) -> StoredBrief:
    async with database.transaction([run.owner_id]) as tx:
        document = await store.read(tx, run.owner_id, parameters.date, parameters.edition)
    if document is None:
        raise InternalError("The brief was composed but is not stored.")
    return StoredBrief(UUID(run.result["edition_id"]), document)
