"""The base of `/api/v1`: router, body models, responses and admin dependencies of all operations."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from daybreak.errors import DaybreakError
from daybreak.people import Weekday
from daybreak.web.context import RequestContext, admin, api_reader, api_writer

JSON_MEDIA_TYPE = "application/json"


class ApiRouter(APIRouter):
    """The operations of one slice; an operation id is the tag and the function's name."""

    def __init__(self, tag: str) -> None:
        """Create a router without operations.

        Args:
            tag: the group under which the OpenAPI document lists them.
        """
        super().__init__(tags=[tag], generate_unique_id_function=_operation_id)


class OutputModel(BaseModel):
    """The base class of response bodies."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class InputModel(BaseModel):
    """The base class of request bodies: exactly the declared types, and no undeclared fields.

    Dates, ids and choices are text in JSON: declare them as `Day`, `Id`, or with ``Field(strict=False)``.
    """

    model_config = ConfigDict(extra="forbid", strict=True)


def _require_text(value: object) -> object:
    if value is not None and not isinstance(value, str | date):
        raise ValueError("must be text, like 2026-03-29")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_require_text)]
Id = Annotated[UUID, Field(strict=False)]
LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class WeekdayName(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def weekday(self) -> Weekday:
        """The same day as preferences represent it."""
        return Weekday[self.name]


def json_response(body: BaseModel, status: int = 200, *, headers: dict[str, str] | None = None) -> Response:
    """Return a response with that body as JSON."""
    return Response(body.model_dump_json(), status, headers, JSON_MEDIA_TYPE)


def error_responses(*errors: type[DaybreakError]) -> dict[int | str, dict[str, Any]]:
    """Return the errors of an operation besides those of all operations, for ``responses=``."""
    return {error.status: {"description": (error.__doc__ or "").partition("\n")[0]} for error in errors}


async def api_admin(context: Annotated[RequestContext, Depends(api_reader)]) -> RequestContext:
    """Return the request context of an administrator's program.

    Raises:
        Forbidden: the user is no administrator.
    """
    return await admin(context)


async def api_admin_writer(context: Annotated[RequestContext, Depends(api_writer)]) -> RequestContext:
    """Return the request context of an administrator's program with write access.

    Raises:
        Forbidden: the user is no administrator, or the token is read-only.
    """
    return await admin(context)


ApiAdmin = Annotated[RequestContext, Depends(api_admin)]
ApiAdminWriter = Annotated[RequestContext, Depends(api_admin_writer)]


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}.{route.name}"
