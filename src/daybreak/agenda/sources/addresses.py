"""Calendar URLs: adding them, requesting them, and the last good copy of their responses."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import asyncpg

from daybreak import clock
from daybreak.agenda.model import Source, SourceKind
from daybreak.agenda.rows import strip_unstorable
from daybreak.agenda.sources import service
from daybreak.agenda.sources.parser_pool import SourceContents, is_calendar, read_calendar
from daybreak.agenda.sources.reader import SourceReader, lock_source, source_threads
from daybreak.db import Database, load
from daybreak.errors import DaybreakError, InvalidInput, Unavailable
from daybreak.intake import (
    BasicCredentials,
    Fetched,
    StoredAddress,
    Vault,
    WebAddress,
    fetch,
    is_confirmable,
)
from daybreak.people import User

FRESHNESS_PERIOD = timedelta(minutes=15)
_sql = load("daybreak.agenda")


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """The outcome of requesting a calendar URL.

    Attributes:
        read_at: when it was requested; None for the time of writing.
        failure: why it could not be fetched, if its last good copy was used instead.
        retry_after: the seconds within which its server wants no other request; None if it did not ask.
        new_copy: the response, to be stored as its last good copy.
        compressed_copy: the same, compressed.
        secret: the encrypted address, if it changed.
        is_earlier_copy: whether it was not requested, because its copy is recent.
    """

    read_at: datetime | None = None
    failure: str | None = None
    retry_after: float | None = None
    new_copy: Fetched | None = None
    compressed_copy: bytes = b""
    secret: str | None = field(default=None, repr=False)
    is_earlier_copy: bool = False


async def add_address(
    database: Database,
    user: User,
    url: str,
    vault: Vault,
    name: str | None = None,
    credentials: BasicCredentials | None = None,
    confirmed_addresses: Collection[str] = (),
) -> Source:
    """Add an .ics URL as a source; it is stored encrypted with its user name and password.

    A URL that is known with this user name gets the confirmed addresses; its password is changed only by a
    reading that the server accepts it for.

    Args:
        database: the database.
        user: the owner.
        url: the URL as entered; a user name and a password in it are taken out.
        vault: encrypts it.
        name: the name of the source; None for the host.
        credentials: the user name and the password.
        confirmed_addresses: the private network addresses that the user confirmed for its host and port.

    Raises:
        InvalidInput: it is not an http(s) or webcal URL, or one that may not be fetched.
    """
    if not all(map(is_confirmable, confirmed_addresses)):
        raise InvalidInput("Only addresses of this machine and of private networks can be confirmed.")
    stored = StoredAddress.parse(url, credentials)
    address, secret = WebAddress.parse(stored.url), vault.encrypt(stored.encode())
    shown = (name or address.host, f"{address.origin}/…")
    source = service.make_source(user, SourceKind.ADDRESS, *shown, stored.key)
    added = await service.insert_source(database, user, source, stored.key, secret)
    replacing = secret if stored.credentials and added.last_read_at is None else None
    if replacing or confirmed_addresses:
        async with database.transaction([user.id]) as tx:
            confirmed = list(confirmed_addresses) or None
            await tx.execute(_sql.update_access, user.id, added.id, replacing, confirmed)
    return added


async def fetch_address(reader: SourceReader, source: Source) -> tuple[SourceContents, AddressAnswer]:
    """Request a calendar URL, unless its copy is recent or its server asked for a delay.

    Raises:
        DaybreakError: it could not be fetched, and has no last good copy.
    """
    async with reader.database.transaction([reader.user.id]) as tx:
        row = await lock_source(tx, reader.user.id, source)
    stored_copy, asked_at = row["last_good_copy"], row["last_read_at"]
    if stored_copy is not None and not row["error"] and _is_fresh(asked_at):
        contents = await _parse_stored_copy(reader, source, stored_copy)
        return contents, AddressAnswer(asked_at, is_earlier_copy=True)
    asked_at = clock.now()
    try:
        _raise_if_waiting(row)
        stored = StoredAddress.decode(reader.open_vault().decrypt(row["secret"]))
        fetched = await _download(reader, row, stored)
    except DaybreakError as error:
        if stored_copy is None:
            raise
        contents = await _parse_stored_copy(reader, source, stored_copy)
        return contents, AddressAnswer(asked_at, str(error), requested_delay(error))
    if fetched is None:
        return await _parse_stored_copy(reader, source, stored_copy), AddressAnswer(asked_at)
    contents, answer = await _use_response(reader, source, stored_copy, fetched)
    return contents, replace(answer, read_at=asked_at, secret=_secured(reader, stored, fetched))


async def fetch_with_credentials(
    reader: SourceReader, source: Source, credentials: BasicCredentials | None
) -> tuple[SourceContents, AddressAnswer]:
    """Request a calendar URL with another user name and password, which the answer contains.

    Raises:
        DaybreakError: it could not be fetched with them.
    """
    if source.kind is not SourceKind.ADDRESS:
        raise InvalidInput("Only calendar URLs have a user name and a password.")
    async with reader.database.transaction([reader.user.id]) as tx:
        row = await lock_source(tx, reader.user.id, source)
    vault, asked_at = reader.open_vault(), clock.now()
    stored = StoredAddress.decode(vault.decrypt(row["secret"])).with_credentials(credentials)
    fetched = await _download(reader, row, stored, is_conditional=False)
    assert fetched is not None  # noqa: S101 - only a conditional request may have no content
    contents, answer = await _use_response(reader, source, row["last_good_copy"], fetched)
    return contents, replace(answer, read_at=asked_at, secret=vault.encrypt(stored.encode()))


def requested_delay(error: DaybreakError) -> float | None:
    """Return the seconds of delay that a server asked for; None if it did not."""
    if isinstance(error, Unavailable) and error.retry_after > Unavailable.retry_after:
        return error.retry_after
    return None


async def save_answer(
    tx: asyncpg.Connection, reader: SourceReader, source: Source, answer: AddressAnswer
) -> None:
    """Store the last good copy and the changed address, in the caller's transaction."""
    if answer.secret is not None:
        await tx.execute(_sql.update_access, reader.user.id, source.id, answer.secret, None)
    if answer.new_copy is not None:
        validators = (strip_unstorable(answer.new_copy.etag), strip_unstorable(answer.new_copy.last_modified))
        await tx.execute(_sql.save_copy, reader.user.id, source.id, answer.compressed_copy, *validators)


