"""Forms: what a person filled in, as a model, or with a sentence at each field that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from daybreak.errors import Bug, DaybreakError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Form(Generic[Model]):
    """A form as it was sent, or as it is shown first.

    Attributes:
        values: what stands in the fields, as text.
        errors: a sentence for each field that is wrong; under the empty name one for the whole form.
        model: what was filled in; None when something is wrong.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    model: Model | None = None

    @property
    def filled(self) -> Model:
        """What was filled in.

        Raises:
            Bug: something is wrong; look at `errors` first.
        """
        if self.model is None:
            raise Bug("a form with errors was used")
        return self.model

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def error(self, name: str = "") -> str:
        """What is wrong with a field, or with the whole form; empty when nothing is."""
        return self.errors.get(name, "")

    def refused(self, error: DaybreakError, name: str = "") -> Self:
        """The same form with a sentence at that field, to be shown again."""
        return replace(self, errors={**self.errors, name: str(error)}, model=None)


async def read_form(request: Request, model: type[Model]) -> Form[Model]:
    """The form of a request, as that model; each field's value is what stands last under its name."""
    async with request.form(max_files=0) as sent:
        return check_form(sent, model)


def check_form(sent: FormData, model: type[Model]) -> Form[Model]:
    """What was sent, as that model."""
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    many = {name: [str(value) for value in sent.getlist(name)] for name in _lists(model)}
    try:
        return Form(texts, {}, model.model_validate({**texts, **many}))
    except ValidationError as error:
        return Form(texts, {_field(one["loc"]): _sentence(one["msg"]) for one in reversed(error.errors())})


def _lists(model: type[BaseModel]) -> list[str]:
    return [name for name, one in model.model_fields.items() if str(one.annotation).startswith("list")]


def _field(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else ""


def _sentence(words: str) -> str:
    plain = words.removeprefix("Value error, ").rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."
