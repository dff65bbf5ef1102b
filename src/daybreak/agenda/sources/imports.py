"""Idempotent import of sources into the agenda, in one transaction for each source."""

import asyncio
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from daybreak import clock, people
from daybreak.agenda.model import Source, SourceKind
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile
from daybreak.agenda.rows import SourceRows, build_rows
from daybreak.agenda.sources import addresses, service
from daybreak.agenda.sources.addresses import AddressAnswer
from daybreak.agenda.sources.notion_exports import merge_notion_exports
from daybreak.agenda.sources.parser_pool import SourceContents, read_files, read_folder
from daybreak.agenda.sources.reader import SourceReader, lock_source, source_threads
from daybreak.agenda.store import EventRange
from daybreak.agenda.sync import source_sync
from daybreak.agenda.sync.absence import FileReading, Reading
from daybreak.agenda.sync.assignees import count_assignees
from daybreak.agenda.sync.copies import keep_newest
from daybreak.agenda.sync.revisions import merge_revisions
from daybreak.db import load
from daybreak.errors import DaybreakError
from daybreak.intake import BasicCredentials, FolderAccess, read_folder_state
from daybreak.telemetry import log

_sql = load("daybreak.agenda")
_CONCURRENCY = 3


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of importing a source.

    Attributes:
        source: the source.
        files: the number of files that were parsed.
        ignored: the number of files in no supported format.
        changes: the counts of rows.
        warnings: one sentence for each part that could not be read.
        failure: why a calendar URL could not be fetched, if its last good copy was used instead.
    """

    source: Source
    files: int
    ignored: int
    changes: source_sync.ChangeCounts
    warnings: tuple[str, ...]
    failure: str | None = None


async def import_folder(reader: SourceReader, path: Path) -> ImportReport:
    """Import a folder or a file, and add it as a source if it is not one yet.

    Raises:
        InvalidInput: it does not exist or cannot be read.
    """
    source = await service.add_folder(reader.database, reader.user, path)
    return await read_added_source(reader, source)


async def fetch_folder(reader: SourceReader, path: Path) -> "FetchedSource":
    """Fetch and parse a folder or a file that need not be a source; nothing is written.

    Raises:
        InvalidInput: it does not exist or cannot be read.
    """
    return await fetch_source(reader, service.make_folder(reader.user, path))


async def add_fetched_folder(
    tx: asyncpg.Connection, reader: SourceReader, fetched: "FetchedSource"
) -> ImportReport:
    """Import a fetched folder, and add it as a source if it is not one yet, in the caller's transaction."""
    source = fetched.source
    stored = await service.insert_source_in(tx, reader.user, source, source.locator, None)
    return await save_fetched_source(tx, reader, replace(fetched, source=stored))


async def read_added_source(
    reader: SourceReader, source: Source, credentials: BasicCredentials | None = None
) -> ImportReport:
    """Import a source that may just have been added; delete it if it could never be read.

    Args:
        reader: the reader of its owner.
        source: the source; one that was read before is known, and not added.
        credentials: the user name and password that were entered with its URL; a known URL keeps its own
            unless these are accepted.

    Raises:
        DaybreakError: it cannot be read.
    """
    try:
        if credentials is not None and source.last_read_at is not None:
            return await change_credentials(reader, source, credentials)
        return await read_source(reader, source)
    except DaybreakError:
        async with reader.database.transaction([reader.user.id]) as tx:
            await tx.execute(_sql.delete_never_read, reader.user.id, source.id)
        raise


async def refresh_sources(reader: SourceReader, sources: Collection[Source]) -> list[ImportReport]:
    """Import sources again, a few at a time; an unreadable one retains its rows and records since when."""
    limiter = asyncio.Semaphore(_CONCURRENCY)

    async def read(source: Source) -> ImportReport | None:
        async with limiter:
            try:
                return await read_source(reader, source)
            except DaybreakError as error:
                log.warning("agenda.source_failed", source=str(source.id), error=str(error))
                return None

    return [report for report in await asyncio.gather(*map(read, sources)) if report]


