"""A brief for somebody who waits for it: composed through a run, here and now.

The run is seen, steered and fenced like every other, but it belongs to the command that began it: it is
attempted once, and when the command dies nobody takes it up.
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
    """Compose a brief from the facts as they are now, and store it.

    A run that is under way for that date and edition already may know less, or compose from other sources:
    it is waited for, and another one begins; so is one of the schedule, which may skip a quiet day. One that
    somebody asked for and that only waits to begin is as good as a new one.

    Args:
        database: where everything is.
        kind: how it is composed.
        user_id: the reader.
        wanted: which brief.
        waiting: called when somebody else is at it for a second.

    Raises:
        NotFound: there is no such user.
        Conflict: the run was cancelled meanwhile, or one that composes from other sources waits for its time.
        Unavailable: the database does not answer.
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
    """See to the end of a run that is in the way; how it ends is its own affair."""
    try:
        await runs.perform(database, [kind], run, waiting=waiting)
    except runs.NotDue:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, ours comes next and may fare better
        log.info("briefs.got_over", run=str(run.id), error=type(error).__name__)


async def _stored(database: Database, run: Run, wanted: Wanted) -> StoredBrief:
    async with database.transaction([run.owner_id]) as tx:
        document = await store.read(tx, run.owner_id, wanted.date, wanted.edition)
    if document is None:
        raise Bug("The brief was composed, and is not there.")
    return StoredBrief(UUID(run.result["edition_id"]), document)
