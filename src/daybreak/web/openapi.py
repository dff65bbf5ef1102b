"""The OpenAPI document: what FastAPI knows, and how every operation says that something went wrong."""

import http
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from daybreak.errors import (
    DaybreakError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
    TooSlow,
    Unavailable,
    UserError,
)
from daybreak.web.problems import MEDIA_TYPE

_ALWAYS: tuple[type[DaybreakError], ...] = (UserError, NotSignedIn, Forbidden, TooMany, Unavailable)
_ABOUT = (
    "Everything that a page can do. Send a token of Settings as `Authorization: Bearer …`. Errors are "
    "problem documents (RFC 9457), one sentence in `detail`. Lists come in pages: give `next` as `after`. "
    "A token for reading reads; one for reading and writing also changes; neither reaches further than "
    "itself: a token that it makes allows no more, ends no later and is revoked with it, and what opens an "
    "account that is there takes the password or the browser (docs/howto/api.md). "
    "Long work is answered 202 with a run; a POST with an `Idempotency-Key` may be sent again."
)
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, and how to mend it.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:daybreak:error:NotFound"]},
        "title": {"type": "string", "examples": ["Not Found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "examples": ["There is no such run."]},
        "instance": {"type": "string", "examples": ["/api/v1/runs/7c9e6679-7425-40de-944b-e07fc1f90ae7"]},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "object",
            "description": "A sentence for each field that is wrong.",
            "additionalProperties": {"type": "string"},
        },
    },
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def describe(app: FastAPI) -> None:
    """Have the application serve that document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to do it


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    for path, operations in made.get("paths", {}).items():
        for operation in operations.values():
            _add_problems(operation["responses"], _possible(path, operation))
    return made


def _possible(path: str, operation: dict[str, Any]) -> list[type[DaybreakError]]:
    possible = list(_ALWAYS)
    if "{" in path:
        possible.append(NotFound)
    if "requestBody" in operation:
        possible += [TooLarge, TooSlow]
    if "requestBody" in operation or operation.get("parameters"):
        possible.append(InvalidInput)
    return possible


def _add_problems(responses: dict[str, Any], possible: list[type[DaybreakError]]) -> None:
    responses.pop(str(InvalidInput.status), None)  # FastAPI's own, which we do not send
    for error in possible:
        responses.setdefault(str(error.status), {"description": http.HTTPStatus(error.status).phrase})
    for status, response in responses.items():
        if int(status) >= UserError.status:
            response["content"] = _CONTENT
