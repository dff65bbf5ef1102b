"""The export of all data of one user: a zip archive with a JSON file per table, complete by construction."""

import asyncio
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from itertools import groupby
from typing import IO, Any
from uuid import UUID

import asyncpg
import orjson

from daybreak.db import load

_sql = load(__package__)
_AT_ONCE = 20
_IN_MEMORY = 8 * 1024 * 1024
_README = """\
Everything Daybreak stores about you: one file per table, one row per line, as JSON. Times are in UTC.
Credentials are not included; of passwords, sessions and tokens Daybreak stores only hashes.
"""

Lines = AsyncIterator[tuple[str, bytes]]


async def export(tx: asyncpg.Connection, owner_id: UUID) -> IO[bytes]:
    """Return a zip archive of all rows of an owner, positioned at its start; the caller closes it."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        with ExitStack() as entry:
            current = ""
            async for table, lines in _lines(tx, owner_id):
                if table != current:
                    entry.close()
                    writer = entry.enter_context(archive.open(f"{table}.jsonl", "w", force_zip64=True))
                    current = table
                await asyncio.to_thread(writer.write, lines)
    file.seek(0)
    return file


async def _lines(tx: asyncpg.Connection, owner_id: UUID) -> Lines:
    cursor = await tx.cursor(_sql.export, owner_id)
    while rows := await cursor.fetch(_AT_ONCE):
        for table, group in groupby(rows, lambda row: str(row["table_name"])):
            yield table, await asyncio.to_thread(_encoded, [row["content"] for row in group])


def _encoded(rows: list[str]) -> bytes:
    return b"".join(orjson.dumps(_readable(orjson.loads(row))) + b"\n" for row in rows)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _unpacked(value) for name, value in row.items()}


def _unpacked(value: Any) -> Any:  # noqa: ANN401 - any value of a column
    """Decode bytes, which JSON has as hexadecimal digits: compressed documents, or calendars."""
    if not isinstance(value, str) or not value.startswith("\\x"):
        return value
    try:
        content = bytes.fromhex(value[2:])
    except ValueError:
        return value
    with suppress(zlib.error):
        content = zlib.decompress(content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content.decode("utf-8", "replace")
