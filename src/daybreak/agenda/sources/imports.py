"""Idempotent import of sources into the agenda, in one transaction for each source."""

import asyncio
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from daybreak import clock, people
from daybreak.agenda.model import Source, SourceKind
from daybreak.agenda.parsed import ImportContext, ParsedFile, SourceFile
from daybreak.agenda.rows import SourceRows, build_rows, strip_unstorable
from daybreak.agenda.sources import service
from daybreak.agenda.sources.parser_pool import (
    ProgressCallback,
    SourceContents,
    is_calendar,
    read_calendar,
    read_files,
    read_folder,
)
from daybreak.agenda.store import EventRange
from daybreak.agenda.sync import source_sync
from daybreak.agenda.sync.absence import FileReading, Reading
from daybreak.agenda.sync.assignees import count_assignees
from daybreak.agenda.sync.copies import keep_newest
from daybreak.agenda.sync.revisions import merge_revisions
from daybreak.db import Database, load
from daybreak.errors import DaybreakError, InvalidInput, NotFound
from daybreak.intake import (
    Fetched,
    FolderAccess,
    IntakeSettings,
    Vault,
    WebAddress,
    fetch,
    read_folder_state,
)
from daybreak.people import User
from daybreak.telemetry import log
from daybreak.threads import DedicatedThreads

DAYS_BEHIND = 14
DAYS_AHEAD = 62
FRESHNESS_PERIOD = timedelta(minutes=15)
_sql = load("daybreak.agenda")
_CONCURRENCY = 3
# Above the concurrency of the web’s new addresses and of a worker’s queue, so that these are the limits.
_threads = DedicatedThreads("sources", 16)


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


@dataclass(frozen=True, slots=True)
class SourceReader:
    """A reader of one user's sources, around a date and within limits.

    Attributes:
        open_vault: returns the vault that decrypts calendar URLs; called only when one is fetched.
        home: Daybreak's own folder, which is never read.
    """

    database: Database
    user: User
    today: date
    limits: IntakeSettings
    open_vault: Callable[[], Vault]
    progress: ProgressCallback | None = None
    home: Path | None = None

    @property
    def context(self) -> ImportContext:
        """The context for importers; recurring events are expanded around the date."""
        return ImportContext(
            tz=self.user.tz,
            today=self.today,
            expand_from=self.today - timedelta(days=DAYS_BEHIND),
            expand_until=self.today + timedelta(days=DAYS_AHEAD),
        )


async def import_folder(reader: SourceReader, path: Path) -> ImportReport:
    """Import a folder or a file, and add it as a source if it is not one yet.

    Raises:
        InvalidInput: it does not exist or cannot be read.
    """
    source = await service.add_folder(reader.database, reader.user, path)
    return await read_added_source(reader, source)


async def read_added_source(reader: SourceReader, source: Source) -> ImportReport:
    """Import a source that may just have been added; delete it if it could never be read.

    Raises:
        DaybreakError: it cannot be read.
    """
    try:
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
        await _record_failure(reader, source, str(error))
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedSource:
    """The contents of a source, ready to be written.

    Attributes:
        read_at: when it was read; None for the time of writing.
        failure: why a calendar URL could not be fetched, if its last good copy was used instead.
        new_copy: the response of a calendar URL, to be stored as its last good copy.
        compressed_copy: the same, compressed.
        is_earlier_copy: whether a calendar URL was not requested, because its copy is recent.
        files_digest: the state of a folder before it was read.
    """

    source: Source
    contents: SourceContents
    rows: SourceRows
    read_at: datetime | None = None
    failure: str | None = None
    new_copy: Fetched | None = None
    compressed_copy: bytes = b""
    is_earlier_copy: bool = False
    files_digest: bytes | None = None


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
            return await _fetch_address_source(reader, source)


async def _fetch_folder_source(reader: SourceReader, source: Source) -> FetchedSource:
    folder, limits = Path(source.locator), reader.limits
    access = FolderAccess.excluding(reader.home, is_confined=source.is_confined, allowed=limits.folders)
    # Before the files are read, so that a change in the meantime counts as one that has not been read.
    state = await _threads.run(read_folder_state, folder, limits, access)
    contents = await _threads.run(read_folder, folder, reader.context, limits, reader.progress, access)
    return replace(await _build_fetched_source(reader, source, contents), files_digest=state.digest)


async def _build_fetched_source(
    reader: SourceReader,
    source: Source,
    contents: SourceContents,
    *,
    read_at: datetime | None = None,
    failure: str | None = None,
    new_copy: Fetched | None = None,
    is_earlier_copy: bool = False,
) -> FetchedSource:
    rows = await _threads.run(_build_rows, source.id, contents, reader.user.tz)
    packed = await _threads.run(zlib.compress, new_copy.content) if new_copy else b""
    return FetchedSource(
        source=source,
        contents=contents,
        rows=rows,
        read_at=read_at,
        failure=failure,
        new_copy=new_copy,
        compressed_copy=packed,
        is_earlier_copy=is_earlier_copy,
    )


def _build_rows(source_id: UUID, contents: SourceContents, tz: ZoneInfo) -> SourceRows:
    files, warnings = keep_newest(contents.files)
    rows = build_rows(source_id, merge_revisions(files, tz), tz)
    rows.warnings.extend([*warnings, *contents.notices])
    return rows


