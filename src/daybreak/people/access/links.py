"""One-time links: invitations, password resets and sign-in links."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import asyncpg

from daybreak.db import Database, load
from daybreak.errors import Conflict, NotFound
from daybreak.people.access import passwords, sessions
from daybreak.people.access.credentials import revoke_credentials
from daybreak.people.access.secret_tokens import generate_secret, hash_secret
from daybreak.people.access.sessions import ClientInfo, Role
from daybreak.people.model import User
from daybreak.people.security_events import (
    SYSTEM_ACTOR,
    Actor,
    SecurityEventKind,
    record_security_event,
)
from daybreak.people.service import create_user, find_by_email, get_user
from daybreak.people.settings import people_settings

_sql = load("daybreak.people")


class LinkPurpose(StrEnum):
    """The purpose of a link."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_IN = "sign-in"

    def path(self, secret: str) -> str:
        """Return the URL path of a link."""
        return f"/{self}/link/{secret}" if self is LinkPurpose.SIGN_IN else f"/{self}/{secret}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link for an invited user: an invitation, or a reset if the user has signed in before."""

    user: User
    purpose: LinkPurpose
    secret: str

    @property
    def path(self) -> str:
        """The URL path of the link."""
        return self.purpose.path(self.secret)

    @property
    def is_reset(self) -> bool:
        """Whether the link opens an account that is already in use."""
        return self.purpose is LinkPurpose.RESET


async def invite(
    database: Database, email: str, *, timezone: str, role: Role, actor: Actor = SYSTEM_ACTOR
) -> Invitation:
    """Create a user without a password, or invite such a user again.

    Args:
        database: the database of this process.
        email: the address.
        timezone: the time zone of a new user.
        role: the role; a repeated invitation never demotes an administrator.
        actor: the inviting user or command, for the security events.

    Raises:
        InvalidInput: the address or the time zone is invalid.
        Conflict: the user already has a password.
    """
    existing = await find_by_email(database, email)
    user = existing or await create_user(database, email, timezone=timezone, actor=actor)
    async with database.transaction([user.id]) as tx:
        if await tx.fetchval(_sql.read_password, user.id):
            raise Conflict(
                f"{user.email} already has an account with a password. Create a password reset link instead"
                " (“daybreak users reset”, or “Existing user” under Settings, Members)."
            )
        await tx.execute(_sql.delete_links, user.id)
        # A second invitation must not demote an admin who signs in by link only.
        if existing is None or role is Role.ADMIN:
            await _write_role(tx, user, role, actor)
        has_signed_in = await tx.fetchval(_sql.has_signed_in, user.id)
        purpose = LinkPurpose.RESET if has_signed_in else LinkPurpose.INVITATION
        return Invitation(user=user, purpose=purpose, secret=await _insert_link(tx, user, purpose, actor))


async def set_role(database: Database, user: User, role: Role, *, actor: Actor = SYSTEM_ACTOR) -> None:
    """Set a user's role."""
    async with database.transaction([user.id]) as tx:
        await _write_role(tx, user, role, actor)


async def _write_role(tx: asyncpg.Connection, user: User, role: Role, actor: Actor) -> None:
    previous = await tx.fetchval(_sql.write_role, user.id, role)
    if previous != role:
        await record_security_event(
            tx, user.id, SecurityEventKind.ROLE_CHANGED, actor, role=role, previous=previous
        )


async def create_link(
    database: Database, user: User, purpose: LinkPurpose, *, actor: Actor = SYSTEM_ACTOR
) -> str:
    """Create a one-time link and return its secret, the last part of its URL."""
    async with database.transaction([user.id]) as tx:
        return await _insert_link(tx, user, purpose, actor)


async def _insert_link(tx: asyncpg.Connection, user: User, purpose: LinkPurpose, actor: Actor) -> str:
    secret, link_id = generate_secret(), uuid4()
    await tx.execute(_sql.insert_link, user.id, link_id, purpose, hash_secret(secret), _lifetime(purpose))
    details = {"purpose": purpose.value, "link": str(link_id)}
    await record_security_event(tx, user.id, SecurityEventKind.LINK_CREATED, actor, **details)
    return secret


