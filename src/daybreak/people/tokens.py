"""Tokens that programs come with: shown once, kept as a hash, for reading only or for everything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn
from daybreak.people.digests import digest, new_secret
from daybreak.people.sessions import Scope, Visitor, visitor

_sql = load(__package__)
_PREFIX = "dbk_"  # so that scanners for leaked secrets know one when they see it
_SHOWN = 4
_LONGEST_NAME = 100
_LONGEST_LIFE = 3650
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token; not the token."""

    id: UUID
    name: str
    scope: Scope
    ending: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


async def make_token(
    tx: asyncpg.Connection, user_id: UUID, name: str, scope: Scope, days: int | None
) -> tuple[Token, str]:
    """A token and its secret, which is never told again.

    Args:
        tx: the owner's transaction.
        user_id: the owner.
        name: what it is for, in the owner's words.
        scope: what it allows.
        days: how long it is good; None for ever.

    Raises:
        InvalidInput: there is no name, or the time makes no sense.
        Conflict: the owner has too many.
    """
    return await _insert(tx, user_id, name, scope, days, None)


async def derive_token(
    tx: asyncpg.Connection, maker: Visitor, name: str, scope: Scope, days: int | None
) -> tuple[Token, str]:
    """A token that a program makes with its own, and its secret; it is revoked together with that one.

    Args:
        tx: the owner's transaction, which is to be rolled back when this raises.
        maker: the program.
        name: what it is for.
        scope: what it allows, no more than the program's own.
        days: how long it is good, no longer than the program's own; None for ever.

    Raises:
        Forbidden: it would allow more, or be good for longer.
        NotSignedIn: the program's own token was revoked meanwhile.
        InvalidInput: there is no name, or the time makes no sense.
        Conflict: the owner has too many.
    """
    if scope is Scope.WRITE and not maker.may_write:
        raise Forbidden("A token for reading only cannot make one that may write.")
    own = await tx.fetchrow(_sql.hold_token, maker.user.id, maker.credential)
    if own is None:
        raise NotSignedIn("This token was revoked meanwhile.")
    made, secret = await _insert(tx, maker.user.id, name, scope, days, maker.credential)
    until: datetime | None = own["expires_at"]
    if until is not None and (made.expires_at is None or made.expires_at > until):
        raise Forbidden(
            f"This token is good until {until:%Y-%m-%d %H:%M} UTC, and none that it makes can be good for "
            "longer; ask for fewer days."
        )
    return made, secret


async def _insert(
    tx: asyncpg.Connection, user_id: UUID, name: str, scope: Scope, days: int | None, made_by: UUID | None
) -> tuple[Token, str]:
    title = name.strip()
    if not title or len(title) > _LONGEST_NAME or not title.isprintable():
        raise InvalidInput(f"A token's name has 1 to {_LONGEST_NAME} printable characters; give another one.")
    if days is not None and not 1 <= days <= _LONGEST_LIFE:
        raise InvalidInput(f"A token is good for 1 to {_LONGEST_LIFE} days, or without an end.")
    if len(await list_tokens(tx, user_id)) >= MOST:
        raise Conflict(f"There are {MOST} tokens already; revoke one that is not needed any more.")
    secret = new_secret(_PREFIX)
    life = timedelta(days=days) if days else None
    kept = (title, scope, digest(secret), secret[-_SHOWN:], life, made_by)
    return _token(await tx.fetchrow(_sql.insert_token, user_id, uuid4(), *kept)), secret


async def list_tokens(tx: asyncpg.Connection, user_id: UUID) -> list[Token]:
    """Somebody's tokens, the newest first; those whose time is up too."""
    return [_token(row) for row in await tx.fetch(_sql.list_tokens, user_id)]


async def revoke_token(tx: asyncpg.Connection, user_id: UUID, token_id: UUID) -> None:
    """Make a token useless, from the next request on, and all that were made with it.

    Raises:
        NotFound: there is no such token of this person's.
    """
    if await tx.fetchval(_sql.delete_token, user_id, token_id) is None:
        raise NotFound("There is no such token; it may have been revoked already.")


async def bearer_of(database: Database, secret: str, *, is_visit: bool = True) -> Visitor | None:
    """Whose token that is; None when it is not good, or not any more.

    Args:
        database: where it is kept.
        secret: what the program holds.
        is_visit: whether that counts as its owner's being there.
    """
    async with database.ownerless() as connection:
        row = await connection.fetchrow(_sql.read_bearer, digest(secret), is_visit)
    return visitor(row) if row else None


def _token(row: asyncpg.Record) -> Token:
    return Token(**{**row, "scope": Scope(row["scope"])})
