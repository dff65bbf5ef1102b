"""Sanitizing of handlers' values for PostgreSQL: JSON without NUL and lone surrogates.

Many runs share a statement, so unstorable characters are replaced on input, before they can break it.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

_ODD = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_NUL_IN_JSON = b"\\u0000"
_NUMBERS = range(-(2**63), 2**64)


def storable(text: str) -> str:
    """Replace each character that PostgreSQL cannot store with U+FFFD."""
    return _ODD.sub(_REPLACEMENT, text)


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a storable JSON copy of the value; values of other types become text.

    Raises:
        TypeError: the value is nested more deeply than the JSON parser accepts.
    """
    try:
        text = orjson.dumps(value, default=str)
    except TypeError:
        text = orjson.dumps(_mended(value))
    told = orjson.loads(text)
    return _mended(told) if _NUL_IN_JSON in text else told


def _mended(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case None | bool() | float():
            return value
        case int():
            return value if value in _NUMBERS else str(value)
        case Mapping():
            return {storable(str(name)): _mended(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_mended(one) for one in value]
        case _:
            return _mended(_told(value))


def _told(value: object) -> object:
    try:
        return orjson.loads(orjson.dumps(value, default=str))
    except TypeError:
        return str(value)
