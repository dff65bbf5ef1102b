"""Idempotent import of sources into the agenda, in one transaction for each source."""

import asyncio
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from daybreak import clock
from daybreak.agenda import store
from daybreak.agenda.model import Source, SourceKind
from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import SourceRows, source_rows, storable
from daybreak.agenda.sources import service
from daybreak.agenda.sources.parser_pool import Progress, Reading, read_calendar, read_files, read_folder
from daybreak.db import Database, load
from daybreak.errors import DaybreakError, InvalidInput, NotFound
from daybreak.intake import Fetched, IntakeSettings, Vault, WebAddress, fetch
from daybreak.people import User
from daybreak.telemetry import log

DAYS_BEHIND = 14
DAYS_AHEAD = 62
FRESH_FOR = timedelta(minutes=15)
_HEAD = 4096
_sql = load("daybreak.agenda")
_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Imported:
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
    changes: store.Changes
    warnings: tuple[str, ...]
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one user's sources, around a date and within limits.

    Attributes:
        open_vault: returns the vault that decrypts calendar URLs; called only when one is fetched.
    """

    database: Database
    user: User
    day: date
    limits: IntakeSettings
    open_vault: Callable[[], Vault]
    progress: Progress | None = None

    @property
    def context(self) -> ImportContext:
        """The context for importers; recurring events are expanded around the date."""
        return ImportContext(
            tz=self.user.tz,
            today=self.day,
            expand_from=self.day - timedelta(days=DAYS_BEHIND),
            expand_until=self.day + timedelta(days=DAYS_AHEAD),
        )


async def import_folder(reader: Reader, path: Path) -> Imported:
    """Import a folder or a file, and add it as a source if it is not one yet.

    Raises:
        InvalidInput: it does not exist or cannot be read.
    """
    source = await service.add_folder(reader.database, reader.user, path)
    return await read_new(reader, source)


async def read_new(reader: Reader, source: Source) -> Imported:
    """Import a source that may just have been added; delete it if it could never be read.

    Raises:
        DaybreakError: it cannot be read.
    """
    try:
        return await read_source(reader, source)
    except DaybreakError:
        async with reader.database.transaction([reader.user.id]) as tx:
            await tx.execute(_sql.remove_never_read, reader.user.id, source.id)
        raise


async def refresh(reader: Reader, known: Collection[Source]) -> list[Imported]:
    """Import sources again, a few at a time; an unreadable one retains its rows and records since when."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def read(source: Source) -> Imported | None:
        async with places:
            try:
                return await read_source(reader, source)
            except DaybreakError as error:
                log.warning("agenda.source_failed", source=str(source.id), error=str(error))
                return None

    return [imported for imported in await asyncio.gather(*map(read, known)) if imported]


