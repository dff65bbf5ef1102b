"""Sign-in with a password, with rate limits per network, account and both."""

import ipaddress
import math
from datetime import timedelta
from typing import NamedTuple

from daybreak.db import Database, load
from daybreak.errors import NotSignedIn, TooMany
from daybreak.people import passwords, sessions
from daybreak.people.model import User, checked_email
from daybreak.people.secret_tokens import digest
from daybreak.people.service import find
from daybreak.people.sessions import Client, Visitor

_sql = load(__package__)
_IPV6_NETWORK = 64


class _Limit(NamedTuple):
    key: str
    every: timedelta
    burst: int


async def sign_in(database: Database, email: str, password: str, client: Client) -> tuple[User, str]:
    """Sign in with e-mail address and password; return the user and the secret of a new session.

    Raises:
        Unauthenticated: the address or the password is wrong; the message does not reveal which.
        TooManyRequests: too many attempts for the account or from the client's network.
        InvalidInput: the address is malformed.
    """
    address = checked_email(email)
    limits = _limits(address, client)
    await _take(database, limits)
    user = await find(database, address)
    kept = await _kept(database, user)
    if not await passwords.is_right(password, kept) or user is None or kept is None:
        raise NotSignedIn("Wrong e-mail or password. Try again, or ask for a sign-in link.")
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
    """Change a user's password and revoke all other sessions.

    Args:
        database: the database of this process.
        visitor: the user, and the session that stays valid.
        current: the current password; ignored if the user has none.
        password: the new password.
        client: the origin of the request.

    Raises:
        Unauthenticated: the current password is wrong.
        InvalidInput: the new password is not acceptable.
        TooManyRequests: too many attempts.
    """
    user = visitor.user
    if visitor.has_password:
        limits = _limits(user.email, client)
        await _take(database, limits)
        if not await passwords.is_right(current, await _kept(database, user)):
            raise NotSignedIn("The current password is wrong. Try again.")
        await _forget(database, limits)
    kept = await passwords.hash_password(passwords.checked_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_password, user.id, kept)
        await tx.execute(_sql.drop_links, user.id)
        await sessions.end_all(tx, user.id, but=visitor.credential)


async def take_attempt(database: Database, client: Client) -> None:
    """Count an attempt to use a link from the client's network.

    Raises:
        TooManyRequests: there were too many.
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
        # A wider limit, so that a few wrong passwords from elsewhere cannot lock a user out.
        _Limit(f"account {address}", timedelta(minutes=1), 30),
    ]


def _place_limit(client: Client) -> _Limit:
    return _Limit(f"place {_place(client.address)}", timedelta(seconds=10), 30)


def _place(address: str) -> str:
    """Return the client's IP address, or the /64 network of an IPv6 address, which is one household's."""
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
        raise TooMany(f"Too many attempts. Try again in {seconds} seconds.", seconds)


async def _forget(database: Database, limits: list[_Limit]) -> None:
    async with database.ownerless() as connection:
        # The network's count stays: otherwise an attacker could reset it by signing in to an own account.
        await connection.execute(_sql.forget_attempts, [digest(one.key) for one in limits[1:]])
