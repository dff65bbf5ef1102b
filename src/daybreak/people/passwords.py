"""Passwords: argon2id, computed off the event loop, a few at a time."""

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
# Each takes 64 MiB and a core for some 50 ms.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


def checked_password(password: str, *known: str) -> str:
    """A password that is worth the name.

    Args:
        password: what somebody wants.
        known: what it must not be: the address, the name.

    Raises:
        InvalidInput: it is too short, too long, or what anybody would try first.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password has {SHORTEST} to {LONGEST} characters; give another one.")
    plain = password.casefold()
    parts = {part for one in known for part in (one.casefold(), one.casefold().partition("@")[0])}
    if plain in parts or len(set(plain)) < _FEWEST_SIGNS or plain in _FIRST_TRIED:
        raise InvalidInput("That password is among the first that anybody would try; give another one.")
    return password


async def hash_password(password: str) -> str:
    """What is kept of a password: salted, with the parameters it was made with."""
    return await asyncio.get_running_loop().run_in_executor(_pool, lambda: _hasher().hash(password))


async def is_right(password: str, kept: str | None) -> bool:
    """Whether that is the password; takes as long when there is none to compare with."""
    found = await asyncio.get_running_loop().run_in_executor(_pool, _verify, password, kept)
    return found and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was made with parameters of another time."""
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
    from argon2 import PasswordHasher  # noqa: PLC0415 - commands that ask for no password need not wait for it

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
