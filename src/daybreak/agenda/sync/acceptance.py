"""The user's confirmation that the absent items of a source are gone."""

from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

import asyncpg

from daybreak.agenda.projects.merges import update_canonical_projects
from daybreak.db import load

_sql = load("daybreak.agenda")


async def accept_absence(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, at: datetime) -> int:
    """Remove the absent items of a source, and the warnings about them; return the number of items.

    The last good copy of a failing calendar URL is deleted too: its next response is accepted as it is.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the source.
        source_id: the source.
        at: the time of the confirmation.
    """
    await tx.execute(_sql.lock_source_and_copies, owner_id, source_id)
    absent = await tx.fetch(_sql.list_absent, owner_id, source_id)
    paths = sorted({row["path"] for row in absent})
    containers = await tx.fetch(_sql.list_containers, owner_id, source_id, paths)
    # Referencing rows are removed first.
    for name in ("notes", "events", "tasks", "phases", "projects"):
        ids = [row["id"] for row in [*absent, *containers] if row["kind"] == name]
        if ids:
            await tx.execute(getattr(_sql, f"remove_{name}"), owner_id, ids, at)
    if any(row["kind"] == "projects" for row in containers):
        await update_canonical_projects(tx, owner_id)
    await tx.execute(_sql.mark_copies, owner_id, None, at)
    folders = {str(up) for path in paths for up in PurePosixPath(path).parents}
    await tx.execute(_sql.delete_warnings_of, owner_id, source_id, [*paths, *sorted(folders)])
    await tx.execute(_sql.forget_copy, owner_id, source_id)
    return len(absent)
