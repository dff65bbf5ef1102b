"""All credentials of a user together: sessions, links, tokens and known browsers."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from daybreak.db import load
from daybreak.errors import Unauthenticated
from daybreak.people.access import sessions
from daybreak.people.access.sessions import Principal

_sql = load("daybreak.people")


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialCounts:
    """The number of a user's valid sessions and tokens."""

    sessions: int
    tokens: int


async def revoke_credentials(tx: asyncpg.Connection, user_id: UUID) -> bool:
    """Revoke all credentials of a user, who has lost control of the account; every new kind is added here.

    The caller has written the new password before, which locks the account against concurrent sign-ins.
    Return whether there were tokens.
    """
    await revoke_sign_ins(tx, user_id)
    had_tokens = await revoke_tokens(tx, user_id)
    await tx.execute(_sql.delete_known_browsers, user_id)
    return had_tokens


async def revoke_sign_ins(
    tx: asyncpg.Connection, user_id: UUID, *, except_credential: UUID | None = None
) -> None:
    """Revoke all links and sessions of a user, optionally except one session."""
    # Links first: a session that a link starts concurrently is committed by then.
    await tx.execute(_sql.delete_links, user_id)
    await sessions.revoke_all_sessions(tx, user_id, except_session=except_credential)


async def revoke_tokens(
    tx: asyncpg.Connection, user_id: UUID, *, except_credential: UUID | None = None
) -> bool:
    """Revoke all tokens of a user, optionally except one; return whether there were any.

    The caller revokes the sessions before, since they create tokens.
    """
    deleted: str = await tx.execute(_sql.delete_tokens, user_id, except_credential)
    return deleted != "DELETE 0"


async def count_credentials(
    tx: asyncpg.Connection, user_id: UUID, *, except_credential: UUID | None = None
) -> CredentialCounts:
    """Return the number of a user's valid sessions and tokens, optionally except one."""
    return CredentialCounts(**await tx.fetchrow(_sql.count_credentials, user_id, except_credential))


async def lock_credential(tx: asyncpg.Connection, principal: Principal) -> None:
    """Lock the principal's session or token against revocation until the transaction ends.

    A form may arrive long after its session was checked. A request that creates a credential or deletes the
    account calls this in its transaction, so that a revoked credential cannot do so.

    Raises:
        Unauthenticated: it was revoked in the meantime.
    """
    statement = _sql.lock_token if principal.is_program else _sql.lock_session
    if await tx.fetchrow(statement, principal.user.id, principal.credential) is None:
        raise Unauthenticated("You were signed out in the meantime. Sign in again.")
