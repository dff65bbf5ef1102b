"""Sessions: who is signed in, kept on the server; the browser holds a secret that means nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import NotFound
from daybreak.people.digests import digest, new_secret
from daybreak.people.model import User
from daybreak.people.rows import user_of
from daybreak.people.settings import people_settings

_sql = load(__package__)
_LONGEST_AGENT = 300


class Role(StrEnum):
    """What somebody may do beyond their own things."""

    MEMBER = "member"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a program may do with somebody's things."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from: an address and what the browser says it is."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in.

    Attributes:
        user: who it is.
        role: what they may do beyond their own things.
        credential: the id of the session, or of the token, that they came with.
        scope: what the token allows; None for a session, which allows everything.
        has_password: whether they have one; else they come by links.
        deletion_due: when everything of theirs is deleted; None when that is not asked for.
    """

    user: User
    role: Role
    credential: UUID
    scope: Scope | None
    has_password: bool
    deletion_due: datetime | None

    @property
    def may_write(self) -> bool:
        """Whether anything may be changed."""
        return self.scope is not Scope.READ

    @property
    def is_program(self) -> bool:
        """Whether they came with a token, and not as somebody in a browser."""
        return self.scope is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    id: UUID
    user_agent: str
    address: str
    created_at: datetime
    seen_at: datetime


async def begin(tx: asyncpg.Connection, user_id: UUID, client: Client) -> str:
    """Sign a browser in; gives the secret for its cookie, always a new one."""
    secret = new_secret()
    agent = client.user_agent[:_LONGEST_AGENT]
    row = (user_id, uuid4(), digest(secret), agent, client.address, people_settings().session_time)
    await tx.execute(_sql.insert_session, *row)
    return secret


async def visitor_of(database: Database, secret: str, *, is_visit: bool = True) -> Visitor | None:
    """Whose session that is; None when it is over, or never was.

    Args:
        database: where it is kept.
        secret: what the browser holds.
        is_visit: whether somebody is there; that keeps the session alive.
    """
    row_of = digest(secret), people_settings().session_time, is_visit
    async with database.ownerless() as connection:
        row = await connection.fetchrow(_sql.read_session, *row_of)
    return visitor(row) if row else None


async def is_known(database: Database, user_id: UUID, credential: UUID) -> bool:
    """Whether that session or token of somebody's is still good; asking is no visit."""
    async with database.ownerless() as connection:
        return bool(await connection.fetchval(_sql.knows, user_id, credential))


async def list_sessions(tx: asyncpg.Connection, user_id: UUID) -> list[Session]:
    """Where somebody is signed in, the latest seen first."""
    return [Session(**row) for row in await tx.fetch(_sql.list_sessions, user_id)]


async def end(tx: asyncpg.Connection, user_id: UUID, session_id: UUID) -> None:
    """Sign one browser out.

    Raises:
        NotFound: there is no such session of this person's.
    """
    if await tx.fetchval(_sql.end_session, user_id, session_id) is None:
        raise NotFound("There is no such session; it may have ended already.")


async def end_all(tx: asyncpg.Connection, user_id: UUID, *, but: UUID | None = None) -> None:
    """Sign somebody out everywhere, except in one session when it is named."""
    await tx.execute(_sql.end_sessions, user_id, but)


def visitor(row: asyncpg.Record) -> Visitor:
    """The visitor of a row with a credential and a profile."""
    scope = row.get("scope")
    return Visitor(
        user=user_of(row),
        role=Role(row["role"]),
        credential=row["credential"],
        scope=Scope(scope) if scope else None,
        has_password=row["has_password"],
        deletion_due=row["deletion_due"],
    )
