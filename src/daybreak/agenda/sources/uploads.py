"""Uploaded files as sources: each upload is one source, and a later one of the same name replaces it."""

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

_sql = load("daybreak.agenda")
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
    """Files that were uploaded under one name: a folder, an archive, or a single file."""

    name: str
    files: Sequence[SentFile]


def sort_uploads(sent: Iterable[SentFile], limits: IntakeSettings) -> list[Upload]:
    """Group files by the names of folders, archives and single files. Blocks, so call it in a thread.

    Raises:
        InvalidInput: no file is supported, a path leads outside, an archive is malformed or a bomb, or a
            limit is exceeded; the whole upload is rejected then.
    """
    groups: dict[str, list[SentFile]] = {}
    for file in sent:
        name, files = _opened(file, limits)
        groups.setdefault(name[:_LONGEST_NAME], []).extend(filter(_is_read, files))
    uploads = [Upload(name, files) for name, files in groups.items() if files]
    if not uploads:
        raise InvalidInput(f"No supported files found. Supported: {FORMATS}.")
    if len(uploads) > _MOST_AT_ONCE:
        raise InvalidInput(
            f"An upload can add at most {_MOST_AT_ONCE} sources; put the files into one folder."
        )
    if sum(len(file.content) for upload in uploads for file in upload.files) > limits.upload_size:
        raise InvalidInput(
            f"The upload is larger than {limits.upload_size.human_readable()}, so nothing was saved; "
            "upload fewer files at once, or raise DAYBREAK_INTAKE_UPLOAD_SIZE."
        )
    return uploads


async def sort_sent(sent: Sequence[SentFile]) -> list[Upload]:
    """Group uploaded files in a thread, at most two at a time, within the limits of the settings."""
    async with _AT_ONCE:
        return await asyncio.to_thread(sort_uploads, sent, IntakeSettings.load())


async def add_upload(tx: asyncpg.Connection, owner_id: UUID, upload: Upload) -> UUID:
    """Store an upload as a source, replacing an earlier one of that name; return the source's id.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the source.
        upload: the uploaded files.
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
