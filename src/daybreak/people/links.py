"""One-time links: invitations, password resets and sign-in links."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from daybreak.db import Database, load
from daybreak.errors import Conflict, NotFound
from daybreak.people import passwords, sessions
from daybreak.people.model import User
from daybreak.people.secret_tokens import digest, new_secret
from daybreak.people.service import add, find, get
from daybreak.people.sessions import Client, Role
from daybreak.people.settings import people_settings

_sql = load(__package__)


class Purpose(StrEnum):
    """The purpose of a link."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_IN = "sign-in"

    def path(self, secret: str) -> str:
        """Return the URL path of a link."""
        return f"/{self}/link/{secret}" if self is Purpose.SIGN_IN else f"/{self}/{secret}"


async def invite(database: Database, email: str, *, timezone: str, role: Role) -> tuple[User, str]:
    """Create a user without a password, or invite such a user again; return the user and the link's secret.

    Raises:
        InvalidInput: the address or the time zone is invalid.
        Conflict: the user already has a password.
    """
    known = await find(database, email)
    user = known or await add(database, email, timezone=timezone)
    async with database.transaction([user.id]) as tx:
        if await tx.fetchval(_sql.read_password, user.id):
            raise Conflict(
                f"{user.email} already has an account. Use “daybreak users reset” for a password reset link."
            )
        await tx.execute(_sql.drop_links, user.id)
        # A second invitation must not demote an admin who signs in by link only.
        if known is None or role is Role.ADMIN:
            await tx.execute(_sql.write_role, user.id, role)
    return user, await make_link(database, user, Purpose.INVITATION)


async def set_role(database: Database, user: User, role: Role) -> None:
    """Set a user's role."""
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_role, user.id, role)


async def make_link(database: Database, user: User, purpose: Purpose) -> str:
    """Create a one-time link and return its secret, the last part of its URL."""
    secret = new_secret()
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.insert_link, user.id, uuid4(), purpose, digest(secret), _life(purpose))
    return secret


async def read_link(database: Database, secret: str, purpose: Purpose) -> User:
    """Return the user for whom a link was created; the link stays valid.

    Raises:
        NotFound: the link was used, has expired or does not exist.
    """
    owner_id = await _owner(database, secret)
    async with database.transaction([owner_id]) as tx:
        if await tx.fetchval(_sql.read_link, owner_id, digest(secret)) != purpose:
            raise _gone()
        return await get(tx, owner_id)


async def sign_in_by_link(database: Database, secret: str, client: Client) -> tuple[User, str]:
    """Use a sign-in link; return its user and the secret of a new session.

    Raises:
        NotFound: the link was used, has expired or does not exist.
    """
    owner_id = await _owner(database, secret)
    async with database.transaction([owner_id]) as tx:
        if await tx.fetchval(_sql.use_link, owner_id, digest(secret)) != Purpose.SIGN_IN:
            raise _gone()
        return await get(tx, owner_id), await sessions.begin(tx, owner_id, client)


async def set_password_by_link(
    database: Database, secret: str, purpose: Purpose, password: str, client: Client
) -> tuple[User, str]:
    """Set a password by invitation or reset link; revoke all sessions and create a new one.

    Raises:
        NotFound: the link was used, has expired or does not exist.
        InvalidInput: the password is not acceptable; the link stays valid.
    """
    user = await read_link(database, secret, purpose)
    kept = await passwords.hash_password(passwords.checked_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        if await tx.fetchval(_sql.use_link, user.id, digest(secret)) != purpose:
            raise _gone()
        await tx.execute(_sql.write_password, user.id, kept)
        await tx.execute(_sql.drop_links, user.id)
        await sessions.end_all(tx, user.id)
        return user, await sessions.begin(tx, user.id, client)


async def _owner(database: Database, secret: str) -> UUID:
    async with database.ownerless() as connection:
        owner_id = await connection.fetchval(_sql.owner_of_link, digest(secret))
    if owner_id is None:
        raise _gone()
    return UUID(str(owner_id))


def _life(purpose: Purpose) -> timedelta:
    if purpose is Purpose.SIGN_IN:
        return timedelta(minutes=people_settings().sign_in_minutes)
    return timedelta(hours=people_settings().link_hours)


def _gone() -> NotFound:
    return NotFound("This link has expired or was already used. Ask for a new one.")
