"""The periodic check of all folder sources: which of them must be read again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import asyncpg

from daybreak import clock
from daybreak.agenda.folder_watch.watched_folder import WatchedFolder
from daybreak.agenda.jobs import enqueue_refresh
from daybreak.db import Database, load
from daybreak.intake import IntakeSettings
from daybreak.runs import Queue
from daybreak.settings import settings
from daybreak.threads import DedicatedThreads

_MAX_SOURCES = 5000
_CHECK_SECONDS = 600.0
# Recurring events and relative dates move on, although no file changes.
_READ_AGAIN = timedelta(days=1)
# An item that a reading did not find is removed by a later one (docs/howto/sources.md).
_CONFIRM_ABSENCE = timedelta(hours=1)
_sql = load("daybreak.agenda")
_threads = DedicatedThreads("folder-checks", 2, max_waiting=4)


async def enqueue_changed_folders(database: Database) -> str:
    """Enqueue a reading of each folder source that has changed or is due; return a summary.

    A folder that is missing on this machine is read once, so that its source states it.
    """
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_folder_sources, True, _MAX_SOURCES)  # noqa: FBT003 - SQL
    due = await _threads.run(_list_due, rows, IntakeSettings.load(), settings().home, clock.now())
    for one in due:
        async with database.transaction([one.owner_id]) as tx:
            await enqueue_refresh(tx, one.owner_id, [one.id], queue=Queue.BULK)
    return f"Folder readings enqueued: {len(due)} of {len(rows)} folders."


def _list_due(
    rows: Iterable[asyncpg.Record], limits: IntakeSettings, home: Path, now: datetime
) -> list[WatchedFolder]:
    deadline = monotonic() + _CHECK_SECONDS
    due = []
    for row in rows:
        if monotonic() > deadline:
            break  # the longest unread are first, so the next check has the others
        folder = WatchedFolder.from_row(row)
        if _is_due(row, folder, limits, home, now):
            due.append(folder)
    return due


def _is_due(
    row: asyncpg.Record, folder: WatchedFolder, limits: IntakeSettings, home: Path, now: datetime
) -> bool:
    state = folder.compare(limits, home, 1)
    is_failing = row["failing_since"] is not None
    last_read_at: datetime | None = row["last_read_at"]
    if state is None:
        return not is_failing
    if is_failing or last_read_at is None or state.digest != row["files_digest"]:
        return True
    return last_read_at < now - (_CONFIRM_ABSENCE if row["has_absent"] else _READ_AGAIN)
