"""API tokens: shown once, stored as a hash, with read or write access."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from daybreak.people.access.secret_tokens import generate_secret, hash_secret
from daybreak.people.access.sessions import Principal, Scope, principal_of
from daybreak.people.security_events import (
    SYSTEM_ACTOR,
    Actor,
    SecurityEventKind,
    record_security_event,
)

_sql = load("daybreak.people")
_PREFIX = "dbk_"  # so that scanners for leaked secrets recognise it
_SUFFIX_LENGTH = 4
_MAX_NAME_LENGTH = 100
_MAX_DAYS = 3650
MAX_TOKENS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """The stored properties of a token, without its secret."""

    id: UUID
    name: str
    scope: Scope
    suffix: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


async def create_token(
    tx: asyncpg.Connection,
    user_id: UUID,
    name: str,
    scope: Scope,
    days: int | None,
    *,
    actor: Actor = SYSTEM_ACTOR,
) -> tuple[ApiToken, str]:
    """Create a token; return it with its secret, which cannot be read again.

    Args:
        tx: a transaction of the owner.
        user_id: the owner.
        name: the owner's name for it.
        scope: its access.
        days: days until it expires; None for never.
        actor: the creator, for the security event.

    Raises:
        InvalidInput: the name or the number of days is invalid.
        Conflict: the owner has too many tokens.
    """
    created = await _insert_token(tx, user_id, name, scope, days, None)
    await _record_created(tx, user_id, created[0], actor)
    return created


async def create_child_token(
    tx: asyncpg.Connection,
    parent: Principal,
    name: str,
    scope: Scope,
    days: int | None,
    *,
    actor: Actor = SYSTEM_ACTOR,
) -> tuple[ApiToken, str]:
    """Create a token on behalf of another one, together with which it is revoked; return it with its secret.

    Args:
        tx: a transaction of the owner, to be rolled back if this raises.
        parent: the principal of the other token.
        name: the name for it.
        scope: its access, not more than the parent's.
        days: days until it expires, not later than the parent; None for never.
        actor: the creator, for the security event.

    Raises:
        Forbidden: it would have more access than the parent, or expire later.
        Unauthenticated: the parent token was revoked in the meantime.
        InvalidInput: the name or the number of days is invalid.
        Conflict: the owner has too many tokens.
    """
    if scope is Scope.WRITE and not parent.may_write:
        raise Forbidden("A read-only token cannot create a token with write access.")
    own = await tx.fetchrow(_sql.lock_token, parent.user.id, parent.credential)
    if own is None:
        raise Unauthenticated("This token was revoked.")
    made, secret = await _insert_token(tx, parent.user.id, name, scope, days, parent.credential)
    until: datetime | None = own["expires_at"]
    if until is not None and (made.expires_at is None or made.expires_at > until):
        raise Forbidden(
            f"This token expires at {until.astimezone(parent.user.tz):%Y-%m-%d %H:%M}, and a token that it "
            "creates cannot expire later. Ask for fewer days."
        )
    await _record_created(tx, parent.user.id, made, actor)
    return made, secret


async def _record_created(tx: asyncpg.Connection, user_id: UUID, token: ApiToken, actor: Actor) -> None:
    details = {"name": token.name, "scope": token.scope.value}
    await record_security_event(tx, user_id, SecurityEventKind.TOKEN_CREATED, actor, **details)


async def _insert_token(
    tx: asyncpg.Connection,
    user_id: UUID,
    name: str,
    scope: Scope,
    days: int | None,
    parent_token_id: UUID | None,
) -> tuple[ApiToken, str]:
    title = name.strip()
    if not title or len(title) > _MAX_NAME_LENGTH or not title.isprintable():
        raise InvalidInput(
            f"A token name must have 1 to {_MAX_NAME_LENGTH} printable characters. Enter another one."
        )
    if days is not None and not 1 <= days <= _MAX_DAYS:
        raise InvalidInput(f"A token expires in 1 to {_MAX_DAYS} days, or never. Choose one of these.")
    if len(await list_tokens(tx, user_id)) >= MAX_TOKENS:
        raise Conflict(f"You already have {MAX_TOKENS} tokens. Revoke one that you no longer need.")
    secret = generate_secret(_PREFIX)
    life = timedelta(days=days) if days else None
    values = (title, scope, hash_secret(secret), secret[-_SUFFIX_LENGTH:], life, parent_token_id)
    return _token_of(await tx.fetchrow(_sql.insert_token, user_id, uuid4(), *values)), secret


async def list_tokens(tx: asyncpg.Connection, user_id: UUID) -> list[ApiToken]:
    """Return a user's tokens, newest first, including expired ones."""
    return [_token_of(row) for row in await tx.fetch(_sql.list_tokens, user_id)]


async def revoke_token(
    tx: asyncpg.Connection, user_id: UUID, token_id: UUID, *, actor: Actor = SYSTEM_ACTOR
) -> None:
    """Revoke a token and all tokens created with it, from the next request on.

    Raises:
        NotFound: the user has no such token.
    """
    name = await tx.fetchval(_sql.delete_token, user_id, token_id)
    if name is None:
        raise NotFound("This token does not exist. It may have been revoked already.")
    await record_security_event(tx, user_id, SecurityEventKind.TOKEN_REVOKED, actor, name=name)


async def authenticate_token(
    database: Database, secret: str, *, is_activity: bool = True
) -> Principal | None:
    """Return the principal of a token; None if it is not valid.

    Args:
        database: the database of this process.
        secret: the token as the client sent it.
        is_activity: whether the request counts as activity of the owner.
    """
    async with database.without_owner() as connection:
        row = await connection.fetchrow(_sql.authenticate_token, hash_secret(secret), is_activity)
    return principal_of(row) if row else None


def _token_of(row: asyncpg.Record) -> ApiToken:
    return ApiToken(**{**row, "scope": Scope(row["scope"])})
