"""Random secrets that people and programs carry, and what is kept of them."""

import hashlib
import secrets

_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """A secret that nobody can guess, fit for addresses and headers."""
    return prefix + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of a secret; the secret does not follow from it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
