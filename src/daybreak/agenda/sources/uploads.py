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
from daybreak.agenda.rows import strip_unstorable
from daybreak.db import load
from daybreak.errors import InvalidInput
from daybreak.intake import IntakeSettings, UploadedFile, is_ignored, safe_path, unpack_archive

_sql = load("daybreak.agenda")
_HEAD_BYTES = 4096
_MAX_NAME_LENGTH = 200
_MAX_UPLOADS = 50
_AT_ONCE = asyncio.Semaphore(2)
SUPPORTED_FORMATS = (
    "calendars (.ics), todo.txt, Markdown, Taskwarrior exports (.json), CSV exports of Todoist, Asana or "
    "Jira, and notes (.txt)"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that were uploaded under one name: a folder, an archive, or a single file."""

    name: str
    files: Sequence[UploadedFile]


def group_uploads(uploaded: Iterable[UploadedFile], limits: IntakeSettings) -> list[Upload]:
    """Group files by the names of folders, archives and single files. Blocks, so call it in a thread.

    Raises:
        InvalidInput: no file is supported, a path leads outside, an archive is malformed or a bomb, or a
            limit is exceeded; the whole upload is rejected then.
    """
    groups: dict[str, list[UploadedFile]] = {}
    for file in uploaded:
        name, files = _expand_file(file, limits)
        groups.setdefault(name[:_MAX_NAME_LENGTH], []).extend(filter(_is_supported, files))
    uploads = [Upload(name, files) for name, files in groups.items() if files]
    if not uploads:
        raise InvalidInput(f"No supported files found. Supported: {SUPPORTED_FORMATS}.")
    if len(uploads) > _MAX_UPLOADS:
        raise InvalidInput(
            f"An upload can add at most {_MAX_UPLOADS} sources; put the files into one folder."
        )
    if sum(len(file.content) for upload in uploads for file in upload.files) > limits.max_upload_size:
        raise InvalidInput(
            f"The upload is larger than {limits.max_upload_size.human_readable()}, so nothing was saved; "
            "upload fewer files at once, or raise DAYBREAK_INTAKE_MAX_UPLOAD_SIZE."
        )
    return uploads


async def group_uploads_in_thread(uploaded: Sequence[UploadedFile]) -> list[Upload]:
    """Group uploaded files in a thread, at most two at a time, within the limits of the settings."""
    async with _AT_ONCE:
        return await asyncio.to_thread(group_uploads, uploaded, IntakeSettings.load())


async def add_upload(tx: asyncpg.Connection, owner_id: UUID, upload: Upload) -> UUID:
    """Store an upload as a source, replacing an earlier one of that name; return the source's id.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner of the source.
        upload: the uploaded files.
    """
    name = str(strip_unstorable(upload.name))
    source_id = uuid5(owner_id, f"{SourceKind.UPLOAD}:{name}")
    digest = sha256(name.encode()).digest()
    await tx.execute(
        _sql.insert_source, owner_id, source_id, SourceKind.UPLOAD, name, "uploaded", digest, None
    )
    await tx.execute(_sql.mark_uploaded, owner_id, source_id, clock.now())
    await tx.execute(_sql.delete_files, owner_id, source_id)
    files = {file.path: file for file in upload.files}.values()
    columns = (
        [file.path for file in files],
        [zlib.compress(file.content) for file in files],
        [len(file.content) for file in files],
        [file.modified_at for file in files],
    )
    await tx.execute(_sql.insert_files, owner_id, source_id, *columns)
    return source_id


def _expand_file(file: UploadedFile, limits: IntakeSettings) -> tuple[str, list[UploadedFile]]:
    path = PurePosixPath(safe_path(file.path))
    if path.suffix.lower() == ".zip":
        return path.stem, unpack_archive(path.name, file.content, limits)
    if len(path.parts) == 1:
        return path.name, [UploadedFile(str(path), file.content, file.modified_at)]
    below = "/".join(path.parts[1:])
    return path.parts[0], [UploadedFile(below, file.content, file.modified_at)]


def _is_supported(file: UploadedFile) -> bool:
    from daybreak.agenda.importers import find_importer  # noqa: PLC0415 - only reading needs the importers

    if is_ignored(file.path):
        return False
    return find_importer(PurePosixPath(file.path), file.content[:_HEAD_BYTES]) is not None
