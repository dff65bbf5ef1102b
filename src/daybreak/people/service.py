"""Users: create, find, list and update."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import Conflict, NotFound
from daybreak.people.identities import propose_profile
from daybreak.people.model import User, normalize_country, normalize_email, normalize_name
from daybreak.people.rows import preference_values, user_of
from daybreak.people.security_events import (
    SYSTEM_ACTOR,
    Actor,
    SecurityEventKind,
    record_security_event,
)

_sql = load(__package__)


async def create_user(
    database: Database,
    email: str,
    *,
    timezone: str,
    name: str | None = None,
    country: str | None = None,
    actor: Actor = SYSTEM_ACTOR,
) -> User:
    """Create a user.

    Args:
        database: the database of this process.
        email: the address.
        timezone: the IANA time zone.
        name: the name; by default the part of the address before the @.
        country: the country for public holidays.
        actor: the creator, for the security event.

    Raises:
        InvalidInput: the address, time zone or country is invalid.
        Conflict: a user with this address exists.
    """
    user = make_user(email, timezone=timezone, name=name, country=country)
    async with database.transaction([user.id]) as tx:
        await insert_user(tx, user, actor)
    return user


def make_user(email: str, *, timezone: str, name: str | None = None, country: str | None = None) -> User:
    """Return a new user that is not stored.

    Raises:
        InvalidInput: the address, time zone or country is invalid.
    """
    address = normalize_email(email)
    clock.parse_timezone(timezone)
    return User(
        id=uuid4(),
        email=address,
        name=normalize_name(name or address.split("@")[0]),
        timezone=timezone,
        country=normalize_country(country) if country else None,
    )


async def insert_user(tx: asyncpg.Connection, user: User, actor: Actor = SYSTEM_ACTOR) -> None:
    """Insert a new user, within the caller's transaction.

    Raises:
        Conflict: a user with this address exists.
    """
    row = (user.id, user.email, user.name, user.timezone, user.country)
    if await tx.fetchval(_sql.insert_user, *row) is None:
        raise Conflict(
            f"The user {user.email} already exists. Edit it with “daybreak users set {user.email}”."
        )
    await propose_profile(tx, user)
    await record_security_event(tx, user.id, SecurityEventKind.USER_CREATED, actor)


async def find_by_email(database: Database, email: str) -> User | None:
    """Return the user with an e-mail address, in any case; None if there is none."""
    async with database.without_owner() as connection:
        user_id = await connection.fetchval(_sql.id_by_email, normalize_email(email))
    if user_id is None:
        return None
    async with database.transaction([user_id]) as tx:
        return await get_user(tx, user_id)


async def get_user(tx: asyncpg.Connection, user_id: UUID) -> User:
    """Return the user of an id, within the caller's transaction.

    Raises:
        NotFound: there is no such user, or the transaction has no access to the user.
    """
    return (await get_users(tx, [user_id]))[user_id]


async def get_users(tx: asyncpg.Connection, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """Return the users of several ids, within the caller's transaction.

    Raises:
        NotFound: one of them does not exist, or the transaction has no access to it.
    """
    users = {row["id"]: user_of(row) for row in await tx.fetch(_sql.read_users, list(user_ids))}
    if len(users) < len(user_ids):
        raise NotFound("There is no such user.")
    return users


async def get_emails(database: Database, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the e-mail addresses of users, for an operator's list; deleted users are omitted."""
    if not user_ids:
        return {}
    async with database.transaction(user_ids) as tx:
        return {row["id"]: row["email_address"] for row in await tx.fetch(_sql.read_users, list(user_ids))}


async def list_users(database: Database) -> Sequence[User]:
    """Return all users, oldest first, for operators."""
    async with database.without_owner() as connection:
        ids = [row["id"] for row in await connection.fetch(_sql.all_ids)]
    if not ids:
        return []
    async with database.transaction(ids) as tx:
        return [user_of(row) for row in await tx.fetch(_sql.read_users, ids)]


async def lock_user(tx: asyncpg.Connection, user_id: UUID) -> User:
    """Return the user, locked until the transaction ends.

    Raises:
        NotFound: the user does not exist.
    """
    await tx.execute(_sql.lock_user, user_id)
    return await get_user(tx, user_id)


async def update_user_with(database: Database, user_id: UUID, update: Callable[[User], User]) -> User:
    """Update a user from its current state, under a lock; return the user as stored.

    Args:
        database: the database of this process.
        user_id: the user to update.
        update: a function from the current to the new user; id and address are not written.

    Raises:
        InvalidInput: the name, time zone or country is invalid, or `update` raises it.
        NotFound: the user does not exist.
    """
    async with database.transaction([user_id]) as tx:
        return await save_user(tx, update(await lock_user(tx, user_id)))


async def save_user(tx: asyncpg.Connection, user: User) -> User:
    """Write a changed user, locked by `lock_user`, except id and address; return the user as stored.

    Raises:
        InvalidInput: the name, time zone or country is invalid.
        NotFound: the user does not exist.
    """
    clock.parse_timezone(user.timezone)
    country = normalize_country(user.country) if user.country else None
    user = replace(user, name=normalize_name(user.name), country=country)
    row = (user.id, user.name, user.timezone, user.country)
    if await tx.fetchval(_sql.update_user, *row, *preference_values(user.preferences)) is None:
        raise NotFound("There is no such user.")
    await propose_profile(tx, user)
    return user


async def record_activity(tx: asyncpg.Connection, user_id: UUID) -> None:
    """Record that a user is active now: opened a page, called the API, answered or clicked."""
    await tx.execute(_sql.record_activity, user_id, clock.now())
