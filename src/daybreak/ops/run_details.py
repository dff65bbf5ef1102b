"""The data of a run's page, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from daybreak import clock, runs, schedule
from daybreak.ops.charts.attempts import AttemptChart, build_chart
from daybreak.runs import Queue, Run, RunCursor, RunEvent, Status
from daybreak.schedule import SecondTry

MAX_ITEMS = 50
MAX_EVENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """A run with its items and events.

    Attributes:
        parent: the run of which this is an item.
        items: one page of items, in order.
        next_items: the cursor of the next page; None on the last.
        events: the latest events, in order.
        chart: the attempts of the run and these items.
        second_try: set if it is a scheduled brief that failed because its workers died.
    """

    run: Run
    parent: Run | None
    items: Sequence[Run]
    next_items: RunCursor | None
    events: Sequence[RunEvent]
    chart: AttemptChart | None
    second_try: SecondTry | None
    now: datetime

    @property
    def has_items(self) -> bool:
        """Whether the run has items."""
        return bool(self.items) or (self.run.parent_id is None and self.run.total > 0)

    @property
    def can_retry(self) -> bool:
        """Whether it ended without full success."""
        return self.run.status in {Status.FAILED, Status.PARTIAL, Status.CANCELLED}

    @property
    def can_restart(self) -> bool:
        """Whether a retry of the whole run differs from a retry of its failed parts."""
        return self.can_retry and bool(self.items)


async def read_run_details(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    *,
    statuses: Sequence[Status] | None = None,
    after: RunCursor | None = None,
    before: int | None = None,
) -> RunDetails:
    """Return a run or item, with a page of its items in these statuses and the events before a number.

    Raises:
        NotFound: the user has no such run.
    """
    run = await runs.get(tx, owner_id, run_id)
    whole = await runs.get(tx, owner_id, run.parent_id) if run.parent_id else None
    items = []
    if whole is None:
        items = await runs.list_items(
            tx, owner_id, run_id, after=after, statuses=statuses, limit=MAX_ITEMS + 1
        )
    shown = items[:MAX_ITEMS]
    happened = await runs.list_attempt_events(tx, owner_id, [run_id, *(item.id for item in shown)])
    events = await runs.list_latest_events(tx, owner_id, run_id, before=before, limit=MAX_EVENTS)
    now = clock.now()
    return RunDetails(
        run=run,
        parent=whole,
        items=shown,
        next_items=shown[-1].cursor if len(items) > MAX_ITEMS else None,
        events=events,
        chart=build_chart([run, *shown], happened, now),
        second_try=await _find_second_try(tx, run),
        now=now,
    )


async def _find_second_try(tx: asyncpg.Connection, run: Run) -> SecondTry | None:
    if run.queue is not Queue.SCHEDULED or not run.errors:
        return None
    return await schedule.find_second_try(tx, run.owner_id, run.id)
