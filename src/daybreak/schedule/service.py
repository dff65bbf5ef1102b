"""The verbs on one user's schedule: what is next, what became of the days, and why."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NoReturn
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import NotFound
from daybreak.schedule import planning
from daybreak.schedule.model import Decision, Due, Outcome, Reason, Standing
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.slots import Slot, TimeOfDay, days, slots
from daybreak.schedule.ticking import COMPOSE

_sql = load(__package__)
_FAR = timedelta(days=400)


async def standing(database: Database, user_id: UUID) -> Standing:
    """Where the schedule stands with a user; a change of preferences is taken account of first.

    Raises:
        NotFound: there is no such user.
    """
    row = await _settled(database, user_id)
    pending = _due(row["local_date"], row["due_at"], row) if row["start_at"] else None
    return Standing(active=row["active"], next=pending, start_at=row["start_at"], aside=row["aside"])


async def next_briefs(database: Database, user_id: UUID, count: int = 5) -> list[Due]:
    """The next briefs of a user, by the same slots that the tick goes by.

    Raises:
        NotFound: there is no such user.
    """
    row = await _settled(database, user_id)
    return list(_from(row, count)) if row["start_at"] else []


async def history(tx: asyncpg.Connection, user_id: UUID, limit: int = 30) -> list[Decision]:
    """What became of a user's days, the latest first; within the caller's transaction."""
    return [_decision(row) for row in await tx.fetch(_sql.read_days, user_id, limit)]


async def explain(
    database: Database, user_id: UUID, settings: ScheduleSettings, moment: datetime | None = None
) -> list[Decision]:
    """What would become of a user's pending day if it were decided at that moment, or now.

    Raises:
        NotFound: there is no such user.
    """
    await _settled(database, user_id)
    async with database.ownerless() as connection:
        rows = await connection.fetch(_sql.explain, user_id, moment or clock.now(), settings.backoff)
    return [_decision(row) for row in rows]


async def simulate(
    database: Database, user_id: UUID, settings: ScheduleSettings, count: int
) -> list[Decision]:
    """What will become of a user's next days if nobody visits: the tick itself, rolled back.

    Raises:
        NotFound: there is no such user.
    """
    dues = await next_briefs(database, user_id, count)
    decisions: list[Decision] = []
    with suppress(_Rehearsed):
        async with database.transaction([user_id]) as tx:
            await planning.fill(tx, await _slots_until(tx, user_id, dues))
            for due in dues:
                await tx.execute(_sql.rehearse, user_id, due.due_at, settings.backoff, COMPOSE)
                await tx.execute(_sql.suppose_received, user_id, due.due_at)
            decisions = await history(tx, user_id, 2 * len(dues))
            _undo()
    known = {due.local_date for due in dues}
    return [one for one in reversed(decisions) if one.local_date in known]


async def note_reach(tx: asyncpg.Connection, user_id: UUID, *, reachable: bool, observable: bool) -> None:
    """For whoever delivers: whether messages arrive at a user, and whether reading them would be seen."""
    await tx.execute(_sql.write_reach, user_id, reachable, observable)


async def note_received(tx: asyncpg.Connection, user_id: UUID) -> None:
    """For whoever delivers: something has just arrived at a user. Opening it is a visit (`people.visit`)."""
    await tx.execute(_sql.write_received, user_id, clock.now())


async def reasons(tx: asyncpg.Connection, days: Mapping[UUID, date], edition: str) -> dict[UUID, Reason]:
    """Why that edition of users' dates came out as it did, where that was decided."""
    rows = await tx.fetch(_sql.read_reasons, list(days.keys()), list(days.values()), edition)
    return {row["owner_id"]: Reason(row["reason"]) for row in rows}


async def note_quiet(tx: asyncpg.Connection, user_id: UUID, day: date, edition: str) -> None:
    """For whoever composes, since the schedule knows no facts: the day is quiet, and skipped."""
    await tx.execute(_sql.note_quiet, user_id, day, edition)


class _Rehearsed(Exception):
    """What rolls a rehearsal back."""


def _undo() -> NoReturn:
    raise _Rehearsed


async def _slots_until(tx: asyncpg.Connection, user_id: UUID, dues: list[Due]) -> Iterator[Slot]:
    row = await tx.fetchrow(_sql.read_standing, user_id)
    dates = days(dues[0].local_date, dues[-1].local_date) if dues else ()
    return slots(TimeOfDay(row["zone"], row["local_time"]), dates)


async def _settled(database: Database, user_id: UUID) -> asyncpg.Record:
    row = await _read(database, user_id)
    if row["stale"]:
        await planning.resolve(database, clock.now(), only=user_id)
        row = await _read(database, user_id)
    return row


async def _read(database: Database, user_id: UUID) -> asyncpg.Record:
    async with database.transaction([user_id]) as tx:
        row = await tx.fetchrow(_sql.read_standing, user_id)
    if row is None:
        raise NotFound("There is no such user.")
    return row


def _from(row: asyncpg.Record, count: int) -> Iterator[Due]:
    first: date = row["local_date"]
    found = 0
    for slot in slots(TimeOfDay(row["zone"], row["local_time"]), days(first, first + _FAR)):
        due = _due(slot.local_date, slot.due_at, row)
        if due.editions:
            yield due
            found += 1
        if found == count:
            return


def _due(day: date, due_at: datetime, row: asyncpg.Record) -> Due:
    bit = 1 << (day.isoweekday() - 1)
    named = (("standard", row["weekdays"]), ("weekly", row["weekly"]))
    return Due(local_date=day, due_at=due_at, editions=tuple(name for name, on in named if on & bit))


def _decision(row: asyncpg.Record) -> Decision:
    return Decision(
        local_date=row["local_date"],
        due_at=row["due_at"],
        edition=row["edition"],
        outcome=Outcome(row["outcome"]),
        reason=Reason(row["reason"]),
    )
