"""Uploaded files as sources: each upload is one, and a later one of the same name takes its place."""

import asyncio
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import UUID, uuid5

import asyncpg

from daybreak import clock
from daybreak.agenda.model import SourceKind
from daybreak.agenda.rows import storable
from daybreak.db import load
from daybreak.errors import InvalidInput
from daybreak.intake import IntakeSettings, SentFile, is_passed_over, safe_path, unpack

_sql = load(__package__)
_HEAD = 4096
_LONGEST_NAME = 200
_MOST_AT_ONCE = 50
_AT_ONCE = asyncio.Semaphore(2)
FORMATS = (
    "calendars (.ics), todo.txt, Markdown, Taskwarrior exports (.json), CSV exports of Todoist, Asana or "
    "Jira, and notes (.txt)"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that were sent under one name: a folder, an archive, or a single file."""

    name: str
    files: Sequence[SentFile]


def sort_uploads(sent: Iterable[SentFile], limits: IntakeSettings) -> list[Upload]:
    """What was sent, by the names of folders, archives and single files. Blocks, so call it in a thread.

    Raises:
        InvalidInput: there is nothing in it that is read, a path leads elsewhere, or an archive is malformed
            or a bomb; nothing of it is to be taken then.
    """
    groups: dict[str, list[SentFile]] = {}
    for file in sent:
        name, files = _opened(file, limits)
        groups.setdefault(name[:_LONGEST_NAME], []).extend(filter(_is_read, files))
    uploads = [Upload(name, files) for name, files in groups.items() if files]
    if not uploads:
        raise InvalidInput(f"There is nothing in it that Daybreak reads; it reads {FORMATS}.")
    if len(uploads) > _MOST_AT_ONCE:
        raise InvalidInput(
            f"More than {_MOST_AT_ONCE} files at once become as many sources; put them into a folder."
        )
    if sum(len(file.content) for upload in uploads for file in upload.files) > limits.upload_size:
        raise InvalidInput(
            f"That is more than {limits.upload_size.human_readable()} in all, so nothing was taken; "
            "send less at once, or raise DAYBREAK_INTAKE_UPLOAD_SIZE."
        )
    return uploads


async def sort_sent(sent: Sequence[SentFile]) -> list[Upload]:
    """Likewise in a thread, few at a time, within the limits of the settings."""
    async with _AT_ONCE:
        return await asyncio.to_thread(sort_uploads, sent, IntakeSettings.load())


async def add_upload(tx: asyncpg.Connection, owner_id: UUID, upload: Upload) -> UUID:
    """Keep an upload as a source, in place of an earlier one of that name; gives the source's id.

    Args:
        tx: a transaction of this owner's.
        owner_id: whose it is.
        upload: what was sent.
    """
    name = str(storable(upload.name))
    source_id = uuid5(owner_id, f"{SourceKind.UPLOAD}:{name}")
    digest = sha256(name.encode()).digest()
    await tx.execute(_sql.add_source, owner_id, source_id, SourceKind.UPLOAD, name, "uploaded", digest, None)
    await tx.execute(_sql.note_upload, owner_id, source_id, clock.now())
    await tx.execute(_sql.clear_files, owner_id, source_id)
    files = {file.path: file for file in upload.files}.values()
    columns = (
        [file.path for file in files],
        [zlib.compress(file.content) for file in files],
        [len(file.content) for file in files],
        [file.modified_at for file in files],
    )
    await tx.execute(_sql.write_files, owner_id, source_id, *columns)
    return source_id


def _opened(file: SentFile, limits: IntakeSettings) -> tuple[str, list[SentFile]]:
    path = PurePosixPath(safe_path(file.path))
    if path.suffix.lower() == ".zip":
        return path.stem, unpack(path.name, file.content, limits)
    if len(path.parts) == 1:
        return path.name, [SentFile(str(path), file.content, file.modified_at)]
    below = "/".join(path.parts[1:])
    return path.parts[0], [SentFile(below, file.content, file.modified_at)]


def _is_read(file: SentFile) -> bool:
    from daybreak.agenda.importers import recognise  # noqa: PLC0415 - only reading needs the importers

    if is_passed_over(file.path):
        return False
    return recognise(PurePosixPath(file.path), file.content[:_HEAD]) is not None
