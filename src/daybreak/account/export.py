"""The export of all data of one user: a zip archive with a JSON file per table, complete by construction.

The archive has the data of one instant: it is read in one snapshot. Rows arrive in pages of limited size. One
thread decodes and compresses them, row by row, so that several large exports need the memory of one.
"""

import tempfile
import zipfile
import zlib
from contextlib import ExitStack, suppress
from typing import IO, Any
from uuid import UUID

import asyncpg
import orjson

from daybreak.db import load
from daybreak.threads import DedicatedThreads

_sql = load(__package__)
_threads = DedicatedThreads("exports", 1)
_MAX_MEMORY = 8 * 1024 * 1024
_README = """\
Everything Daybreak stores about you: one file per table, one row per line, as JSON. Times are in UTC.
Credentials are not included; of passwords, sessions and tokens Daybreak stores only hashes.
"""


async def export_archive(tx: asyncpg.Connection, owner_id: UUID) -> IO[bytes]:
    """Return a zip archive of all rows of an owner, positioned at its start; the caller closes it."""
    file = tempfile.SpooledTemporaryFile(max_size=_MAX_MEMORY)  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        with ExitStack() as entry:
            current = ""
            cursor = await tx.cursor(_sql.export, owner_id)
            while page := await cursor.fetchrow():
                if page["table_name"] != current:
                    entry.close()
                    current = page["table_name"]
                    writer = entry.enter_context(archive.open(f"{current}.jsonl", "w", force_zip64=True))
                await _threads.run(_write_rows, writer, page["content"])
    file.seek(0)
    return file


def _write_rows(writer: IO[bytes], rows: str) -> None:
    for row in orjson.loads(rows):
        writer.write(orjson.dumps(_decode_row(row)) + b"\n")


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
