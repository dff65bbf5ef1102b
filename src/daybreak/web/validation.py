"""Validation errors of requests and forms as sentences; `daybreak.validation` has the words."""

from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.validation import describe_invalid

Location = Sequence[int | str]


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
    return _sentence(label, describe_invalid(error))


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
