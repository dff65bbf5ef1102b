"""Sign-in with a password, with rate limits per network, account and both."""

import math
from datetime import timedelta
from typing import NamedTuple

from daybreak.db import Database, load
from daybreak.errors import TooManyRequests, Unauthenticated
from daybreak.people import passwords, sessions
from daybreak.people.model import User, normalize_email
from daybreak.people.secret_tokens import hash_secret
from daybreak.people.security_events import (
    Actor,
    SecurityEventKind,
    record_failed_sign_in,
    record_security_event,
)
from daybreak.people.service import find_by_email
from daybreak.people.sessions import ClientInfo, Principal

_sql = load(__package__)


class _RateLimit(NamedTuple):
    key: str
    interval: timedelta
    burst: int


async def sign_in(database: Database, email: str, password: str, client: ClientInfo) -> tuple[User, str]:
    """Sign in with e-mail address and password; return the user and the secret of a new session.

    Raises:
        Unauthenticated: the address or the password is wrong; the message does not reveal which.
        TooManyRequests: too many attempts for the account or from the client's network.
        InvalidInput: the address is malformed.
    """
    address = normalize_email(email)
    limits = _rate_limits(address, client)
    await _throttle_account(database, limits, address, client)
    user = await find_by_email(database, address)
    password_hash = await _read_password_hash(database, user)
    if not await passwords.verify_password(password, password_hash) or user is None or password_hash is None:
        await record_failed_sign_in(database, address, SecurityEventKind.SIGN_IN_FAILED, client)
        raise Unauthenticated("Wrong e-mail or password. Try again, or ask for a sign-in link.")
    renewed = await passwords.hash_password(password) if passwords.needs_rehash(password_hash) else None
    async with database.transaction([user.id]) as tx:
        if renewed:
            await tx.execute(_sql.write_password, user.id, renewed)
        secret = await sessions.create_session(tx, user.id, client)
        await record_security_event(
            tx, user.id, SecurityEventKind.SIGNED_IN, Actor.of_user(user, client), method="password"
        )
    await _reset_attempts(database, limits)
    return user, secret


async def change_password(
    database: Database, principal: Principal, current: str, password: str, client: ClientInfo
) -> None:
    """Change a user's password and revoke all other sessions.

    Args:
        database: the database of this process.
        principal: the user, and the session that stays valid.
        current: the current password; ignored if the user has none.
        password: the new password.
        client: the origin of the request.

    Raises:
        Unauthenticated: the current password is wrong.
        InvalidInput: the new password is not acceptable.
        TooManyRequests: too many attempts.
    """
    user = principal.user
    if principal.has_password:
        limits = _rate_limits(user.email, client)
        await _throttle_account(database, limits, user.email, client)
        if not await passwords.verify_password(current, await _read_password_hash(database, user)):
            await record_failed_sign_in(database, user.email, SecurityEventKind.PASSWORD_CHECK_FAILED, client)
            raise Unauthenticated("The current password is wrong. Try again.")
        await _reset_attempts(database, limits)
    new_hash = await passwords.hash_password(passwords.validate_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_password, user.id, new_hash)
        await tx.execute(_sql.delete_links, user.id)
        await sessions.revoke_all_sessions(tx, user.id, except_session=principal.credential)
        await record_security_event(
            tx, user.id, SecurityEventKind.PASSWORD_CHANGED, Actor.of(principal, client)
        )


async def throttle_sign_in(database: Database, client: ClientInfo) -> None:
    """Count an attempt to use a link from the client's network.

    Raises:
        TooManyRequests: there were too many.
    """
    await _throttle(database, [_network_limit(client)])


async def _read_password_hash(database: Database, user: User | None) -> str | None:
    if user is None:
        return None
    async with database.transaction([user.id]) as tx:
        password_hash: str | None = await tx.fetchval(_sql.read_password, user.id)
    return password_hash


def _rate_limits(email: str, client: ClientInfo) -> list[_RateLimit]:
    return [
        _network_limit(client),
        _RateLimit(f"pair {email} {client.network}", timedelta(minutes=1), 5),
        # A wider limit, so that a few wrong passwords from elsewhere cannot lock a user out.
        _RateLimit(f"account {email}", timedelta(minutes=1), 30),
    ]


def _network_limit(client: ClientInfo) -> _RateLimit:
    return _RateLimit(f"network {client.network}", timedelta(seconds=10), 30)


async def _throttle_account(
    database: Database, limits: list[_RateLimit], email: str, client: ClientInfo
) -> None:
    try:
        await _throttle(database, limits)
    except TooManyRequests:
        await record_failed_sign_in(database, email, SecurityEventKind.SIGN_IN_THROTTLED, client)
        raise


async def _throttle(database: Database, limits: list[_RateLimit]) -> None:
    keys = [hash_secret(one.key) for one in limits]
    async with database.without_owner() as connection:
        wait: timedelta = await connection.fetchval(
            _sql.throttle_sign_in, keys, [one.interval for one in limits], [one.burst for one in limits]
        )
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise TooManyRequests(f"Too many attempts. Try again in {seconds} seconds.", seconds)


async def _reset_attempts(database: Database, limits: list[_RateLimit]) -> None:
    async with database.without_owner() as connection:
        # The network's count stays: otherwise an attacker could reset it by signing in to an own account.
        await connection.execute(_sql.reset_throttle, [hash_secret(one.key) for one in limits[1:]])
