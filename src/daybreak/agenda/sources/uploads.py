"""Uploaded files as sources: each upload is one source, and a later one of the same name replaces it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import UUID, uuid5

import asyncpg

from daybreak import clock
from daybreak.agenda.model import SourceKind
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.sources.vdir import is_display_name
from daybreak.db import load
from daybreak.errors import InvalidInput
from daybreak.intake import (
    IntakeBudget,
    IntakeSettings,
    ReceivedFile,
    SpooledUpload,
    UploadedFile,
    is_ignored,
    safe_path,
    unpack_archives,
)

_sql = load("daybreak.agenda")
_HEAD_BYTES = 4096
_MAX_NAME_LENGTH = 200
_BATCH_BYTES = 1024 * 1024
_BATCH_FILES = 500
# The driver needs three times the size of a batch, so batches are inserted one after the other.
_insertion = asyncio.Lock()
SUPPORTED_FORMATS = (
    "calendars (.ics), todo.txt, Markdown, tables (.csv) and JSON of programs such as Todoist, Trello, "
    "Jira and Taskwarrior, and notes (.txt)"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that were uploaded under one name: a folder, an archive, or a single file."""

    name: str
    files: Sequence[UploadedFile]


def group_uploads(received: SpooledUpload, limits: IntakeSettings) -> list[Upload]:
    """Group files by the names of folders, archives and single files. Blocks, so call it in a thread.

    Raises:
        InvalidInput: no file is supported, a path leads outside, an archive is malformed or a bomb, or a
            limit is exceeded; the whole upload is rejected then.
    """
    budget = IntakeBudget.for_upload(limits)
    named = [(*_split_path(file), file) for file in received.files]
    archives = {file: name for name, path, file in named if not path}
    plain = [one for one in named if one[1] and _is_supported(one[1], one[2].content.read(_HEAD_BYTES))]
    budget.spend(
        size=sum(file.content.size for _, _, file in plain),
        files=len(plain),
        sources=len({*archives.values(), *(name for name, _, _ in plain)}),
    )
    groups: dict[str, list[UploadedFile]] = {name: [] for name, _, _ in named}
    for archive, unpacked in unpack_archives(list(archives), received.spool, budget, limits):
        supported = [file for file in unpacked if _is_supported(file.path, file.read_head(_HEAD_BYTES))]
        groups[archives[archive]].extend(supported)
    for name, path, file in plain:
        packed = received.spool.append_compressed(file.content)
        groups[name].append(UploadedFile(path, file.content.size, file.received_at, packed))
    uploads = [Upload(name, files) for name, files in groups.items() if files]
    if not uploads:
        raise InvalidInput(f"No supported files found. Supported: {SUPPORTED_FORMATS}.")
    return uploads


async def group_uploads_in_thread(received: SpooledUpload) -> list[Upload]:
    """Group received files in a thread, within the limits of the settings."""
    return await received.spool.run(group_uploads, received, IntakeSettings.load())


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
    for files in _batch_files(list({file.path: file for file in upload.files}.values())):
        async with _insertion:
            await _insert_files(tx, owner_id, source_id, files)
    return source_id


async def _insert_files(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, files: Sequence[UploadedFile]
) -> None:
    columns = (
        [file.path for file in files],
        [file.read_compressed() for file in files],
        [file.size for file in files],
        [file.modified_at for file in files],
    )
    await tx.execute(_sql.insert_files, owner_id, source_id, *columns)


def _batch_files(files: Sequence[UploadedFile]) -> Iterator[list[UploadedFile]]:
    """Yield the files in batches that need little memory; a large file is a batch of its own."""
    batch: list[UploadedFile] = []
    size = 0
    for file in files:
        if batch and (size + file.compressed_size > _BATCH_BYTES or len(batch) == _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.compressed_size
    if batch:
        yield batch


def _split_path(file: ReceivedFile) -> tuple[str, str]:
    """Return the name of a file's source, and its path inside of it; empty for an archive."""
    path = PurePosixPath(safe_path(file.path))
    inner = "/".join(path.parts[1:]) or path.name
    if path.suffix.lower() == ".zip" and not is_ignored(inner):
        return path.stem[:_MAX_NAME_LENGTH], ""
    return path.parts[0][:_MAX_NAME_LENGTH], inner


def _is_supported(path: str, head: bytes) -> bool:
    from daybreak.agenda.importers import find_importer  # noqa: PLC0415 - only reading needs the importers

    if is_ignored(path):
        return False
    return is_display_name(path) or find_importer(PurePosixPath(path), head) is not None
