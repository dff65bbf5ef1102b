"""ETags: conditional reads with If-None-Match, and optimistic locking with If-Match."""

import hashlib
from typing import Annotated

import orjson
from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import Changed
from daybreak.web.api.router import answer

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag that you read last. If it has changed since, you get 412 with the current one.",
    ),
]
_LENGTH = 22


def etag_of(*values: object) -> str:
    """Return the ETag of these values, such as a row's version."""
    text = orjson.dumps(values, default=str)
    return f'"{hashlib.sha256(text).hexdigest()[:_LENGTH]}"'


def version_of(resource: BaseModel) -> str:
    """Return the ETag of a body's content, for resources without a version."""
    return etag_of(resource.model_dump_json())


def versioned(request: Request, resource: BaseModel, etag: str | None = None, status: int = 200) -> Response:
    """Return a body with its ETag, or 304 if the client already has this version."""
    etag = etag or version_of(resource)
    seen = request.headers.get("If-None-Match", "")
    if request.method in {"GET", "HEAD"} and _names(seen, etag, weak=True):
        return Response(status_code=304, headers={"ETag": etag})
    return answer(resource, status, headers={"ETag": etag})


def require_match(if_match: str | None, resource: BaseModel, etag: str | None = None) -> None:
    """Check that the client has read the current version, unless it sent no If-Match.

    Raises:
        PreconditionFailed: it has changed since; the details have it as ``current``.
    """
    etag = etag or version_of(resource)
    if if_match is not None and not _names(if_match, etag):
        raise Changed("It has changed since you read it; reload it and try again.").telling(
            current=resource.model_dump(mode="json"), etag=etag
        )


def _names(header: str, etag: str, *, weak: bool = False) -> bool:
    known = [one.strip() for one in header.split(",")]
    return "*" in known or etag in known or (weak and f"W/{etag}" in known)
