"""Links that let somebody in once: invitations, links to a new password, links that sign in."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from daybreak.db import Database, load
from daybreak.errors import Conflict, NotFound
from daybreak.people import passwords, sessions
from daybreak.people.digests import digest, new_secret
from daybreak.people.model import User
from daybreak.people.service import add, find, get
from daybreak.people.sessions import Client, Role
from daybreak.people.settings import people_settings

_sql = load(__package__)


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_IN = "sign-in"

    def path(self, secret: str) -> str:
        """Where the web takes such a link."""
        return f"/{self}/link/{secret}" if self is Purpose.SIGN_IN else f"/{self}/{secret}"


async def invite(database: Database, email: str, *, timezone: str, role: Role) -> tuple[User, str]:
    """Make somebody a user who is to choose a password, or invite such a one again; gives the link's secret.

    Raises:
        InvalidInput: the address or the zone is malformed.
        Conflict: that person has a password already.
    """
    known = await find(database, email)
    user = known or await add(database, email, timezone=timezone)
    async with database.transaction([user.id]) as tx:
        if await tx.fetchval(_sql.read_password, user.id):
            raise Conflict(
                f"{user.email} has an account already; “daybreak users reset” makes a link to a new password."
            )
        await tx.execute(_sql.drop_links, user.id)
        # An admin who comes by links alone must not become a member by being invited again.
        if known is None or role is Role.ADMIN:
            await tx.execute(_sql.write_role, user.id, role)
    return user, await make_link(database, user, Purpose.INVITATION)


async def set_role(database: Database, user: User, role: Role) -> None:
    """Make somebody a member or an admin."""
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_role, user.id, role)


async def make_link(database: Database, user: User, purpose: Purpose) -> str:
    """A secret that is good once, for the end of an address."""
    secret = new_secret()
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.insert_link, user.id, uuid4(), purpose, digest(secret), _life(purpose))
    return secret


async def read_link(database: Database, secret: str, purpose: Purpose) -> User:
    """Whom a link is for; it stays good.

    Raises:
        NotFound: it was used, it is too old, or it never was.
    """
    owner_id = await _owner(database, secret)
    async with database.transaction([owner_id]) as tx:
        if await tx.fetchval(_sql.read_link, owner_id, digest(secret)) != purpose:
            raise _gone()
        return await get(tx, owner_id)


async def sign_in_by_link(database: Database, secret: str, client: Client) -> tuple[User, str]:
    """Use a link that signs in; gives whom, and the secret of a new session.

    Raises:
        NotFound: it was used, it is too old, or it never was.
    """
    owner_id = await _owner(database, secret)
    async with database.transaction([owner_id]) as tx:
        if await tx.fetchval(_sql.use_link, owner_id, digest(secret)) != Purpose.SIGN_IN:
            raise _gone()
        return await get(tx, owner_id), await sessions.begin(tx, owner_id, client)


async def set_password_by_link(
    database: Database, secret: str, purpose: Purpose, password: str, client: Client
) -> tuple[User, str]:
    """Use an invitation or a link to a new password: every session ends, and a new one begins.

    Raises:
        NotFound: the link was used, it is too old, or it never was.
        InvalidInput: the password is no good; the link stays so.
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
    return NotFound("This link is not good any more: it was used, or its time is up; ask for a new one.")
