"""Sign-in with a password, with rate limits for known browsers and for strangers.

A browser in which the user has signed in before has a limit of its own, so the attempts of
strangers lock no user out. Strangers are limited per network, per account and per both, also
for accounts that do not exist.
"""

import math
from datetime import timedelta
from typing import NamedTuple

from daybreak.db import Database, load
from daybreak.errors import TooManyRequests, Unauthenticated
from daybreak.people.access import passwords, sessions
from daybreak.people.access.credentials import lock_credential, revoke_sign_ins, revoke_tokens
from daybreak.people.access.known_browsers import find_known_browser
from daybreak.people.access.secret_tokens import hash_secret
from daybreak.people.access.sessions import ClientInfo, Principal
from daybreak.people.model import User, normalize_email
from daybreak.people.security_events import (
    Actor,
    SecurityEventKind,
    record_failed_sign_in,
    record_security_event,
)
from daybreak.people.service import find_by_email

_sql = load("daybreak.people")
_MINUTE = timedelta(minutes=1)
_WAY_OUT = ", use a browser in which you have signed in before, or ask for a sign-in link"


class _RateLimit(NamedTuple):
    key: str
    interval: timedelta
    burst: int
    resets: bool = False  # at a successful sign-in


async def sign_in(database: Database, email: str, password: str, client: ClientInfo) -> tuple[User, str]:
    """Sign in with e-mail address and password; return the user and the secret of a new session.

    Raises:
        Unauthenticated: the address or the password is wrong; the message does not reveal which.
        TooManyRequests: too many attempts for the account or from the client's network.
        InvalidInput: the address is malformed.
    """
    address = normalize_email(email)
    limits = await _sign_in_limits(database, address, client)
    await _throttle_account(database, limits, address, client, _WAY_OUT)
    user = await find_by_email(database, address)
    password_hash = await _read_password_hash(database, user)
    if not await passwords.verify_password(password, password_hash) or user is None or password_hash is None:
        await record_failed_sign_in(database, address, SecurityEventKind.SIGN_IN_FAILED, client)
        raise _wrong_password()
    renewed = await passwords.hash_password(password) if passwords.needs_rehash(password_hash) else None
    async with database.transaction([user.id]) as tx:
        # A concurrent reset must not leave a session of the old password, nor have its password overwritten.
        if await tx.fetchval(_sql.lock_password, user.id) != password_hash:
            raise _wrong_password()
        if renewed:
            await tx.execute(_sql.write_password, user.id, renewed)
        secret = await sessions.create_session(tx, user.id, client)
        await record_security_event(
            tx, user.id, SecurityEventKind.SIGNED_IN, Actor.of_user(user, client), method="password"
        )
    await _reset_attempts(database, limits)
    return user, secret


async def change_password(
    database: Database,
    principal: Principal,
    current: str,
    password: str,
    client: ClientInfo,
    *,
    with_tokens: bool = True,
) -> None:
    """Change a user's password and revoke all links and other sessions.

    Args:
        database: the database of this process.
        principal: the user, and the session or token that stays valid.
        current: the current password; ignored if the user has none.
        password: the new password.
        client: the origin of the request.
        with_tokens: whether to revoke all other tokens, too.

    Raises:
        Unauthenticated: the current password is wrong, or the credential was revoked in the meantime.
        InvalidInput: the new password is not acceptable.
        TooManyRequests: too many attempts.
    """
    user = principal.user
    if principal.has_password:
        limits = _password_change_limits(principal)
        await _throttle_account(database, limits, user.email, client)
        if not await passwords.verify_password(current, await _read_password_hash(database, user)):
            await record_failed_sign_in(database, user.email, SecurityEventKind.PASSWORD_CHECK_FAILED, client)
            raise Unauthenticated("The current password is wrong. Try again.")
        await _reset_attempts(database, limits)
    new_hash = await passwords.hash_password(passwords.validate_password(password, user.email, user.name))
    async with database.transaction([user.id]) as tx:
        await tx.execute(_sql.write_password, user.id, new_hash)
        # After the account was locked by the new password: two changes at once cannot deadlock.
        await lock_credential(tx, principal)
        await revoke_sign_ins(tx, user.id, except_credential=principal.credential)
        details = {}
        if with_tokens and await revoke_tokens(tx, user.id, except_credential=principal.credential):
            details["tokens"] = "revoked"
        actor = Actor.of(principal, client)
        await record_security_event(tx, user.id, SecurityEventKind.PASSWORD_CHANGED, actor, **details)


async def throttle_sign_in(database: Database, client: ClientInfo) -> None:
    """Count an attempt with an invalid link from the client's network.

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


async def _sign_in_limits(database: Database, email: str, client: ClientInfo) -> list[_RateLimit]:
    browser = await find_known_browser(database, email, client)
    if browser is not None:
        return _own_limits(f"browser {browser.hex()}")
    return [
        _network_limit(client),
        _RateLimit(f"pair {email} {client.network}", _MINUTE, 5, resets=True),
        # The user's own sign-ins do not reset this limit: it bounds the guesses of all strangers together.
        _RateLimit(f"account {email}", _MINUTE, 30),
    ]


def _password_change_limits(principal: Principal) -> list[_RateLimit]:
    # A token creates further tokens, so all of a user's tokens share a limit. A session creates no session.
    credential = "tokens" if principal.is_program else principal.credential
    return _own_limits(f"change {principal.user.id} {credential}")


def _own_limits(key: str) -> list[_RateLimit]:
    return [
        _RateLimit(key, _MINUTE, 5, resets=True),
        # With correct passwords a user could keep the few threads busy that verify those of all users.
        _RateLimit(f"passwords {key}", timedelta(seconds=10), 20),
    ]


def _network_limit(client: ClientInfo) -> _RateLimit:
    return _RateLimit(f"network {client.network}", timedelta(seconds=10), 30)


async def _throttle_account(
    database: Database, limits: list[_RateLimit], email: str, client: ClientInfo, way_out: str = ""
) -> None:
    try:
        await _throttle(database, limits, way_out)
    except TooManyRequests:
        await record_failed_sign_in(database, email, SecurityEventKind.SIGN_IN_THROTTLED, client)
        raise


async def _throttle(database: Database, limits: list[_RateLimit], way_out: str = "") -> None:
    keys = [hash_secret(one.key) for one in limits]
    async with database.without_owner() as connection:
        wait: timedelta = await connection.fetchval(
            _sql.throttle_sign_in, keys, [one.interval for one in limits], [one.burst for one in limits]
        )
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise TooManyRequests(f"Too many attempts. Try again in {seconds} seconds{way_out}.", seconds)


async def _reset_attempts(database: Database, limits: list[_RateLimit]) -> None:
    # The network's count stays: otherwise an attacker could reset it by signing in to an own account.
    async with database.without_owner() as connection:
        await connection.execute(_sql.reset_throttle, [hash_secret(one.key) for one in limits if one.resets])


def _wrong_password() -> Unauthenticated:
    return Unauthenticated("Wrong e-mail or password. Try again, or ask for a sign-in link.")
