"""The verbs on people: add, find, list, change."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg

from daybreak import clock
from daybreak.db import Database, load
from daybreak.errors import Conflict, NotFound
from daybreak.people.model import User, checked_country, checked_email, checked_name
from daybreak.people.rows import columns, user_of

_sql = load(__package__)


async def add(
    database: Database, email: str, *, timezone: str, name: str | None = None, country: str | None = None
) -> User:
    """Make a user; the name defaults to what stands before the @.

    Raises:
        InvalidInput: the address, zone or country is malformed.
        Conflict: there is such a user already.
    """
    address = checked_email(email)
    clock.zone(timezone)
    user = User(
        id=uuid4(),
        email=address,
        name=checked_name(name or address.split("@")[0]),
        timezone=timezone,
        country=checked_country(country) if country else None,
    )
    async with database.transaction([user.id]) as tx:
        row = (user.id, user.email, user.name, user.timezone, user.country)
        added = await tx.fetchval(_sql.insert_user, *row)
    if added is None:
        raise Conflict(f"There is a user {address} already; change it with “daybreak users set {address}”.")
    return user


async def find(database: Database, email: str) -> User | None:
    """The user with that address, in any case; None if nobody has it."""
    async with database.ownerless() as connection:
        user_id = await connection.fetchval(_sql.id_by_email, checked_email(email))
    if user_id is None:
        return None
    async with database.transaction([user_id]) as tx:
        return await get(tx, user_id)


async def get(tx: asyncpg.Connection, user_id: UUID) -> User:
    """The user of that id, within the caller's transaction.

    Raises:
        NotFound: there is no such user, or the transaction may not see them.
    """
    return (await get_all(tx, [user_id]))[user_id]


async def get_all(tx: asyncpg.Connection, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """The users of these ids, within the caller's transaction.

    Raises:
        NotFound: one of them is not there, or the transaction may not see them.
    """
    users = {row["id"]: user_of(row) for row in await tx.fetch(_sql.read_users, list(user_ids))}
    if len(users) < len(user_ids):
        raise NotFound("There is no such user.")
    return users


async def addresses(database: Database, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """The e-mail addresses of these users, for an operator's list; who is gone is left out."""
    if not user_ids:
        return {}
    async with database.transaction(user_ids) as tx:
        return {row["id"]: row["address"] for row in await tx.fetch(_sql.read_users, list(user_ids))}


async def everyone(database: Database) -> Sequence[User]:
    """All users, oldest first: an operator's view."""
    async with database.ownerless() as connection:
        ids = [row["id"] for row in await connection.fetch(_sql.all_ids)]
    if not ids:
        return []
    async with database.transaction(ids) as tx:
        return [user_of(row) for row in await tx.fetch(_sql.read_users, ids)]


async def hold(tx: asyncpg.Connection, user_id: UUID) -> User:
    """The user as nobody else changes them until the caller's transaction ends.

    Raises:
        NotFound: the user is gone.
    """
    await tx.execute(_sql.hold_user, user_id)
    return await get(tx, user_id)


async def change(database: Database, user_id: UUID, change: Callable[[User], User]) -> User:
    """Change a user as they are by then; gives the user as stored.

    Args:
        database: where the user is.
        user_id: who is changed.
        change: gives the user as they are to be, all but the id and the address.

    Raises:
        InvalidInput: the name, zone or country is malformed, or `change` says so.
        NotFound: the user is gone.
    """
    async with database.transaction([user_id]) as tx:
        return await update_in(tx, change(await hold(tx, user_id)))


async def update_in(tx: asyncpg.Connection, user: User) -> User:
    """Write a changed user, who is held, back: all but the id and the address; gives the user as stored.

    Raises:
        InvalidInput: the name, zone or country is malformed.
        NotFound: the user is gone.
    """
    clock.zone(user.timezone)
    country = checked_country(user.country) if user.country else None
    user = replace(user, name=checked_name(user.name), country=country)
    row = (user.id, user.name, user.timezone, user.country)
    if await tx.fetchval(_sql.update_user, *row, *columns(user.preferences)) is None:
        raise NotFound("There is no such user.")
    return user


async def visit(tx: asyncpg.Connection, user_id: UUID) -> None:
    """Note that this user was there just now: opened a page, called the API, answered, clicked."""
    await tx.execute(_sql.visit, user_id, clock.now())
