"""Validation messages in plain English, in place of pydantic's: no phrase of the validator reaches a user."""

from collections.abc import Mapping
from typing import Any

_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length:,} characters",
    "string_too_long": "must have at most {max_length:,} characters",
    "too_short": "must have at least {min_length:,} entries",
    "too_long": "must have at most {max_length:,} entries",
    "string_pattern_mismatch": "has a format that is not allowed",
    "value_error": "is not valid: {error}",
}
_TYPES = {
    "int": "must be a whole number",
    "float": "must be a number",
    "finite": "must be a number",
    "decimal": "must be a number",
    "bool": "must be true or false",
    "string": "must be text",
    "date": "must be a date such as 2026-11-30",
    "datetime": "must be a date and time such as 2026-11-30T08:00:00Z",
    "timezone": "must have a UTC offset, such as 2026-11-30T08:00:00Z",
    "time": "must be a time such as 08:00",
    "uuid": "must be a UUID",
    "url": "must be an address such as https://example.org",
    "byte": "must be a size such as 64MiB",
    "list": "must be a list",
    "dict": "must be an object",
    "dataclass": "must be an object",
    "model": "must be an object",
}
_TOO_SHORT = {"string_too_short", "too_short"}


def describe_invalid(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, as the predicate of a sentence whose subject is the field.

    Args:
        error: one of pydantic's errors.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind in _TOO_SHORT and context["min_length"] == 1:
        return "can’t be empty"
    template = _MESSAGES.get(kind) or _TYPES.get(kind.partition("_")[0], "is not valid")
    return template.format(**context).removesuffix(".")
