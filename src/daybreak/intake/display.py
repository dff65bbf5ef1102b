"""Names and sizes from outside as text for messages."""

import os
import unicodedata

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNITS = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def printable(name: str) -> str:
    r"""Return a file name that can be printed and stored.

    Bytes that are not UTF-8 (surrogates, as from `os.fsdecode`), control characters and signs that reorder
    text are written as escapes: ``\x1b``.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(_escape(sign) for sign in text)


def human_size(count: int) -> str:
    """Return a number of bytes for people, e.g. ``31.5 MiB``."""
    for unit, size in _UNITS:
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


def _escape(sign: str) -> str:
    if sign in _REORDERING or unicodedata.category(sign) in _UNSAFE_CATEGORIES:
        return sign.encode("unicode_escape").decode("ascii")
    return sign
