"""Composing, reading and receiving briefs. Composing is one transaction of six round trips."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import asyncpg

from daybreak import agenda, clock, people, schedule
from daybreak.briefs import store
from daybreak.briefs.composing.base import ComposedBrief, ComposeInput
from daybreak.briefs.composing.editions import compose as compose_document
from daybreak.briefs.document.model import AbsenceTier, Document, Edition
from daybreak.briefs.facts.day import DONE_WITHIN, NOTE_DAYS, WEEK_DAYS, Day
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.db import Database
from daybreak.people import User
from daybreak.telemetry import log

DAYS_AHEAD = 31


@dataclass(frozen=True, slots=True)
class StoredBrief:
    """A stored brief."""

    id: UUID
    document: Document


async def compose(
    database: Database,
    user_id: UUID,
    day: date,
    *,
    edition: Edition = Edition.STANDARD,
    timezone: str | None = None,
) -> StoredBrief:
    """Compose the brief of a user's local date and store it; an existing edition is replaced.

    Args:
        database: the database.
        user_id: the reader.
        day: the reader's local date.
        edition: the edition of that day.
        timezone: the zone of this brief alone; None for the reader's.

    Raises:
        NotFound: there is no such user.
    """
    briefs = await compose_all(database, {user_id: day}, edition=edition, timezone=timezone)
    return briefs[user_id]


async def compose_all(
    database: Database,
    days: Mapping[UUID, date],
    *,
    edition: Edition = Edition.STANDARD,
    timezone: str | None = None,
) -> dict[UUID, StoredBrief]:
    """Compose the briefs of several readers, each for its local date, all or none of them.

    One transaction of six round trips, for any number of readers. Parameters and errors as for `compose`.
    """
    if not days:
        return {}
    async with database.transaction(days) as tx:
        return await compose_in(tx, days, edition=edition, timezone=timezone)


async def compose_in(
    tx: asyncpg.Connection,
    days: Mapping[UUID, date],
    *,
    edition: Edition = Edition.STANDARD,
    timezone: str | None = None,
) -> dict[UUID, StoredBrief]:
    """Compose as `compose_all` does, in the caller's transaction: nothing is stored before it commits.

    Args:
        tx: a transaction of these readers, in which facts are read and briefs are stored.
        days: the readers' ids and local dates, at least one.
        edition: the edition of that day.
        timezone: the zone of these briefs alone; None for the readers'.

    Raises:
        NotFound: there is no such user.
    """
    started = clock.now()
    composed, packed = {}, []
    for compose_input in await read_compose_inputs(tx, days, edition, timezone):
        composed[compose_input.user.id] = one = compose_document(compose_input)
        packed.append(store.pack(compose_input.user.id, one))
    stored = await store.write(tx, edition, packed, clock.now())
    elapsed = (clock.now() - started) / len(days)
    for user_id, one in composed.items():
        log_brief(user_id, one, elapsed)
    return {user_id: StoredBrief(stored[user_id], one.document) for user_id, one in composed.items()}


async def read_compose_inputs(
    tx: asyncpg.Connection,
    days: Mapping[UUID, date],
    edition: Edition,
    timezone: str | None,
) -> Iterator[ComposeInput]:
    """Read the inputs of these briefs, in three round trips.

    Editions other than the standard one need one more. Parameters and errors are those of `compose_in`. The
    inputs are yielded one by one: a caller that drops each before the next has one reader's facts in memory.
    """
    users = {user.id: with_timezone(user, timezone) for user in (await people.get_users(tx, days)).values()}
    before = await store.read_previous(tx, days, edition)
    today = {user.id: day_of(user, days[user.id]) for user in users.values()}
    weeks = await store.read_week_snapshots(tx, days) if edition is Edition.WEEKLY else {}
    reasons = await schedule.get_reasons(tx, days, edition) if edition is Edition.REENGAGEMENT else {}
    queries = [
        make_agenda_query(user, today[user.id], before[user.id].last_received, weeks.get(user.id))
        for user in users.values()
    ]
    agendas = await agenda.read_agendas(tx, queries)
    return (
        ComposeInput(
            user=users[user_id],
            day=today[user_id],
            edition=edition,
            agenda=found,
            composed_at=clock.now(),
            last_received_snapshot=known.last_received,
            previous_section_hashes=known.section_hashes,
            exists=known.exists,
            week_snapshots=weeks.pop(user_id, ()),
            tier=_tier(reasons.get(user_id)),
        )
        for user_id, found in agendas
        for known in [before.pop(user_id)]
    )


async def read(
    database: Database, user_id: UUID, day: date, edition: Edition = Edition.STANDARD
) -> Document | None:
    """Return the stored brief of that date; None if it was never composed."""
    async with database.transaction([user_id]) as tx:
        return await store.read(tx, user_id, day, edition)


async def mark_received(database: Database, user_id: UUID, brief_id: UUID) -> None:
    """Mark this brief as received: the next one lists the changes since."""
    async with database.transaction([user_id]) as tx:
        await store.mark_received(tx, user_id, brief_id, clock.now())


def make_agenda_query(
    user: User, day: Day, last: Snapshot | None, week: Sequence[Snapshot] | None
) -> agenda.AgendaQuery:
    """Return the query for the facts of a brief that compares with these snapshots.

    Args:
        user: the reader.
        day: the reader's day.
        last: the snapshot of the last brief that the reader received.
        week: the snapshots of the week, for the weekly edition.
    """
    tracked = {task_id for known in (last, *(week or ())) if known for task_id in known.tasks}
    done_since = _done_since(day, last)
    if week is not None:
        done_since = min(done_since, clock.start_of_day(day.today - timedelta(days=WEEK_DAYS), day.tz))
    return agenda.AgendaQuery(
        owner=user,
        today=day.today,
        events=event_range(day.today),
        completed_since=done_since,
        notes_since=day.as_of - timedelta(days=NOTE_DAYS),
        tracked_task_ids=tuple(tracked),
    )


def _done_since(day: Day, last: Snapshot | None) -> datetime:
    # Back to the last brief, since a task may have moved from one file to another as done.
    earliest = day.as_of - timedelta(days=DAYS_AHEAD)
    since = clock.start_of_day(last.day, day.tz) if last else day.as_of
    return max(earliest, min(since, day.as_of - DONE_WITHIN))


def _tier(reason: schedule.Reason | None) -> AbsenceTier | None:
    return AbsenceTier(reason) if reason in {str(tier) for tier in AbsenceTier} else None


def with_timezone(user: User, timezone: str | None) -> User:
    """Return the user in another time zone; None for the user's own."""
    return user if timezone is None else replace(user, timezone=timezone)


