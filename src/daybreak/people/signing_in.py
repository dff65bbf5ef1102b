"""Signing in with a password, and how often that may be tried."""

import ipaddress
import math
from datetime import timedelta
from typing import NamedTuple

from daybreak.db import Database, load
from daybreak.errors import NotSignedIn, TooMany
from daybreak.people import passwords, sessions
from daybreak.people.digests import digest
from daybreak.people.model import User, checked_email
from daybreak.people.service import find
from daybreak.people.sessions import Client, Visitor

_sql = load(__package__)
_IPV6_NETWORK = 64


class _Limit(NamedTuple):
    key: str
    every: timedelta
    burst: int


async def sign_in(database: Database, email: str, password: str, client: Client) -> tuple[User, str]:
    """Who has that address and password, and the secret of a new session.

    Raises:
        NotSignedIn: the address or the password is wrong; which of them is not said.
        TooMany: it was tried too often, for that account or from that place.
        InvalidInput: that is no address.
    """
    address = checked_email(email)
    limits = _limits(address, client)
    await _take(database, limits)
    user = await find(database, address)
    kept = await _kept(database, user)
    if not await passwords.is_right(password, kept) or user is None or kept is None:
        raise NotSignedIn("The address or the password is not right; try again, or ask for a new link.")
    renewed = await passwords.hash_password(password) if passwords.is_outdated(kept) else None
    async with database.transaction([user.id]) as tx:
        if renewed:
            await tx.execute(_sql.write_password, user.id, renewed)
        secret = await sessions.begin(tx, user.id, client)
    await _forget(database, limits)
    return user, secret


async def change_password(
    database: Database, visitor: Visitor, current: str, password: str, client: Client
) -> None:
    """Give somebody another password; every other session of theirs ends.

    Args:
        database: where it is kept.
        visitor: who it is, and the session that goes on.
        current: the password until now; not looked at when there is none.
        password: the new one.
        client: where the request comes from.

    Raises:
        NotSignedIn: the current password is wrong.
        InvalidInput: the new one is no good.
        TooMany: it was tried too often.
    """
    user = visitor.user
    if visitor.has_password:
        limits = _limits(user.email, client)
        await _take(database, limits)
        if not await passwords.is_right(current, await _kept(database, user)):
            raise NotSignedIn("The current password is not right; try again.")
        await _forget(database, limits)
    kept = await passwords.hash_password(passwords.checked_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_password, user.id, kept)
        await tx.execute(_sql.drop_links, user.id)
        await sessions.end_all(tx, user.id, but=visitor.credential)


async def take_attempt(database: Database, client: Client) -> None:
    """Count an attempt to get in by a link from that place.

    Raises:
        TooMany: there were too many.
    """
    await _take(database, [_place_limit(client)])


async def _kept(database: Database, user: User | None) -> str | None:
    if user is None:
        return None
    async with database.transaction([user.id]) as tx:
        kept: str | None = await tx.fetchval(_sql.read_password, user.id)
    return kept


def _limits(address: str, client: Client) -> list[_Limit]:
    place = _place(client.address)
    return [
        _place_limit(client),
        _Limit(f"pair {address} {place}", timedelta(minutes=1), 5),
        # Wider, so that nobody can keep somebody else out with a few wrong passwords.
        _Limit(f"account {address}", timedelta(minutes=1), 30),
    ]


def _place_limit(client: Client) -> _Limit:
    return _Limit(f"place {_place(client.address)}", timedelta(seconds=10), 30)


def _place(address: str) -> str:
    """The address, or of an IPv6 address the network, which is one household's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)


async def _take(database: Database, limits: list[_Limit]) -> None:
    keys = [digest(one.key) for one in limits]
    async with database.ownerless() as connection:
        wait: timedelta = await connection.fetchval(
            _sql.take_attempt, keys, [one.every for one in limits], [one.burst for one in limits]
        )
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise TooMany(f"There were too many attempts; try again in {seconds} seconds.", seconds)


async def _forget(database: Database, limits: list[_Limit]) -> None:
    async with database.ownerless() as connection:
        # The place keeps its count: else one account of one's own would clear the way to all others.
        await connection.execute(_sql.forget_attempts, [digest(one.key) for one in limits[1:]])