async def _parse_upload(reader: SourceReader, source: Source) -> SourceContents:
    async with reader.database.transaction([reader.user.id]) as tx:
        await _lock_source(tx, reader.user.id, source)
        rows = await tx.fetch(_sql.list_files, reader.user.id, source.id)
    return await _threads.run(_parse_stored_files, rows, reader)


def _parse_stored_files(rows: Sequence[asyncpg.Record], reader: SourceReader) -> SourceContents:
    files = (SourceFile(row["path"], zlib.decompress(row["content"]), row["modified_at"]) for row in rows)
    return read_files(files, reader.context, reader.limits)


async def _fetch_address_source(reader: SourceReader, source: Source) -> FetchedSource:
    async with reader.database.transaction([reader.user.id]) as tx:
        row = await _lock_source(tx, reader.user.id, source)
    stored_copy, asked_at = row["last_good_copy"], row["last_read_at"]
    if stored_copy is not None and not row["error"] and _is_fresh(asked_at):
        contents = await _parse_stored_copy(reader, source, stored_copy)
        return await _build_fetched_source(reader, source, contents, read_at=asked_at, is_earlier_copy=True)
    asked_at = clock.now()
    try:
        fetched = await _download(reader, row)
    except DaybreakError as error:
        if stored_copy is None:
            raise
        contents = await _parse_stored_copy(reader, source, stored_copy)
        return await _build_fetched_source(reader, source, contents, read_at=asked_at, failure=str(error))
    if fetched is None:
        contents = await _parse_stored_copy(reader, source, stored_copy)
        return await _build_fetched_source(reader, source, contents, read_at=asked_at)
    contents = await _parse_response(reader, source, fetched)
    damage = _find_damage(contents)
    if damage is None:
        return await _build_fetched_source(reader, source, contents, read_at=asked_at, new_copy=fetched)
    if stored_copy is None:
        return await _build_fetched_source(reader, source, contents, read_at=asked_at)
    reason = damage.removeprefix("It is damaged: ")
    failure = f"{source.locator.removesuffix('/…')} returned a damaged calendar: {reason}"
    contents = await _parse_stored_copy(reader, source, stored_copy)
    return await _build_fetched_source(reader, source, contents, read_at=asked_at, failure=failure)


def _find_damage(contents: SourceContents) -> str | None:
    """Return why a response is not a whole calendar; None if it is."""
    if contents.unreadable:
        return contents.unreadable[0].message
    return next((file.parsed.incomplete for file in contents.files if file.parsed.incomplete), None)


def _is_fresh(read_at: datetime | None) -> bool:
    return read_at is not None and timedelta(0) <= clock.now() - read_at < FRESHNESS_PERIOD


async def _parse_response(reader: SourceReader, source: Source, fetched: Fetched) -> SourceContents:
    return await _threads.run(read_calendar, source.name, fetched.content, reader.context, reader.limits)


async def _parse_stored_copy(reader: SourceReader, source: Source, stored_copy: bytes) -> SourceContents:
    content = await _threads.run(zlib.decompress, stored_copy)
    return await _threads.run(read_calendar, source.name, content, reader.context, reader.limits)


async def _download(reader: SourceReader, row: asyncpg.Record) -> Fetched | None:
    url = reader.open_vault().decrypt(row["secret"])
    validators = {"etag": row["etag"], "last_modified": row["http_last_modified"]}
    fetched = await _threads.run(fetch, url, reader.limits, **validators)
    if not isinstance(fetched, Fetched):
        return None
    if not is_calendar(fetched.content):
        raise InvalidInput(f"{WebAddress.parse(url).origin} did not return a calendar; check the URL.")
    return fetched


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
    await _lock_source(tx, owner_id, source, _sql.lock_source_and_copies)
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
    if fetched.new_copy is not None:
        validators = (
            strip_unstorable(fetched.new_copy.etag),
            strip_unstorable(fetched.new_copy.last_modified),
        )
        await tx.execute(_sql.save_copy, owner_id, source.id, fetched.compressed_copy, *validators)
    if fetched.failure is None:
        await tx.execute(_sql.mark_read, owner_id, source.id, fetched.read_at or now, changes.has_any)
        if fetched.files_digest is not None:
            await tx.execute(_sql.save_files_digest, owner_id, source.id, fetched.files_digest)
    else:
        await tx.execute(_sql.mark_failing, owner_id, source.id, now, fetched.failure)
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
        is_current=fetched.failure is None and not fetched.is_earlier_copy,
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


async def _record_failure(reader: SourceReader, source: Source, reason: str) -> None:
    async with reader.database.transaction([reader.user.id]) as tx:
        await record_failure(tx, reader.user.id, source.id, reason)


async def record_failure(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, reason: str) -> None:
    """Record that a source could not be read; its earlier rows stay."""
    await tx.execute(_sql.mark_failing, owner_id, source_id, clock.now(), reason)


async def _lock_source(
    tx: asyncpg.Connection, owner_id: UUID, source: Source, statement: str = _sql.lock_source
) -> asyncpg.Record:
    row = await tx.fetchrow(statement, owner_id, source.id)
    if row is None:
        raise NotFound(f"The source “{source.name}” has been removed.")
    return row


def _covered_range(context: ImportContext) -> source_sync.CoveredRange:
    begin, end = context.expand_from, context.expand_until
    return source_sync.CoveredRange(
        dates=EventRange(_midnight(begin), _midnight(end)),
        instants=EventRange(clock.start_of_day(begin, context.tz), clock.start_of_day(end, context.tz)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