async def read_source(reader: SourceReader, source: Source) -> ImportReport:
    """Import one source and make its rows equal to it.

    A calendar URL that cannot be fetched is expanded again from its last good copy, if it has one.

    Raises:
        DaybreakError: it could not be read at all; the error is recorded with the source, whose rows stay.
    """
    try:
        fetched = await fetch_source(reader, source)
        async with reader.database.transaction([reader.user.id]) as tx:
            return await save_fetched_source(tx, reader, fetched)
    except DaybreakError as error:
        await _record_failure(reader, source, str(error), addresses.requested_delay(error))
        raise


async def change_credentials(
    reader: SourceReader, source: Source, credentials: BasicCredentials | None
) -> ImportReport:
    """Import a calendar URL with another user name and password, and keep these if they are accepted.

    Raises:
        DaybreakError: it cannot be read with them; nothing was changed.
    """
    contents, answer = await addresses.fetch_with_credentials(reader, source, credentials)
    fetched = await _build_fetched_source(reader, source, contents, answer)
    async with reader.database.transaction([reader.user.id]) as tx:
        return await save_fetched_source(tx, reader, fetched)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedSource:
    """The contents of a source, ready to be written.

    Attributes:
        answer: how a calendar URL answered.
        files_digest: the state of a folder before it was read.
    """

    source: Source
    contents: SourceContents
    rows: SourceRows
    answer: AddressAnswer = field(default_factory=AddressAnswer)
    files_digest: bytes | None = None

    @property
    def failure(self) -> str | None:
        """Why a calendar URL could not be fetched, if its last good copy was used instead."""
        return self.answer.failure


async def fetch_source(reader: SourceReader, source: Source) -> FetchedSource:
    """Fetch and parse a source without writing; no database connection is in use meanwhile.

    Raises:
        DaybreakError: it could not be read at all.
    """
    match source.kind:
        case SourceKind.FOLDER:
            return await _fetch_folder_source(reader, source)
        case SourceKind.UPLOAD:
            return await _build_fetched_source(reader, source, await _parse_upload(reader, source))
        case SourceKind.ADDRESS:
            return await _build_fetched_source(reader, source, *await addresses.fetch_address(reader, source))


async def _fetch_folder_source(reader: SourceReader, source: Source) -> FetchedSource:
    folder, limits = Path(source.locator), reader.limits
    access = FolderAccess.excluding(reader.home, is_confined=source.is_confined, allowed=limits.folders)
    # Before the files are read, so that a change in the meantime counts as one that has not been read.
    state = await source_threads.run(read_folder_state, folder, limits, access)
    contents = await source_threads.run(read_folder, folder, reader.context, limits, reader.progress, access)
    return replace(await _build_fetched_source(reader, source, contents), files_digest=state.digest)


async def _build_fetched_source(
    reader: SourceReader, source: Source, contents: SourceContents, answer: AddressAnswer | None = None
) -> FetchedSource:
    rows = await source_threads.run(_build_rows, source.id, contents, reader.user.tz)
    return FetchedSource(source=source, contents=contents, rows=rows, answer=answer or AddressAnswer())


def _build_rows(source_id: UUID, contents: SourceContents, tz: ZoneInfo) -> SourceRows:
    files, warnings = keep_newest(merge_notion_exports(contents.files))
    rows = build_rows(source_id, merge_revisions(files, tz), tz)
    rows.warnings.extend([*warnings, *contents.notices])
    return rows


async def _parse_upload(reader: SourceReader, source: Source) -> SourceContents:
    async with reader.database.transaction([reader.user.id]) as tx:
        await lock_source(tx, reader.user.id, source)
        rows = await tx.fetch(_sql.list_files, reader.user.id, source.id)
    return await source_threads.run(_parse_stored_files, rows, reader)


def _parse_stored_files(rows: Sequence[asyncpg.Record], reader: SourceReader) -> SourceContents:
    files = (SourceFile(row["path"], zlib.decompress(row["content"]), row["modified_at"]) for row in rows)
    return read_files(files, reader.context, reader.limits)


