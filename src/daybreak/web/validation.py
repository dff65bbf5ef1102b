"""Validation errors in plain English: no raw phrase of the validator reaches a user."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Location = Sequence[int | str]
_TEXTS = {
    "missing": "is required",
    "bool": "must be true or false",
    "int": "must be a whole number",
    "float": "must be a number",
    "finite": "must be a number",
    "decimal": "must be a number",
    "string": "must be text",
    "date": "must be a date like 2026-03-29",
    "time": "must be a time like 07:00",
    "datetime": "must be a date and time like 2026-03-29T07:00:00Z",
    "timezone": "must have a UTC offset, like 2026-03-29T07:00:00Z",
    "uuid": "must be an ID like 7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "url": "must be an address like https://example.org",
    "list": "must be a list",
    "model": "must be an object",
    "dict": "must be an object",
}
_LIMITS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda limit: f"must be more than {limit['gt']}",
    "greater_than_equal": lambda limit: f"must be at least {limit['ge']}",
    "less_than": lambda limit: f"must be less than {limit['lt']}",
    "less_than_equal": lambda limit: f"must be at most {limit['le']}",
    "string_too_short": lambda limit: _least(limit["min_length"], "character"),
    "string_too_long": lambda limit: f"can't be longer than {limit['max_length']:,} characters",
    "string_pattern_mismatch": lambda _limit: "has a format that isn't allowed",
    "too_short": lambda limit: _least(limit["min_length"], "entry", "entries"),
    "too_long": lambda limit: f"can't have more than {limit['max_length']:,} entries",
    "enum": lambda limit: f"must be one of {_plain(limit['expected'])}",
    "literal_error": lambda limit: f"must be one of {_plain(limit['expected'])}",
}


def field_of(location: Location) -> str:
    """Return the name of a field as programs know it, like ``items.0.title``."""
    return ".".join(map(str, location))


def field_error(error: Mapping[str, Any], location: Location) -> str:
    """Return what is wrong with a field, as a sentence.

    Args:
        error: one of pydantic's errors.
        location: where the field is, without ``body`` or ``query``.
    """
    kind, own = str(error["type"]), str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    label = field_of(location).replace("_", " ")
    if kind == "extra_forbidden":
        return f"Unknown field “{field_of(location)}”."
    if kind == "value_error":
        return f"{own[:1].upper()}{own[1:]}." if not own.startswith("must ") else _sentence(label, own)
    if kind in _LIMITS:
        return _sentence(label, _LIMITS[kind](error["ctx"]))
    return _sentence(label, _TEXTS.get(kind.partition("_")[0], "isn't valid"))


def invalid_json(error: Mapping[str, Any], body: object) -> str:
    """Return where a request body is not valid JSON.

    Args:
        error: the framework's error; its location ends with an offset.
        body: the text of the body.
    """
    before = str(body)[: int(error["loc"][-1])]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"The request body is not valid JSON (line {line}, column {column})."


def _sentence(label: str, text: str) -> str:
    return f"{label[:1].upper()}{label[1:]} {text}." if label else f"The request {text}."


def _least(number: int, one: str, many: str = "") -> str:
    if number == 1:
        return "can't be empty"
    return f"must have at least {number:,} {many or f'{one}s'}"


def _plain(expected: str) -> str:
    return expected.replace("'", "")
