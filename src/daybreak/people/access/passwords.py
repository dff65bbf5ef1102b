"""Password hashing with argon2id, off the event loop and with limited concurrency."""

from functools import cache
from typing import TYPE_CHECKING

from daybreak.errors import InvalidInput
from daybreak.threads import DedicatedThreads

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 10
MAX_LENGTH = 256
_MIN_DISTINCT_CHARACTERS = 5
# Each hash takes 64 MiB and one core for about 50 ms, so the last one that may wait takes about 2 seconds.
_threads = DedicatedThreads("passwords", 2, max_waiting=60)


def validate_password(password: str, *forbidden: str) -> str:
    """Return a new password if it is acceptable.

    Args:
        password: the new password.
        forbidden: texts that it must not equal: the user's e-mail address and name.

    Raises:
        InvalidInput: it is too short, too long or too easy to guess.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidInput(
            f"A password must have {MIN_LENGTH} to {MAX_LENGTH} characters. Choose another one."
        )
    plain = password.casefold()
    parts = {part for one in forbidden for part in (one.casefold(), one.casefold().partition("@")[0])}
    if plain in parts or len(set(plain)) < _MIN_DISTINCT_CHARACTERS or plain in _COMMON_PASSWORDS:
        raise InvalidInput("This password is too easy to guess. Choose another one.")
    return password


async def hash_password(password: str) -> str:
    """Return the salted hash of a password, which includes the hashing parameters.

    Raises:
        Unavailable: too many passwords wait to be hashed.
    """
    return await _threads.run(lambda: _hasher().hash(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether a password matches a hash; takes equally long if there is no hash.

    Raises:
        Unavailable: too many passwords wait to be verified.
    """
    found = await _threads.run(_verify_blocking, password, password_hash)
    return found and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Return whether a hash was computed with outdated parameters."""
    return bool(_hasher().check_needs_rehash(password_hash))


def _verify_blocking(password: str, password_hash: str | None) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - as in `_hasher`

    try:
        return bool(_hasher().verify(password_hash or _dummy_hash(), password))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - slow to import, and most commands need no password

    return PasswordHasher()


_COMMON_PASSWORDS = frozenset(
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