async def save_fetched_source(
    tx: asyncpg.Connection, reader: SourceReader, fetched: FetchedSource
) -> ImportReport:
    """Make a source's rows equal to its fetched contents, in the caller's transaction.

    Raises:
        NotFound: the source was removed meanwhile.
    """
    now, owner_id, source, contents = clock.now(), reader.user.id, fetched.source, fetched.contents
    # Two imports of one source are serialised here; the second has nothing left to change. So are those of
    # other sources of the owner: each may hide or show copies of its entries in the others.
    await lock_source(tx, owner_id, source, _sql.lock_source_and_copies)
    outcome = await source_sync.sync_source(
        tx,
        owner_id,
        source.id,
        fetched.rows,
        reading=_make_reading(reader, fetched, now),
        unreadable=contents.unreadable,
        covered=_covered_range(reader.context),
    )
    changes = outcome.changes
    if changes.has_any:
        assignees = count_assignees(fetched.rows.tasks.values())
        await people.propose_identities(tx, reader.user, source.id, assignees)
    answer = fetched.answer
    await addresses.save_answer(tx, reader, source, answer)
    if answer.failure is None:
        await tx.execute(_sql.mark_read, owner_id, source.id, answer.read_at or now, changes.has_any)
        if fetched.files_digest is not None:
            await tx.execute(_sql.save_files_digest, owner_id, source.id, fetched.files_digest)
    else:
        await record_failure(tx, owner_id, source.id, answer.failure, answer.retry_after)
    warnings = tuple(map(str, outcome.warnings))
    report = ImportReport(
        source, len(contents.files), len(contents.ignored), changes, warnings, fetched.failure
    )
    _log_import(reader, report)
    return report


def _make_reading(reader: SourceReader, fetched: FetchedSource, now: datetime) -> Reading:
    contents = fetched.contents
    return Reading(
        kind=fetched.source.kind,
        source_name=fetched.source.name,
        today=reader.today,
        at=now,
        files=_list_file_readings(contents),
        ignored=contents.ignored_damage,
        unreadable={one.path: one.message for one in contents.unreadable},
        is_current=fetched.failure is None and not fetched.answer.is_earlier_copy,
    )


def _list_file_readings(contents: SourceContents) -> dict[str, FileReading]:
    readings = {
        file.path: FileReading(_count_entries(file.parsed), file.parsed.incomplete, file.parsed.unread_uids)
        for file in contents.files
    }
    # Templates and copies have entries, but none that count: what they had before is gone.
    unwanted = (path for path in contents.ignored if path not in contents.ignored_damage)
    return dict.fromkeys(unwanted, FileReading(1)) | readings


def _count_entries(parsed: ParsedFile) -> int:
    entries = len(parsed.tasks) + len(parsed.events) + len(parsed.notes) + len(parsed.revisions)
    return entries + sum(map(_count_entries, parsed.messages))


def _log_import(reader: SourceReader, report: ImportReport) -> None:
    log.info(
        "agenda.import",
        user=str(reader.user.id),
        source=str(report.source.id),
        files=report.files,
        added=report.changes.added,
        updated=report.changes.updated,
        removed=report.changes.removed,
        warnings=len(report.warnings),
        failed=report.failure is not None,
    )


async def _record_failure(
    reader: SourceReader, source: Source, reason: str, retry_after: float | None = None
) -> None:
    async with reader.database.transaction([reader.user.id]) as tx:
        await record_failure(tx, reader.user.id, source.id, reason, retry_after)


async def record_failure(
    tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, reason: str, retry_after: float | None = None
) -> None:
    """Record that a source could not be read; its earlier rows stay.

    Args:
        tx: a transaction as this owner.
        owner_id: the owner.
        source_id: the source.
        reason: the sentence of the error.
        retry_after: the seconds within which its server wants no other request; None if it did not ask.
    """
    await tx.execute(_sql.mark_failing, owner_id, source_id, clock.now(), reason, retry_after)


def _covered_range(context: ImportContext) -> source_sync.CoveredRange:
    begin, end = context.expand_from, context.expand_until
    return source_sync.CoveredRange(
        dates=EventRange(_midnight(begin), _midnight(end)),
        instants=EventRange(clock.start_of_day(begin, context.tz), clock.start_of_day(end, context.tz)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
