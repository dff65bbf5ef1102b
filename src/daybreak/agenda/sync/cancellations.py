"""The stored cancellations of a source; `sql/copies.sql` hides the cancelled events of other sources."""

from collections.abc import Collection, Mapping
from uuid import UUID

import asyncpg
import orjson

from daybreak.agenda.comparison.fingerprints import parse_fingerprint
from daybreak.agenda.rows import Row
from daybreak.agenda.sync.absence import Absence, AbsentItem, Reading
from daybreak.db import load

_sql = load("daybreak.agenda")


async def sync_cancellations(
    tx: asyncpg.Connection,
    source: tuple[UUID, UUID],
    parsed: Mapping[UUID, Row],
    stored: Mapping[UUID, asyncpg.Record],
    reading: Reading,
    absent: Collection[AbsentItem],
) -> bool:
    """Make the stored cancellations of a source equal to the parsed ones; return whether any was written.

    A cancellation in a file that could not be read whole stays. So does one of a file of which other entries
    stay until a later reading confirms that they are gone.

    Args:
        tx: a transaction as the owner, with the source locked.
        source: the owner and the source.
        parsed: the cancellations that were read.
        stored: the stored ones.
        reading: what was read.
        absent: the items of the source that were not found, but stay.
    """
    changed = [row for row_id, row in parsed.items() if _has_changed(row, stored.get(row_id))]
    unconfirmed = {one.item.path for one in absent if one.absence is not Absence.DAMAGED}
    gone = [
        row_id
        for row_id, old in stored.items()
        if row_id not in parsed
        and old["path"] not in unconfirmed
        and old["entry"] not in reading.unread
        and not reading.find_damage(old["path"])
    ]
    if changed:
        await tx.execute(_sql.write_cancellations, *source, orjson.dumps(changed, default=str).decode())
    if gone:
        await tx.execute(_sql.delete_cancellations, source[0], gone)
    return bool(changed or gone)


def _has_changed(row: Row, old: asyncpg.Record | None) -> bool:
    return old is None or parse_fingerprint(row["fingerprint"]) != old["fingerprint"]
