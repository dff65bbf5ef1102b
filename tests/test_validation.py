from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import (
    AfterValidator,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ByteSize,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from daybreak.validation import describe_invalid
from daybreak.web.validation import field_error


@dataclass
class Point:
    x: int


class NamedForm(BaseModel, extra="forbid"):
    name: str


def reject(value: str) -> str:
    raise ValueError(f"“{value}” is not a fruit.")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (int, "many", "must be a whole number"),
        (float, "much", "must be a number"),
        (bool, "maybe", "must be true or false"),
        (str, 1, "must be text"),
        (date, "soon", "must be a date such as 2026-11-30"),
        (UUID, "x", "must be a UUID"),
        (AnyUrl, "x", "must be an address such as https://example.org"),
        (ByteSize, "huge", "must be a size such as 64MiB"),
        (list[int], 1, "must be a list"),
        (dict[str, int], 1, "must be an object"),
        (Point, 1, "must be an object"),
        (NamedForm, 1, "must be an object"),
        (NamedForm, {}, "is required"),
        (NamedForm, {"name": "x", "nmae": "x"}, "is not a known field"),
        (Literal["a", "b"], "c", "must be one of 'a' or 'b'"),
        (Annotated[int, Field(ge=1)], 0, "must be at least 1"),
        (Annotated[int, Field(gt=0)], 0, "must be greater than 0"),
        (Annotated[int, Field(le=9)], 10, "must be at most 9"),
        (Annotated[str, Field(min_length=2)], "a", "must have at least 2 characters"),
        (Annotated[str, Field(min_length=1)], "", "can’t be empty"),
        (Annotated[str, Field(max_length=2000)], 2001 * "x", "must have at most 2,000 characters"),
        (Annotated[str, Field(pattern="^a$")], "b", "has a format that is not allowed"),
        (AwareDatetime, "2026-11-30T08:00:00", "must have a UTC offset, such as 2026-11-30T08:00:00Z"),
        (FiniteFloat, "nan", "must be a number"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "must have at most 1 entries"),
        (Annotated[str, AfterValidator(reject)], "car", "is not valid: “car” is not a fruit"),
        (type, 1, "is not valid"),
    ],
)
def test_invalid_value_is_described_in_plain_english(kind, value, message):
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(kind).validate_python(value)
    assert describe_invalid(refusal.value.errors()[0]) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Name is required."),
        ({"name": 1}, "Name must be text."),
        ({"name": "x", "nmae": "x"}, "Unknown field “nmae”."),
    ],
)
def test_request_error_is_a_sentence_about_its_field(values, message):
    with pytest.raises(ValidationError) as refusal:
        NamedForm.model_validate(values)
    (error,) = refusal.value.errors()
    assert field_error(error, error["loc"]) == message
