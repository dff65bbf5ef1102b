"""Forms: what a person filled in, as a model, or with a sentence at each field that is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict
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
        lists: what was chosen in the fields that take several values.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    model: Model | None = None
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

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

    def has(self, name: str, value: object) -> bool:
        """Whether that value is chosen in a field: the one, or one of several."""
        return str(value) in self.lists.get(name, (self.value(name),))

    def error(self, name: str = "") -> str:
        """What is wrong with a field, or with the whole form; empty when nothing is."""
        return self.errors.get(name, "")

    def refused(self, error: DaybreakError, name: str = "") -> Self:
        """The same form with a sentence at that field, or where the error says, to be shown again."""
        told = error.details.get("errors")
        told = told if isinstance(told, Mapping) and not name else {name: str(error)}
        return replace(self, errors={**self.errors, **told}, model=None)


async def read_form(request: Request, model: type[Model]) -> Form[Model]:
    """The form of a request, as that model; each field's value is what stands last under its name."""
    async with request.form(max_files=0) as sent:
        return check_form(sent, model)


def check_form(sent: ImmutableMultiDict[str, Any], model: type[Model]) -> Form[Model]:
    """What was sent, as that model: a form, or the query of an address."""
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    many = {name: [str(value) for value in sent.getlist(name)] for name in _lists(model)}
    try:
        return Form(texts, {}, model.model_validate({**texts, **many}), many)
    except ValidationError as error:
        wrong = {_field(one["loc"]): _sentence(one["msg"]) for one in reversed(error.errors())}
        return Form(texts, wrong, None, many)


def _lists(model: type[BaseModel]) -> list[str]:
    return [name for name, one in model.model_fields.items() if str(one.annotation).startswith("list")]


def _field(location: tuple[int | str, ...]) -> str:
    return str(location[0]) if location else ""


def _sentence(words: str) -> str:
    plain = words.removeprefix("Value error, ").rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."
