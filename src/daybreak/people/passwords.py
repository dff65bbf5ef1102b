"""Password hashing with argon2id, off the event loop and with limited concurrency."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from daybreak.errors import InvalidInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 10
LONGEST = 256
_FEWEST_SIGNS = 5
# Each hash takes 64 MiB and one core for about 50 ms.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


def checked_password(password: str, *known: str) -> str:
    """Return a new password if it is acceptable.

    Args:
        password: the new password.
        known: texts that it must not equal: the user's e-mail address and name.

    Raises:
        InvalidInput: it is too short, too long or too easy to guess.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password must have {SHORTEST} to {LONGEST} characters. Choose another one.")
    plain = password.casefold()
    parts = {part for one in known for part in (one.casefold(), one.casefold().partition("@")[0])}
    if plain in parts or len(set(plain)) < _FEWEST_SIGNS or plain in _FIRST_TRIED:
        raise InvalidInput("This password is too easy to guess. Choose another one.")
    return password


async def hash_password(password: str) -> str:
    """Return the salted hash of a password, which includes the hashing parameters."""
    return await asyncio.get_running_loop().run_in_executor(_pool, lambda: _hasher().hash(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Return whether a password matches a hash; takes equally long if there is no hash."""
    found = await asyncio.get_running_loop().run_in_executor(_pool, _verify, password, kept)
    return found and kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether a hash was computed with outdated parameters."""
    return bool(_hasher().check_needs_rehash(kept))


def _verify(password: str, kept: str | None) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - as in `_hasher`

    try:
        return bool(_hasher().verify(kept or _nobodys(), password))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - slow to import, and most commands need no password

    return PasswordHasher()


_FIRST_TRIED = frozenset(
    {
        "0123456789",
        "1234567890",
        "12345678910",
        "1q2w3e4r5t",
        "abc1234567",
        "administrator",
        "changeme123",
        "daybreak123",
        "iloveyou123",
        "letmein123",
        "passwort123",
        "password12",
        "password123",
        "qwerty12345",
        "qwertyuiop",
        "welcome123",
    }
)
