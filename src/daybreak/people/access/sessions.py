"""Browser sessions, stored on the server; the browser's cookie contains a random secret only."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import NotFound
from daybreak.people.access.secret_tokens import generate_secret, hash_secret
from daybreak.people.model import User
from daybreak.people.rows import user_of
from daybreak.people.settings import people_settings

_sql = load("daybreak.people")
_MAX_USER_AGENT_LENGTH = 300
_IPV6_NETWORK = 64


class Role(StrEnum):
    """A user's rights beyond the user's own data."""

    MEMBER = "member"
    ADMIN = "admin"


class Scope(StrEnum):
    """The access of a token to its owner's data."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo:
    """The origin of a request.

    Attributes:
        address: the IP address.
        user_agent: the User-Agent header.
        signed_in_as: the e-mail address of the user who is signed in there, if any.
        known_browsers: the secrets of a browser in which users have signed in before.
    """

    address: str
    user_agent: str = ""
    signed_in_as: str = ""
    known_browsers: tuple[str, ...] = ()

    @property
    def network(self) -> str:
        """The IP address, or the /64 network of an IPv6 address, which is one household's."""
        try:
            parsed = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(parsed, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
        return str(parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An authenticated user with role, credential and scope.

    Attributes:
        user: the user.
        role: the user's rights beyond the user's own data.
        credential: the id of the session or token that was used.
        scope: the access of the token; None for a session, which has full access.
        has_password: whether the user has a password; otherwise the user signs in by link.
        deletion_due: when the account will be deleted; None if deletion was not requested.
    """

    user: User
    role: Role
    credential: UUID
    scope: Scope | None
    has_password: bool
    deletion_due: datetime | None

    @property
    def may_write(self) -> bool:
        """Whether the credential allows changes."""
        return self.scope is not Scope.READ

    @property
    def is_program(self) -> bool:
        """Whether the credential is a token, not a browser session."""
        return self.scope is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The session of one browser."""

    id: UUID
    user_agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


async def create_session(tx: asyncpg.Connection, user_id: UUID, client: ClientInfo) -> str:
    """Create a session and return the new secret for its cookie."""
    secret = generate_secret()
    agent = client.user_agent[:_MAX_USER_AGENT_LENGTH]
    settings = people_settings()
    life = min(settings.session_idle_time, settings.session_max_time)
    await tx.execute(_sql.insert_session, user_id, uuid4(), hash_secret(secret), agent, client.address, life)
    return secret


async def authenticate_session(
    database: Database, secret: str, *, is_activity: bool = True
) -> Principal | None:
    """Return the principal of a session; None if it has ended or does not exist.

    Args:
        database: the database of this process.
        secret: the secret from the cookie.
        is_activity: whether the request counts as user activity, which extends the session.
    """
    settings = people_settings()
    row_of = hash_secret(secret), settings.session_idle_time, settings.session_max_time, is_activity
    async with database.without_owner() as connection:
        row = await connection.fetchrow(_sql.authenticate_session, *row_of)
    return principal_of(row) if row else None


async def is_credential_valid(database: Database, user_id: UUID, credential: UUID) -> bool:
    """Return whether a user's session or token is still valid; does not count as activity."""
    async with database.without_owner() as connection:
        return bool(await connection.fetchval(_sql.is_credential_valid, user_id, credential))


async def list_sessions(tx: asyncpg.Connection, user_id: UUID) -> list[Session]:
    """Return a user's sessions, the most recently seen first."""
    return [Session(**row) for row in await tx.fetch(_sql.list_sessions, user_id)]


async def revoke_session(tx: asyncpg.Connection, user_id: UUID, session_id: UUID) -> None:
    """Revoke one session.

    Raises:
        NotFound: the user has no such session.
    """
    if await tx.fetchval(_sql.delete_session, user_id, session_id) is None:
        raise NotFound("This session does not exist. It may have ended already.")


async def revoke_all_sessions(
    tx: asyncpg.Connection, user_id: UUID, *, except_session: UUID | None = None
) -> None:
    """Revoke all sessions of a user, optionally except one."""
    await tx.execute(_sql.delete_sessions, user_id, except_session)


def principal_of(row: asyncpg.Record) -> Principal:
    """Return the principal of a row with a credential and a profile."""
    scope = row.get("scope")
    return Principal(
        user=user_of(row),
        role=Role(row["role"]),
        credential=row["credential"],
        scope=Scope(scope) if scope else None,
        has_password=row["has_password"],
        deletion_due=row["deletion_due"],
    )