def day_of(user: User, day: date) -> Day:
    """Return a local date of a user, with the instant and the working hours of the brief."""
    wishes = user.preferences
    return Day(
        today=day,
        tz=user.tz,
        as_of=user.as_of(day),
        work_from=wishes.workday_start,
        work_until=wishes.workday_end,
        lunch=(wishes.lunch_start, wishes.lunch_end) if wishes.lunch_start and wishes.lunch_end else None,
        is_day_off=day.isoweekday() in wishes.days_off,
        focus_is_free=wishes.focus_is_free,
        shortest_gap_minutes=wishes.shortest_gap_minutes,
    )


def event_range(day: date) -> agenda.EventRange:
    """Return the range of events that a brief of that date may mention, with a margin for every zone."""
    return agenda.EventRange(
        start=datetime.combine(day - timedelta(days=1), time.min, UTC),
        end=datetime.combine(day + timedelta(days=DAYS_AHEAD), time.min, UTC),
    )


def log_brief(user_id: UUID, composed: ComposedBrief, elapsed: timedelta) -> None:
    """Log the figures of a brief, and the cause of each gap."""
    document, counts = composed.document, composed.document.counts
    log.info(
        "briefs.compose",
        user=str(user_id),
        date=document.date.isoformat(),
        edition=str(document.edition),
        seconds=round(elapsed.total_seconds(), 4),
        sections=len(document.sections),
        reused=sum(section.reused for section in document.sections),
        overdue=counts.overdue,
        due_today=counts.due_today,
        facts=len(document.facts),
        withheld=len(composed.withheld),
        gaps=len(composed.gaps),
    )
    for gap in composed.gaps:
        log.error("briefs.part_failed", user=str(user_id), date=document.date.isoformat(), exc_info=gap.error)
