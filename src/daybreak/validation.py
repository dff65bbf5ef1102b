"""Validation messages in plain English, in place of pydantic's."""

from pydantic_core import ErrorDetails

_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "value_error": "is not valid: {error}",
}
_TYPES = {
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "string": "must be text",
    "date": "must be a date such as 2026-11-30",
    "datetime": "must be a date and time such as 2026-11-30T08:00:00Z",
    "time": "must be a time such as 08:00",
    "uuid": "must be a UUID",
    "url": "must be an address such as https://example.org",
    "byte": "must be a size such as 64MiB",
    "list": "must be a list",
    "dict": "must be an object",
    "dataclass": "must be an object",
    "model": "must be an object",
}


def describe_invalid(error: ErrorDetails) -> str:
    """Return what is wrong with a value, as the predicate of a sentence whose subject is the field."""
    kind = error["type"]
    template = _MESSAGES.get(kind) or _TYPES.get(kind.partition("_")[0], "is not valid")
    return template.format(**error.get("ctx", {})).removesuffix(".")
