"""The schedule of one user: status, next briefs, past outcomes, explanation and simulation."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NoReturn
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import NotFound
from daybreak.people import User
from daybreak.schedule.due_times import slot_table
from daybreak.schedule.due_times.plan import Plan
from daybreak.schedule.due_times.slots import Slot, TimeOfDay, days, slots
from daybreak.schedule.model import DayPlace, Decision, Due, Outcome, Reason, Standing
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import COMPOSE

_sql = load(__package__)
_DAY = timedelta(days=1)


_LATEST = DayPlace(date.max, "")


async def standing(database: Database, user_id: UUID) -> Standing:
    """Return a user's schedule status; a pending change of preferences is applied first.

    Raises:
        NotFound: there is no such user.
    """
    return _standing(await _settled(database, user_id))


async def next_briefs(database: Database, user_id: UUID, count: int = 5) -> list[Due]:
    """Return the next briefs of a user, from the same slots that the tick uses.

    Raises:
        NotFound: there is no such user.
    """
    row = await _settled(database, user_id)
    return list(islice(Plan.of_row(row).dues(row["local_date"]), count)) if row["start_at"] else []


async def preview(tx: asyncpg.Connection, user: User, count: int = 5) -> list[Due]:
    """Return the next briefs of a user as if these preferences, stored or not, were written now.

    The first one is computed as `schedule_recompute_next` does it; a pause is ignored.

    Raises:
        InvalidInput: the user's time zone does not exist.
        NotFound: there is no such user.
    """
    row = await tx.fetchrow(_sql.read_pending, user.id)
    if row is None:
        raise NotFound("There is no such user.")
    now, today = clock.now(), user.today()
    pending = row["pending"] or date.max
    first = max(min(pending, today - _DAY), (row["decided"] or date.min) + _DAY)
    dues = Plan.of(user).dues(first)
    return list(islice((due for due in dues if due.due_at > now or due.local_date >= pending), count))


async def history(
    tx: asyncpg.Connection, user_id: UUID, limit: int = 30, before: DayPlace | None = None
) -> list[Decision]:
    """Return the outcomes of a user's days before the cursor, newest first."""
    return [_decision(row) for row in await tx.fetch(_sql.read_days, user_id, *(before or _LATEST), limit)]


async def explain(
    database: Database, user_id: UUID, settings: ScheduleSettings, moment: datetime | None = None
) -> list[Decision]:
    """Return the expected outcomes of a user's pending day at an instant, by default when due or now.

    Raises:
        NotFound: there is no such user.
    """
    row = await _settled(database, user_id)
    return await _explained(database, user_id, row["due_at"], settings, moment)


async def outlook(
    database: Database, user_id: UUID, settings: ScheduleSettings
) -> tuple[Standing, list[Decision]]:
    """Return a user's schedule status and the expected outcomes of the pending day when it is due.

    Raises:
        NotFound: there is no such user.
    """
    row = await _settled(database, user_id)
    standing = _standing(row)
    if standing.next is None:
        return standing, []
    return standing, await _explained(database, user_id, row["due_at"], settings)


async def _explained(
    database: Database,
    user_id: UUID,
    due_at: datetime | None,
    settings: ScheduleSettings,
    moment: datetime | None = None,
) -> list[Decision]:
    now = clock.now()
    async with database.transaction([user_id]) as tx:
        rows = await tx.fetch(_sql.explain, user_id, moment or max(now, due_at or now), settings.backoff)
    return [_decision(row) for row in rows]


async def simulate(
    database: Database, user_id: UUID, settings: ScheduleSettings, count: int
) -> list[Decision]:
    """Return the outcomes of a user's next days without activity: run the real tick, then roll back.

    Raises:
        NotFound: there is no such user.
    """
    dues = await next_briefs(database, user_id, count)
    decisions: list[Decision] = []
    with suppress(_Rehearsed):
        async with database.transaction([user_id]) as tx:
            await slot_table.fill(tx, await _slots_until(tx, user_id, dues))
            for due in dues:
                await tx.execute(_sql.rehearse, user_id, due.due_at, settings.backoff, COMPOSE)
                await tx.execute(_sql.suppose_received, user_id, due.due_at)
            decisions = await history(tx, user_id, 2 * len(dues))
            _undo()
    known = {due.local_date for due in dues}
    return [one for one in reversed(decisions) if one.local_date in known]


async def try_again(tx: asyncpg.Connection, user_id: UUID) -> bool:
    """Clear the error of a user's schedule, so that the next tick retries it; return whether it had one."""
    return await tx.fetchval(_sql.try_again, user_id) is not None


async def note_reach(tx: asyncpg.Connection, user_id: UUID, *, reachable: bool, observable: bool) -> None:
    """Record whether messages reach a user, and whether opening them can be observed; for delivery."""
    await tx.execute(_sql.write_reach, user_id, reachable, observable)


async def note_received(tx: asyncpg.Connection, user_id: UUID) -> None:
    """Record that a message has just reached a user; opening it is `people.record_activity`."""
    await tx.execute(_sql.write_received, user_id, clock.now())


async def reasons(tx: asyncpg.Connection, days: Mapping[UUID, date], edition: str) -> dict[UUID, Reason]:
    """Return the reasons for one edition of users' dates, where an outcome is recorded."""
    rows = await tx.fetch(_sql.read_reasons, list(days.keys()), list(days.values()), edition)
    return {row["owner_id"]: Reason(row["reason"]) for row in rows}


async def note_quiet(tx: asyncpg.Connection, user_id: UUID, day: date, edition: str) -> None:
    """Record that a day is quiet and skipped; composing calls it, since the schedule knows no facts."""
    await tx.execute(_sql.note_quiet, user_id, day, edition)


class _Rehearsed(Exception):
    """Rolls back a simulation."""


def _undo() -> NoReturn:
    raise _Rehearsed


async def _slots_until(tx: asyncpg.Connection, user_id: UUID, dues: list[Due]) -> Iterator[Slot]:
    row = await tx.fetchrow(_sql.read_standing, user_id)
    dates = days(dues[0].local_date, dues[-1].local_date) if dues else ()
    return slots(TimeOfDay(row["zone"], row["local_time"]), dates)


async def _settled(database: Database, user_id: UUID) -> asyncpg.Record:
    row = await _read(database, user_id)
    if row["stale"]:
        plan = TimeOfDay(row["zone"], row["local_time"])
        await slot_table.resolve_one(database, user_id, plan, row["local_date"], clock.now())
        row = await _read(database, user_id)
    return row


async def _read(database: Database, user_id: UUID) -> asyncpg.Record:
    async with database.transaction([user_id]) as tx:
        row = await tx.fetchrow(_sql.read_standing, user_id)
    if row is None:
        raise NotFound("There is no such user.")
    return row


def _standing(row: asyncpg.Record) -> Standing:
    pending = _pending(row) if row["start_at"] else None
    return Standing(active=row["active"], next=pending, start_at=row["start_at"], aside=row["aside"])


def _pending(row: asyncpg.Record) -> Due:
    editions = Plan.of_row(row).editions(row["local_date"])
    return Due(local_date=row["local_date"], due_at=row["due_at"], editions=editions)


def _decision(row: asyncpg.Record) -> Decision:
    return Decision(
        local_date=row["local_date"],
        due_at=row["due_at"],
        edition=row["edition"],
        outcome=Outcome(row["outcome"]),
        reason=Reason(row["reason"]),
    )
