"""Briefs of one folder alone.

A folder brief is no edition: pages, archive and API do not have it, and the day's brief and its snapshots
stay as they are. Only its snapshot is stored, under its source, so that the next one shows what has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from daybreak import agenda, clock, people
from daybreak.briefs import service, store
from daybreak.briefs.composing.base import ComposeInput
from daybreak.briefs.composing.editions import compose
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.facts.day import WEEK_DAYS, Day
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.briefs.jobs import ComposeParameters
from daybreak.db import Database

_MONTH_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderBrief:
    """The brief of one folder, and the snapshot for its next one."""

    source_id: UUID
    document: Document
    snapshot: Snapshot


async def compose_folder(
    tx: asyncpg.Connection, user_id: UUID, source_id: UUID, parameters: ComposeParameters
) -> FolderBrief:
    """Compose the brief of one folder from its stored items; nothing is written.

    Args:
        tx: a transaction of the reader.
        user_id: the reader.
        source_id: the folder.
        parameters: the date, the edition and the zone.

    Raises:
        NotFound: there is no such user.
    """
    started = clock.now()
    composed = compose(await _read_input(tx, user_id, source_id, parameters))
    service.log_brief(user_id, composed, clock.now() - started)
    return FolderBrief(source_id=source_id, document=composed.document, snapshot=composed.snapshot)


async def record_folder_brief(database: Database, user_id: UUID, brief: FolderBrief) -> None:
    """Record that a folder's brief was received: briefs of later dates list the changes since.

    Of several briefs of one date, the last one counts. A folder that was removed meanwhile is skipped.
    """
    async with database.transaction([user_id]) as tx:
        await store.write_folder_snapshot(tx, user_id, brief.source_id, brief.snapshot, clock.now())


async def _read_input(
    tx: asyncpg.Connection, user_id: UUID, source_id: UUID, parameters: ComposeParameters
) -> ComposeInput:
    user = service.with_timezone(await people.get_user(tx, user_id), parameters.timezone)
    day = service.day_of(user, parameters.date)
    known = await store.list_folder_snapshots(tx, user_id, source_id, parameters.date)
    last, week = (known[0] if known else None), None
    if parameters.edition is Edition.WEEKLY:
        week = _select_week(known, day)
    query = service.make_agenda_query(user, day, last, week)
    [(_, facts)] = await agenda.read_agendas(tx, [query], [source_id])
    return ComposeInput(
        user=user,
        day=day,
        edition=parameters.edition,
        agenda=facts,
        composed_at=clock.now(),
        covers_all_sources=False,
        last_received_snapshot=last,
        week_snapshots=week or (),
    )


def _select_week(known: Sequence[Snapshot], day: Day) -> list[Snapshot]:
    """Return the snapshots of the seven days before, oldest first; if none, the last of the month before."""
    week = [one for one in known if one.day >= day.today - timedelta(days=WEEK_DAYS)]
    month = [one for one in known if one.day >= day.today - timedelta(days=_MONTH_DAYS)]
    return week[::-1] or month[:1]
