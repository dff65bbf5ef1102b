"""Forms: submitted values as a model, or with an error for each invalid field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from daybreak.errors import DaybreakError, InternalError
from daybreak.web.validation import field_error

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Form(Generic[Model]):
    """A form as it was submitted, or with its initial values.

    Attributes:
        values: the text of each field.
        errors: a sentence for each invalid field; under the empty name one for the whole form.
        model: the validated values; None if the form has errors.
        lists: the values of the fields that accept several.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    model: Model | None = None
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def validated(self) -> Model:
        """The validated values.

        Raises:
            InternalError: the form has errors; check `errors` first.
        """
        if self.model is None:
            raise InternalError("a form with errors was used")
        return self.model

    def value(self, name: str) -> str:
        """Return the text of a field."""
        return self.values.get(name, "")

    def is_selected(self, name: str, value: object) -> bool:
        """Return whether a value is selected in a field that accepts one or several."""
        return str(value) in self.lists.get(name, (self.value(name),))

    def error(self, name: str = "") -> str:
        """Return the error of a field or of the whole form; empty if there is none."""
        return self.errors.get(name, "")

    def with_values(self, **values: str) -> Self:
        """Return this form with other texts in these fields."""
        return replace(self, values={**self.values, **values})

    def with_error(self, error: DaybreakError, name: str = "") -> Self:
        """Return this form with an error at that field, or at the fields that the error names."""
        errors = error.details.get("errors")
        errors = errors if isinstance(errors, Mapping) and not name else {name: str(error)}
        return replace(self, errors={**self.errors, **errors}, model=None)


async def read_form(request: Request, model: type[Model]) -> Form[Model]:
    """Parse a request's form into a model; the last value of a field counts."""
    async with request.form(max_files=0) as sent:
        return parse_form(sent, model)


def parse_form(submitted: ImmutableMultiDict[str, Any], model: type[Model]) -> Form[Model]:
    """Parse a submitted form or a query into a model."""
    texts = {name: value for name, value in submitted.items() if isinstance(value, str)}
    many = {name: [str(value) for value in submitted.getlist(name)] for name in _list_field_names(model)}
    try:
        return Form(texts, {}, model.model_validate({**texts, **many}), many)
    except ValidationError as error:
        wrong = {
            _field_name(one["loc"]): field_error(one, one["loc"][:1]) for one in reversed(error.errors())
        }
        return Form(texts, wrong, None, many)


def _list_field_names(model: type[BaseModel]) -> list[str]:
    return [name for name, one in model.model_fields.items() if str(one.annotation).startswith("list")]


def _field_name(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else ""
