"""Sanitizing of handlers' values for PostgreSQL: JSON without NUL and lone surrogates.

Many runs share a statement, so unstorable characters are replaced on input, before they can break it.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_NUL_IN_JSON = b"\\u0000"
_INTEGER_RANGE = range(-(2**63), 2**64)


def replace_unstorable(text: str) -> str:
    """Replace each character that PostgreSQL cannot store with U+FFFD."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def to_json_value(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a storable JSON copy of the value; values of other types become text.

    Raises:
        TypeError: the value is nested more deeply than the JSON parser accepts.
    """
    try:
        text = orjson.dumps(value, default=str)
    except TypeError:
        text = orjson.dumps(_replace_in_value(value))
    value_copy = orjson.loads(text)
    return _replace_in_value(value_copy) if _NUL_IN_JSON in text else value_copy


def _replace_in_value(value: object) -> object:
    match value:
        case str():
            return replace_unstorable(value)
        case None | bool() | float():
            return value
        case int():
            return value if value in _INTEGER_RANGE else str(value)
        case Mapping():
            return {replace_unstorable(str(name)): _replace_in_value(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_replace_in_value(one) for one in value]
        case _:
            return _replace_in_value(_coerce_to_json(value))


def _coerce_to_json(value: object) -> object:
    try:
        return orjson.loads(orjson.dumps(value, default=str))
    except TypeError:
        return str(value)
