"""Browsers in which a user has signed in before, and which have limits of their own for wrong passwords.

A browser's cookie has one secret for each account, and each secret belongs to one account. So a secret
that an attacker puts into a browser never becomes that of the user who signs in there.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg

from daybreak.db import Database, load
from daybreak.people.access.secret_tokens import generate_secret, hash_secret
from daybreak.people.access.sessions import ClientInfo

_sql = load("daybreak.people")
KNOWN_BROWSER_LIFETIME = timedelta(days=400)  # what browsers allow
MAX_KNOWN_ACCOUNTS = 5
_MAX_BROWSERS = 50


async def find_known_browser(database: Database, email: str, client: ClientInfo) -> bytes | None:
    """Return the hash of the secret with which the client is known to that account, or None."""
    if not client.known_browsers:
        return None
    digests = [hash_secret(secret) for secret in client.known_browsers]
    async with database.without_owner() as connection:
        found: bytes | None = await connection.fetchval(_sql.find_known_browser, email, digests)
    return found


async def remember_browser(
    tx: asyncpg.Connection, user_id: UUID, session_secret: str, client: ClientInfo
) -> Sequence[str]:
    """Record that a user has signed in; return the secrets for the browser's cookie, the newest first.

    A browser whose new session was revoked in the meantime, by a password reset, does not become known.
    """
    digests = [hash_secret(secret) for secret in client.known_browsers]
    if await tx.fetchval(_sql.extend_known_browser, user_id, digests, KNOWN_BROWSER_LIFETIME) is not None:
        return client.known_browsers
    secret = generate_secret()
    values = hash_secret(secret), KNOWN_BROWSER_LIFETIME, hash_secret(session_secret)
    if await tx.fetchval(_sql.insert_known_browser, user_id, *values) is None:
        return client.known_browsers
    await tx.execute(_sql.trim_known_browsers, user_id, _MAX_BROWSERS)
    return (secret, *client.known_browsers)[:MAX_KNOWN_ACCOUNTS]
