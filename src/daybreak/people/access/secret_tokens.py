"""Random secrets of browsers, links and API clients, and the hashes stored of them."""

import hashlib
import secrets

_BYTES = 32


def generate_secret(prefix: str = "") -> str:
    """Return a new random secret that is safe in URLs and headers."""
    return prefix + secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> bytes:
    """Return the hash of a secret as it is stored; it cannot be reversed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
