"""The data of a run's page, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from daybreak import clock, runs
from daybreak.ops.charts.attempts import Chart, chart
from daybreak.runs import Cursor, Event, Run, Status

ITEMS = 50
EVENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A run with its items and events.

    Attributes:
        parent: the run of which this is an item.
        items: one page of items, in order.
        next_items: the cursor of the next page; None on the last.
        events: the latest events, in order.
        chart: the attempts of the run and these items.
    """

    run: Run
    whole: Run | None
    items: Sequence[Run]
    more_items: Cursor | None
    events: Sequence[Event]
    chart: Chart | None
    now: datetime

    @property
    def has_items(self) -> bool:
        """Whether the run has items."""
        return bool(self.items) or (self.run.part_of is None and self.run.total > 0)

    @property
    def can_retry(self) -> bool:
        """Whether it ended without full success."""
        return self.run.status in {Status.FAILED, Status.PARTIAL, Status.CANCELLED}

    @property
    def can_begin_anew(self) -> bool:
        """Whether a retry of the whole run differs from a retry of its failed parts."""
        return self.can_retry and bool(self.items)


async def see(
    tx: asyncpg.Connection,
    owner_id: UUID,
    run_id: UUID,
    *,
    statuses: Sequence[Status] | None = None,
    after: Cursor | None = None,
    before: int | None = None,
) -> Sight:
    """Return a run or item, with a page of its items in these statuses and the events before a number.

    Raises:
        NotFound: the user has no such run.
    """
    run = await runs.get(tx, owner_id, run_id)
    whole = await runs.get(tx, owner_id, run.part_of) if run.part_of else None
    items = []
    if whole is None:
        items = await runs.list_items(tx, owner_id, run_id, after=after, statuses=statuses, limit=ITEMS + 1)
    shown = items[:ITEMS]
    happened = await runs.moves(tx, owner_id, [run_id, *(item.id for item in shown)])
    events = await runs.latest_events(tx, owner_id, run_id, before=before, limit=EVENTS)
    now = clock.now()
    return Sight(
        run=run,
        whole=whole,
        items=shown,
        more_items=shown[-1].cursor if len(items) > ITEMS else None,
        events=events,
        chart=chart([run, *shown], happened, now),
        now=now,
    )
