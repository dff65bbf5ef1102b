"""The OpenAPI document: FastAPI's own, with the problem responses of every operation."""

import http
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from daybreak.errors import (
    DaybreakError,
    Forbidden,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UserError,
)
from daybreak.web.problems import MEDIA_TYPE

_COMMON_ERRORS: tuple[type[DaybreakError], ...] = (
    UserError,
    Unauthenticated,
    Forbidden,
    TooManyRequests,
    Unavailable,
)
_DESCRIPTION = (
    "Everything that the pages can do. Send an API token (Settings, API tokens) as `Authorization: Bearer "
    "…`. Errors are problem documents (RFC 9457) with one sentence in `detail`. Lists are paginated: pass "
    "`next` as `after`. A read-only token reads; a read-write token also changes data. A token that another "
    "one creates has at most its access, expires no later and is revoked with it. Operations that open an "
    "existing account need the password or a browser session (docs/howto/api.md). Long operations return 202 "
    "with a run. A POST with an `Idempotency-Key` can be repeated safely."
)
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error and how to fix it.",
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
            "description": "A sentence for each invalid field.",
            "additionalProperties": {"type": "string"},
        },
    },
}
_PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def install_openapi(app: FastAPI) -> None:
    """Make the application serve this document."""

    def get_document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build_document(app)
        return app.openapi_schema

    app.openapi = get_document  # type: ignore[method-assign] # FastAPI's own way to do it


def _build_document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    for path, operations in made.get("paths", {}).items():
        for operation in operations.values():
            _add_problem_responses(operation["responses"], _possible_errors(path, operation))
    return made


def _possible_errors(path: str, operation: dict[str, Any]) -> list[type[DaybreakError]]:
    possible = list(_COMMON_ERRORS)
    if "{" in path:
        possible.append(NotFound)
    if "requestBody" in operation:
        possible += [PayloadTooLarge, RequestTimeout]
    if "requestBody" in operation or operation.get("parameters"):
        possible.append(InvalidInput)
    return possible


def _add_problem_responses(responses: dict[str, Any], possible: list[type[DaybreakError]]) -> None:
    responses.pop(str(InvalidInput.status), None)  # FastAPI's own format, which Daybreak does not send
    for error in possible:
        responses.setdefault(str(error.status), {"description": http.HTTPStatus(error.status).phrase})
    for status, response in responses.items():
        if int(status) >= UserError.status:
            response["content"] = _PROBLEM_CONTENT
