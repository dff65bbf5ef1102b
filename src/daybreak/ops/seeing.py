"""What the page of one run shows, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from daybreak import clock, runs
from daybreak.ops.spans import Chart, chart
from daybreak.runs import Cursor, Event, Run, Status

ITEMS = 50
EVENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A run, its items, and what happened.

    Attributes:
        whole: the run of which this is an item.
        items: some of them, in their order.
        more_items: where to go on; None when these are the last.
        events: the latest, in order.
        chart: who had the run and these items when.
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
        """Whether it has fanned out."""
        return bool(self.items) or (self.run.part_of is None and self.run.total > 0)

    @property
    def can_retry(self) -> bool:
        """Whether it ended without success."""
        return self.run.status in {Status.FAILED, Status.PARTIAL, Status.CANCELLED}

    @property
    def can_begin_anew(self) -> bool:
        """Whether trying all of it again is more than trying again what did not succeed."""
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
    """A run or an item, with the items that are in these states after that place, and events before a number.

    Raises:
        NotFound: there is no such run of this owner's.
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