async def read_source(reader: Reader, source: Source) -> Imported:
    """Import one source and make its rows equal to it.

    A calendar URL that cannot be fetched is expanded again from its last good copy, if it has one.

    Raises:
        DaybreakError: it could not be read at all; the error is recorded with the source, whose rows stay.
    """
    try:
        gathered = await gather(reader, source)
        async with reader.database.transaction([reader.user.id]) as tx:
            return await write(tx, reader, gathered)
    except DaybreakError as error:
        await _note_failure(reader, source, str(error))
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The contents of a source, ready to be written.

    Attributes:
        read_at: when it was read; None for the time of writing.
        failure: why a calendar URL could not be fetched, if its last good copy was used instead.
        new_copy: the response of a calendar URL, to be stored as its last good copy.
        compressed_copy: the same, compressed.
    """

    source: Source
    reading: Reading
    rows: SourceRows
    read_at: datetime | None = None
    failure: str | None = None
    copy: Fetched | None = None
    packed: bytes = b""


async def gather(reader: Reader, source: Source) -> Gathered:
    """Fetch and parse a source without writing; no database connection is in use meanwhile.

    Raises:
        DaybreakError: it could not be read at all.
    """
    match source.kind:
        case SourceKind.FOLDER:
            reading = await asyncio.to_thread(
                read_folder, Path(source.locator), reader.context, reader.limits, reader.progress
            )
            return await _gathered(reader, source, reading)
        case SourceKind.UPLOAD:
            return await _gathered(reader, source, await _read_upload(reader, source))
        case SourceKind.ADDRESS:
            return await _gather_address(reader, source)


async def _gathered(
    reader: Reader,
    source: Source,
    reading: Reading,
    *,
    read_at: datetime | None = None,
    failure: str | None = None,
    copy: Fetched | None = None,
) -> Gathered:
    rows = await asyncio.to_thread(source_rows, source.id, reading.harvests, reader.user.tz)
    packed = await asyncio.to_thread(zlib.compress, copy.content) if copy else b""
    return Gathered(
        source=source,
        reading=reading,
        rows=rows,
        read_at=read_at,
        failure=failure,
        copy=copy,
        packed=packed,
    )


async def _read_upload(reader: Reader, source: Source) -> Reading:
    async with reader.database.transaction([reader.user.id]) as tx:
        await _lock(tx, reader.user.id, source)
        rows = await tx.fetch(_sql.list_files, reader.user.id, source.id)
    return await asyncio.to_thread(_read_rows, rows, reader)


def _read_rows(rows: Sequence[asyncpg.Record], reader: Reader) -> Reading:
    files = (SourceFile(row["path"], zlib.decompress(row["content"]), row["modified_at"]) for row in rows)
    return read_files(files, reader.context, reader.limits)


async def _gather_address(reader: Reader, source: Source) -> Gathered:
    async with reader.database.transaction([reader.user.id]) as tx:
        row = await _lock(tx, reader.user.id, source)
    fetched, failure, asked_at = None, None, row["last_read_at"]
    if row["last_good_copy"] is None or row["error"] or not _is_fresh(asked_at):
        asked_at = clock.now()
        try:
            fetched = await _fetch(reader, row)
        except DaybreakError as error:
            if row["last_good_copy"] is None:
                raise
            failure = str(error)
    reading = await asyncio.to_thread(_read_copy, reader, source, fetched, row["last_good_copy"])
    copy = None if reading.unread else fetched
    return await _gathered(reader, source, reading, read_at=asked_at, failure=failure, copy=copy)


def _is_fresh(read_at: datetime | None) -> bool:
    return read_at is not None and timedelta(0) <= clock.now() - read_at < FRESH_FOR


def _read_copy(reader: Reader, source: Source, fetched: Fetched | None, kept: bytes) -> Reading:
    content = fetched.content if fetched else zlib.decompress(kept)
    return read_calendar(source.name, content, reader.context, reader.limits)


async def _fetch(reader: Reader, row: asyncpg.Record) -> Fetched | None:
    url = reader.open_vault().decrypt(row["secret"])
    validators = {"etag": row["etag"], "last_modified": row["http_last_modified"]}
    fetched = await asyncio.to_thread(fetch, url, reader.limits, **validators)
    if not isinstance(fetched, Fetched):
        return None
    if b"BEGIN:VCALENDAR" not in fetched.content[:_HEAD].upper():
        raise InvalidInput(f"{WebAddress.parse(url).origin} did not return a calendar; check the URL.")
    return fetched


async def write(tx: asyncpg.Connection, reader: Reader, gathered: Gathered) -> Imported:
    """Make a source's rows equal to its fetched contents, in the caller's transaction.

    Raises:
        NotFound: the source was removed meanwhile.
    """
    now, owner_id, source, reading = clock.now(), reader.user.id, gathered.source, gathered.reading
    # Two imports of one source are serialised here; the second has nothing left to change.
    await _lock(tx, owner_id, source)
    changes = await store.write_source(
        tx,
        owner_id,
        source.id,
        gathered.rows,
        unread=reading.unread,
        coverage=_coverage(reader.context),
        at=now,
    )
    if gathered.copy is not None:
        validators = (storable(gathered.copy.etag), storable(gathered.copy.last_modified))
        await tx.execute(_sql.keep_copy, owner_id, source.id, gathered.packed, *validators)
    if gathered.failure is None:
        await tx.execute(_sql.mark_read, owner_id, source.id, gathered.read_at or now, changes.any)
    else:
        await tx.execute(_sql.mark_failing, owner_id, source.id, now, gathered.failure)
    warnings = tuple(str(warning) for warning in [*reading.unread, *gathered.rows.warnings])
    imported = Imported(
        source, len(reading.harvests), len(reading.ignored), changes, warnings, gathered.failure
    )
    _report(reader, imported)
    return imported


def _report(reader: Reader, imported: Imported) -> None:
    log.info(
        "agenda.import",
        user=str(reader.user.id),
        source=str(imported.source.id),
        files=imported.files,
        added=imported.changes.added,
        updated=imported.changes.updated,
        removed=imported.changes.removed,
        warnings=len(imported.warnings),
        failed=imported.failure is not None,
    )


async def _note_failure(reader: Reader, source: Source, reason: str) -> None:
    async with reader.database.transaction([reader.user.id]) as tx:
        await note_failure(tx, reader.user.id, source.id, reason)


async def note_failure(tx: asyncpg.Connection, owner_id: UUID, source_id: UUID, reason: str) -> None:
    """Record that a source could not be read; its earlier rows stay."""
    await tx.execute(_sql.mark_failing, owner_id, source_id, clock.now(), reason)


async def _lock(tx: asyncpg.Connection, owner_id: UUID, source: Source) -> asyncpg.Record:
    row = await tx.fetchrow(_sql.lock_source, owner_id, source.id)
    if row is None:
        raise NotFound(f"The source “{source.name}” has been removed.")
    return row


def _coverage(context: ImportContext) -> store.Coverage:
    begin, end = context.expand_from, context.expand_until
    return store.Coverage(
        dates=store.Window(_midnight(begin), _midnight(end)),
        instants=store.Window(clock.start_of_day(begin, context.tz), clock.start_of_day(end, context.tz)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
