"""Security events: the record of sign-ins, links, passwords, tokens, roles and exports, by owner."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self
from uuid import UUID, uuid4

import asyncpg
import orjson

from daybreak.db import Database, load
from daybreak.people.access.sessions import ClientInfo, Principal
from daybreak.people.model import User
from daybreak.telemetry import log

_sql = load(__package__)
_MAX_TEXT_LENGTH = 300
_MIN_YEAR, _MAX_YEAR = 2, 9998
_NO_CLIENT = ClientInfo(address="")


class SecurityEventKind(StrEnum):
    """What happened to an account."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_THROTTLED = "sign-in-throttled"
    PASSWORD_CHECK_FAILED = "password-check-failed"  # noqa: S105 - a name
    SIGNED_OUT = "signed-out"
    SESSION_REVOKED = "session-revoked"
    SESSIONS_REVOKED = "sessions-revoked"
    LINK_CREATED = "link-created"
    LINK_USED = "link-used"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a name
    TOKEN_CREATED = "token-created"  # noqa: S105 - a name
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - a name
    USER_CREATED = "user-created"
    ROLE_CHANGED = "role-changed"
    DELETION_REQUESTED = "deletion-requested"
    DELETION_CANCELLED = "deletion-cancelled"
    DATA_EXPORTED = "data-exported"


class ActorKind(StrEnum):
    """Whose act an event is: a user's, with a session or a token, a command's, Daybreak's or a visitor's."""

    USER = "user"
    TOKEN = "token"  # noqa: S105 - a name
    COMMAND_LINE = "command-line"
    SYSTEM = "system"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The user or command that causes a security event, with the client of the request.

    Attributes:
        kind: the kind of the actor.
        id: the user; None for commands.
        name: the user's e-mail address, or the login name of a command's user.
        client: the origin of the request; empty for commands.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    client: ClientInfo = _NO_CLIENT

    @classmethod
    def of(cls, principal: Principal, client: ClientInfo) -> Self:
        """Return the actor of an authenticated request."""
        kind = ActorKind.TOKEN if principal.is_program else ActorKind.USER
        return cls(kind=kind, id=principal.user.id, name=principal.user.email, client=client)

    @classmethod
    def of_user(cls, user: User, client: ClientInfo) -> Self:
        """Return the actor of a request that signs a user in."""
        return cls(kind=ActorKind.USER, id=user.id, name=user.email, client=client)

    @classmethod
    def of_command(cls, name: str) -> Self:
        """Return the actor of a command that runs under a login name."""
        return cls(kind=ActorKind.COMMAND_LINE, name=name)


SYSTEM_ACTOR = Actor(kind=ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """A security event of an owner; `details` depend on the kind, and never contain a secret."""

    owner_id: UUID
    id: UUID
    at: datetime
    kind: SecurityEventKind
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    address: str
    user_agent: str
    details: dict[str, str] = field(default_factory=dict)
    occurrences: int = 1
    last_at: datetime

    @property
    def cursor(self) -> "SecurityEventCursor":
        """The position of this event in a list."""
        return SecurityEventCursor(self.at, self.id)


class SecurityEventCursor(NamedTuple):
    """A position in a list of security events, newest first."""

    at: datetime
    id: UUID

    @staticmethod
    def parsers() -> tuple[Callable[[str], object], ...]:
        """Return the functions that parse its parts from text."""
        return _parse_instant, UUID


async def record_security_event(
    tx: asyncpg.Connection, owner_id: UUID, kind: SecurityEventKind, actor: Actor, **details: str
) -> None:
    """Record a security event in the transaction of its change, and log it.

    More than 60 events of a kind and actor in an hour are counted in the newest one.

    Args:
        tx: a transaction of the owner.
        owner_id: the user whose account it is about.
        kind: what happened.
        actor: the user or command that caused it.
        details: more about it; never a secret.
    """
    row = (
        *(owner_id, uuid4(), kind, actor.kind, actor.id, actor.name),
        *(actor.client.address, actor.client.user_agent[:_MAX_TEXT_LENGTH]),
        orjson.dumps(details).decode(),
    )
    if await tx.fetchval(_sql.insert_security_event, *row) is None:
        await tx.execute(_sql.count_security_event, owner_id, kind, actor.name)
    # Power over the account of another user must be visible at the default log level.
    is_of_another = actor.id is not None and actor.id != owner_id
    _log_event(kind, owner_id, actor, is_warning=is_of_another, **details)


async def record_failed_sign_in(
    database: Database, email: str, kind: SecurityEventKind, client: ClientInfo
) -> None:
    """Count a failed or throttled sign-in, per network and hour; without an account only log it.

    Strangers choose the number of attempts: of those at an account the 1st, 10th, 100th and so on are logged
    as warnings, all others at level info.
    """
    row = (email, kind, client.network, client.address, client.user_agent[:_MAX_TEXT_LENGTH])
    async with database.without_owner() as connection:
        counted = await connection.fetchrow(_sql.record_failed_sign_in, *row)
    owner_id, attempts = counted or (None, 0)
    is_warning = attempts > 0 and attempts == 10 ** (len(str(attempts)) - 1)
    visitor = Actor(kind=ActorKind.VISITOR, client=client)
    _log_event(kind, owner_id, visitor, is_warning=is_warning, attempts=attempts)


async def list_security_events(
    tx: asyncpg.Connection, owner_id: UUID, before: SecurityEventCursor | None, limit: int
) -> list[SecurityEvent]:
    """Return a user's security events, newest first, before a position."""
    rows = await tx.fetch(_sql.list_security_events, owner_id, *(before or (None, None)), limit)
    return [_event_of(row) for row in rows]


async def list_all_security_events(
    database: Database, before: SecurityEventCursor | None, limit: int
) -> list[SecurityEvent]:
    """Return the security events of all users, newest first, before a position; for administrators."""
    async with database.without_owner() as connection:
        rows = await connection.fetch(_sql.list_all_security_events, *(before or (None, None)), limit)
    return [_event_of(row) for row in rows]


def _event_of(row: asyncpg.Record) -> SecurityEvent:
    typed = {
        "kind": SecurityEventKind(row["kind"]),
        "actor_kind": ActorKind(row["actor_kind"]),
        "details": orjson.loads(row["details"]),
    }
    return SecurityEvent(**{**row, **typed})


def _log_event(
    kind: SecurityEventKind, owner_id: UUID | None, actor: Actor, *, is_warning: bool, **details: object
) -> None:
    values = details | {
        "message": f"Security event: {kind.value.replace('-', ' ')}.",
        "kind": kind.value,
        "user": str(owner_id) if owner_id else None,
        "actor_kind": actor.kind.value,
        "actor": actor.name,
        "network": actor.client.network,
    }
    (log.warning if is_warning else log.info)("people.security_event", **values)


def _parse_instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not _MIN_YEAR <= at.year <= _MAX_YEAR:
        raise ValueError(text)
    return at
