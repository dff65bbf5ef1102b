"""The frame of `/api/v1`: what every operation for programs has in common."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from daybreak.errors import DaybreakError
from daybreak.web.rates import paced
from daybreak.web.visits import Visit, admin, caller, writer

JSON = "application/json"


class Api(APIRouter):
    """The operations of one slice; their names are the tag and that of the function."""

    def __init__(self, tag: str) -> None:
        """Make a router without operations.

        Args:
            tag: under what the document lists them.
        """
        super().__init__(tags=[tag], dependencies=[Depends(paced)], generate_unique_id_function=_name)


class Resource(BaseModel):
    """What an operation gives."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Order(BaseModel):
    """What an operation is given: exactly the declared types, and nothing that is not declared.

    Dates, ids and choices are text in JSON: declare them as `Day`, `Id`, or with ``Field(strict=False)``.
    """

    model_config = ConfigDict(extra="forbid", strict=True)


def _text(value: object) -> object:
    if value is not None and not isinstance(value, str | date):
        raise ValueError("it should be text, like 2026-03-29")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_text)]
Id = Annotated[UUID, Field(strict=False)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def answer(resource: BaseModel, status: int = 200, *, headers: dict[str, str] | None = None) -> Response:
    """A resource as an answer."""
    return Response(resource.model_dump_json(), status, headers, JSON)


def refusals(*errors: type[DaybreakError]) -> dict[int | str, dict[str, Any]]:
    """What an operation may refuse besides what all may: for ``responses=``."""
    return {error.status: {"description": (error.__doc__ or "").partition("\n")[0]} for error in errors}


async def operator(visit: Annotated[Visit, Depends(caller)]) -> Visit:
    """The visit of an admin's program.

    Raises:
        Forbidden: it is somebody else's.
    """
    return await admin(visit)


async def operating_writer(visit: Annotated[Visit, Depends(writer)]) -> Visit:
    """The visit of an admin's program that may change things.

    Raises:
        Forbidden: it is somebody else's, or for reading only.
    """
    return await admin(visit)


Operator = Annotated[Visit, Depends(operator)]
OperatingWriter = Annotated[Visit, Depends(operating_writer)]


def _name(route: APIRoute) -> str:
    return f"{route.tags[0]}.{route.name}"
