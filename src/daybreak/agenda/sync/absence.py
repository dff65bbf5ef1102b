"""Absence: whether an item that a reading did not find is gone from its source."""

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from uuid import UUID

import asyncpg

from daybreak.agenda.rows import SourceRows


def is_unreadable(path: str, unreadable: Collection[str]) -> bool:
    """Return whether a file, or a folder above it, could not be read."""
    return (
        "." in unreadable
        or path in unreadable
        or any(str(up) in unreadable for up in PurePosixPath(path).parents)
    )


def list_unread(
    stored: Mapping[str, Mapping[UUID, asyncpg.Record]], rows: SourceRows, unreadable: Collection[str]
) -> set[UUID]:
    """Return the ids of the stored rows whose files could not be read and have no parsed rows."""
    if not unreadable:
        return set()
    parsed = {row["path"] for _, table in rows.tables() for row in table.values()}
    return {
        row_id
        for table in stored.values()
        for row_id, row in table.items()
        if row["path"] not in parsed and is_unreadable(row["path"], unreadable)
    }
