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
from daybreak.schedule.due_times.plan import DuePattern
from daybreak.schedule.due_times.slots import Slot, TimeOfDay, date_range, generate_slots
from daybreak.schedule.model import (
    DayCursor,
    DayOutcome,
    DueBrief,
    Outcome,
    Reason,
    ScheduleStatus,
    SecondTry,
    SecondTryState,
)
from daybreak.schedule.settings import ScheduleSettings
from daybreak.schedule.tick import COMPOSE_KIND

_sql = load(__package__)
_DAY = timedelta(days=1)


_NEWEST = DayCursor(date.max, "")


async def get_status(database: Database, user_id: UUID) -> ScheduleStatus:
    """Return a user's schedule status; a pending change of preferences is applied first.

    Raises:
        NotFound: there is no such user.
    """
    return _build_status(await _read_recomputed_entry(database, user_id))


async def next_briefs(database: Database, user_id: UUID, count: int = 5) -> list[DueBrief]:
    """Return the next briefs of a user, from the same slots that the tick uses.

    Raises:
        NotFound: there is no such user.
    """
    row = await _read_recomputed_entry(database, user_id)
    return (
        list(islice(DuePattern.from_row(row).due_briefs(row["local_date"]), count)) if row["start_at"] else []
    )


async def preview(tx: asyncpg.Connection, user: User, count: int = 5) -> list[DueBrief]:
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
    dues = DuePattern.of(user).due_briefs(first)
    return list(islice((due for due in dues if due.due_at > now or due.local_date >= pending), count))


async def list_outcomes(
    tx: asyncpg.Connection, user_id: UUID, limit: int = 30, before: DayCursor | None = None
) -> list[DayOutcome]:
    """Return the outcomes of a user's days before the cursor, newest first."""
    return [
        _build_outcome(row)
        for row in await tx.fetch(_sql.list_outcomes, user_id, *(before or _NEWEST), limit)
    ]


async def find_second_try(tx: asyncpg.Connection, user_id: UUID, run_id: UUID) -> SecondTry | None:
    """Return the second try of a user's run; None if its workers did not die."""
    row = await tx.fetchrow(_sql.find_second_try, user_id, run_id)
    return _build_second_try(row) if row else None


async def explain(
    database: Database, user_id: UUID, settings: ScheduleSettings, at: datetime | None = None
) -> list[DayOutcome]:
    """Return the expected outcomes of a user's pending day at an instant, by default when due or now.

    Raises:
        NotFound: there is no such user.
    """
    row = await _read_recomputed_entry(database, user_id)
    return await _explain_at(database, user_id, row["due_at"], settings, at)


async def get_outlook(
    database: Database, user_id: UUID, settings: ScheduleSettings
) -> tuple[ScheduleStatus, list[DayOutcome]]:
    """Return a user's schedule status and the expected outcomes of the pending day when it is due.

    Raises:
        NotFound: there is no such user.
    """
    row = await _read_recomputed_entry(database, user_id)
    status = _build_status(row)
    if status.next is None:
        return status, []
    return status, await _explain_at(database, user_id, row["due_at"], settings)


async def _explain_at(
    database: Database,
    user_id: UUID,
    due_at: datetime | None,
    settings: ScheduleSettings,
    at: datetime | None = None,
) -> list[DayOutcome]:
    now = clock.now()
    async with database.transaction([user_id]) as tx:
        rows = await tx.fetch(_sql.explain, user_id, at or max(now, due_at or now), settings.reduce_when_away)
    return [_build_outcome(row) for row in rows]


async def simulate(
    database: Database, user_id: UUID, settings: ScheduleSettings, count: int
) -> list[DayOutcome]:
    """Return the outcomes of a user's next days without activity: run the real tick, then roll back.

    Raises:
        NotFound: there is no such user.
    """
    dues = await next_briefs(database, user_id, count)
    outcomes: list[DayOutcome] = []
    with suppress(_Rollback):
        async with database.transaction([user_id]) as tx:
            await slot_table.write_slots(tx, await _read_slots_for(tx, user_id, dues))
            for due in dues:
                await tx.execute(_sql.simulate, user_id, due.due_at, settings.reduce_when_away, COMPOSE_KIND)
                await tx.execute(_sql.simulate_delivery, user_id, due.due_at)
            outcomes = await list_outcomes(tx, user_id, 2 * len(dues))
            _roll_back()
    known = {due.local_date for due in dues}
    return [one for one in reversed(outcomes) if one.local_date in known]