def _is_fresh(read_at: datetime | None) -> bool:
    return read_at is not None and timedelta(0) <= clock.now() - read_at < FRESHNESS_PERIOD


def _raise_if_waiting(row: asyncpg.Record) -> None:
    """Raise the last error of a source again, while its server wants no request."""
    if row["error"] and row["wait_seconds"] is not None and row["wait_seconds"] > 0:
        raise Unavailable(row["error"]).with_retry_after(row["wait_seconds"])


async def _download(
    reader: SourceReader, row: asyncpg.Record, stored: StoredAddress, *, is_conditional: bool = True
) -> Fetched | None:
    validators = {"etag": row["etag"], "last_modified": row["http_last_modified"]} if is_conditional else {}
    fetched = await source_threads.run(
        fetch,
        stored.url,
        reader.limits,
        credentials=stored.credentials,
        confirmed_addresses=tuple(row["private_addresses"] or ()),
        **validators,
    )
    if not isinstance(fetched, Fetched):
        return None
    if not is_calendar(fetched.content):
        origin = WebAddress.parse(stored.url).origin
        raise InvalidInput(f"{origin} did not return a calendar; check the URL.")
    return fetched


async def _use_response(
    reader: SourceReader, source: Source, stored_copy: bytes | None, fetched: Fetched
) -> tuple[SourceContents, AddressAnswer]:
    """Return the contents of a response, or those of the last good copy if the response is damaged."""
    contents = await source_threads.run(
        read_calendar, source.name, fetched.content, reader.context, reader.limits
    )
    damage = _find_damage(contents)
    if damage is None:
        compressed = await source_threads.run(zlib.compress, fetched.content)
        return contents, AddressAnswer(new_copy=fetched, compressed_copy=compressed)
    if stored_copy is None:
        return contents, AddressAnswer()
    reason = damage.removeprefix("It is damaged: ")
    failure = f"{source.locator.removesuffix('/…')} returned a damaged calendar: {reason}"
    return await _parse_stored_copy(reader, source, stored_copy), AddressAnswer(failure=failure)


def _find_damage(contents: SourceContents) -> str | None:
    """Return why a response is not a whole calendar; None if it is."""
    if contents.unreadable:
        return contents.unreadable[0].message
    return next((file.parsed.incomplete for file in contents.files if file.parsed.incomplete), None)


async def _parse_stored_copy(reader: SourceReader, source: Source, stored_copy: bytes) -> SourceContents:
    content = await source_threads.run(zlib.decompress, stored_copy)
    return await source_threads.run(read_calendar, source.name, content, reader.context, reader.limits)


def _secured(reader: SourceReader, stored: StoredAddress, fetched: Fetched) -> str | None:
    """Return the encrypted https: address for a webcal: one that was fetched with TLS, else None.

    From then on it is never requested without TLS.
    """
    scheme, separator, rest = stored.url.partition(":")
    if scheme.lower() != "webcal" or not fetched.was_encrypted:
        return None
    return reader.open_vault().encrypt(replace(stored, url=f"https{separator}{rest}").encode())
