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
_ROWS_PER_FETCH = 20
_MAX_MEMORY = 8 * 1024 * 1024
_README = """\
Everything Daybreak stores about you: one file per table, one row per line, as JSON. Times are in UTC.
Credentials are not included; of passwords, sessions and tokens Daybreak stores only hashes.
"""

TableLines = AsyncIterator[tuple[str, bytes]]


async def export_archive(tx: asyncpg.Connection, owner_id: UUID) -> IO[bytes]:
    """Return a zip archive of all rows of an owner, positioned at its start; the caller closes it."""
    file = tempfile.SpooledTemporaryFile(max_size=_MAX_MEMORY)  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        with ExitStack() as entry:
            current = ""
            async for table, lines in _read_lines(tx, owner_id):
                if table != current:
                    entry.close()
                    writer = entry.enter_context(archive.open(f"{table}.jsonl", "w", force_zip64=True))
                    current = table
                await asyncio.to_thread(writer.write, lines)
    file.seek(0)
    return file


async def _read_lines(tx: asyncpg.Connection, owner_id: UUID) -> TableLines:
    cursor = await tx.cursor(_sql.export, owner_id)
    while rows := await cursor.fetch(_ROWS_PER_FETCH):
        for table, group in groupby(rows, lambda row: str(row["table_name"])):
            yield table, await asyncio.to_thread(_encode_rows, [row["content"] for row in group])


def _encode_rows(rows: list[str]) -> bytes:
    return b"".join(orjson.dumps(_decode_row(orjson.loads(row))) + b"\n" for row in rows)


def _decode_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _decode_value(value) for name, value in row.items()}


def _decode_value(value: Any) -> Any:  # noqa: ANN401 - any value of a column
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