async def retry_user(tx: asyncpg.Connection, user_id: UUID) -> bool:
    """Clear the error of a user's schedule, so that the next tick retries it; return whether it had one."""
    return await tx.fetchval(_sql.retry_user, user_id) is not None


async def set_reachability(
    tx: asyncpg.Connection, user_id: UUID, *, reachable: bool, observable: bool
) -> None:
    """Record whether messages reach a user, and whether opening them can be observed; for delivery."""
    await tx.execute(_sql.set_reachability, user_id, reachable, observable)


async def record_delivery(tx: asyncpg.Connection, user_id: UUID) -> None:
    """Record that a message has just reached a user; opening it is `people.record_activity`."""
    await tx.execute(_sql.record_delivery, user_id, clock.now())


async def get_reasons(tx: asyncpg.Connection, dates: Mapping[UUID, date], edition: str) -> dict[UUID, Reason]:
    """Return the reasons for one edition of users' dates, where an outcome is recorded."""
    rows = await tx.fetch(_sql.read_reasons, list(dates.keys()), list(dates.values()), edition)
    return {row["owner_id"]: Reason(row["reason"]) for row in rows}


async def record_quiet_day(tx: asyncpg.Connection, user_id: UUID, day: date, edition: str) -> None:
    """Record that a day is quiet and skipped; composing calls it, since the schedule knows no facts."""
    await tx.execute(_sql.record_quiet_day, user_id, day, edition)


class _Rollback(Exception):
    """Rolls back a simulation."""


def _roll_back() -> NoReturn:
    raise _Rollback


async def _read_slots_for(
    tx: asyncpg.Connection, user_id: UUID, due_briefs: list[DueBrief]
) -> Iterator[Slot]:
    row = await tx.fetchrow(_sql.read_entry, user_id)
    dates = date_range(due_briefs[0].local_date, due_briefs[-1].local_date) if due_briefs else ()
    return generate_slots(TimeOfDay(row["timezone"], row["local_time"]), dates)


async def _read_recomputed_entry(database: Database, user_id: UUID) -> asyncpg.Record:
    row = await _read_entry(database, user_id)
    if row["is_stale"]:
        time_of_day = TimeOfDay(row["timezone"], row["local_time"])
        await slot_table.recompute_next_for(database, user_id, time_of_day, row["local_date"], clock.now())
        row = await _read_entry(database, user_id)
    return row


async def _read_entry(database: Database, user_id: UUID) -> asyncpg.Record:
    asked_at = clock.machine_now()
    async with database.transaction([user_id]) as tx:
        row = await tx.fetchrow(_sql.read_entry, user_id)
    if row is None:
        raise NotFound("There is no such user.")
    clock.follow(row["now"], asked_at)
    return row


def _build_status(row: asyncpg.Record) -> ScheduleStatus:
    pending = _build_due_brief(row) if row["start_at"] else None
    return ScheduleStatus(active=row["active"], next=pending, start_at=row["start_at"], error=row["error"])


def _build_due_brief(row: asyncpg.Record) -> DueBrief:
    editions = DuePattern.from_row(row).editions(row["local_date"])
    return DueBrief(local_date=row["local_date"], due_at=row["due_at"], editions=editions)


def _build_outcome(row: asyncpg.Record) -> DayOutcome:
    return DayOutcome(
        local_date=row["local_date"],
        due_at=row["due_at"],
        edition=row["edition"],
        outcome=Outcome(row["outcome"]),
        reason=Reason(row["reason"]),
        second_try=_build_second_try(row) if row.get("state") else None,
    )


def _build_second_try(row: asyncpg.Record) -> SecondTry:
    names = ("owner_id", "local_date", "edition", "run_id", "retry_at", "run_status")
    return SecondTry(state=SecondTryState(row["state"]), **{name: row[name] for name in names})