async def get_link_owner(database: Database, secret: str, purpose: LinkPurpose) -> User:
    """Return the user for whom a link was created; the link stays valid.

    Raises:
        NotFound: the link was used, has expired or does not exist.
    """
    owner_id = await _find_owner_id(database, secret)
    async with database.transaction([owner_id]) as tx:
        if await tx.fetchval(_sql.read_link_purpose, owner_id, hash_secret(secret)) != purpose:
            raise _expired_link()
        return await get_user(tx, owner_id)


async def sign_in_by_link(database: Database, secret: str, client: ClientInfo) -> tuple[User, str]:
    """Use a sign-in link; return its user and the secret of a new session.

    Raises:
        NotFound: the link was used, has expired or does not exist.
    """
    owner_id = await _find_owner_id(database, secret)
    async with database.transaction([owner_id]) as tx:
        user = await get_user(tx, owner_id)
        await _use_link(tx, user, secret, LinkPurpose.SIGN_IN, client)
        return user, await sessions.create_session(tx, owner_id, client)


async def set_password_by_link(
    database: Database, secret: str, purpose: LinkPurpose, password: str, client: ClientInfo
) -> tuple[User, str]:
    """Set a password by invitation or reset link; revoke all credentials and create a new session.

    An invitation may be a repeated one, to a user who has signed in by link and has sessions and tokens.

    Raises:
        NotFound: the link was used, has expired or does not exist.
        InvalidInput: the password is not acceptable; the link stays valid.
    """
    user = await get_link_owner(database, secret, purpose)
    new_hash = await passwords.hash_password(passwords.validate_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        # First, since it locks the account: two links that are used at once cannot deadlock.
        await tx.execute(_sql.write_password, user.id, new_hash)
        await _use_link(tx, user, secret, purpose, client)
        details = {"method": f"{purpose} link"}
        if await revoke_credentials(tx, user.id):
            details["tokens"] = "revoked"
        actor = Actor.of_user(user, client)
        await record_security_event(tx, user.id, SecurityEventKind.PASSWORD_CHANGED, actor, **details)
        return user, await sessions.create_session(tx, user.id, client)


async def _use_link(
    tx: asyncpg.Connection, user: User, secret: str, purpose: LinkPurpose, client: ClientInfo
) -> None:
    """Delete a link that is about to sign its user in.

    Raises:
        NotFound: the link was used, has expired or does not exist, or has another purpose.
    """
    used = await tx.fetchrow(_sql.use_link, user.id, hash_secret(secret))
    if used is None or used["purpose"] != purpose:
        raise _expired_link()
    actor, link_id = Actor.of_user(user, client), str(used["id"])
    creator = await tx.fetchval(_sql.find_link_creator, user.id, link_id)
    details = {"purpose": purpose.value, "link": link_id, "created_by": creator or ""}
    if client.signed_in_as not in {"", user.email}:
        details["browser_of"] = client.signed_in_as
    await record_security_event(tx, user.id, SecurityEventKind.LINK_USED, actor, **details)
    await record_security_event(tx, user.id, SecurityEventKind.SIGNED_IN, actor, method=f"{purpose} link")


async def _find_owner_id(database: Database, secret: str) -> UUID:
    async with database.without_owner() as connection:
        owner_id = await connection.fetchval(_sql.find_link_owner, hash_secret(secret))
    if owner_id is None:
        raise _expired_link()
    return UUID(str(owner_id))


def _lifetime(purpose: LinkPurpose) -> timedelta:
    if purpose is LinkPurpose.SIGN_IN:
        return timedelta(minutes=people_settings().sign_in_link_minutes)
    return timedelta(hours=people_settings().link_hours)


def _expired_link() -> NotFound:
    return NotFound("This link has expired or was already used. Ask for a new one.")
