"""ETags: conditional reads with If-None-Match, and optimistic locking with If-Match."""

import hashlib
from typing import Annotated

import orjson
from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import PreconditionFailed
from daybreak.web.api.router import json_response

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag that you read last. If it has changed since, you get 412 with the current one.",
    ),
]
_ETAG_LENGTH = 22


def make_etag(*values: object) -> str:
    """Return the ETag of these values, such as a row's version."""
    text = orjson.dumps(values, default=str)
    return f'"{hashlib.sha256(text).hexdigest()[:_ETAG_LENGTH]}"'


def content_etag(body: BaseModel) -> str:
    """Return the ETag of a body's content, for resources without a version."""
    return make_etag(body.model_dump_json())


def etag_response(request: Request, body: BaseModel, etag: str | None = None, status: int = 200) -> Response:
    """Return a body with its ETag, or 304 if the client already has this version."""
    etag = etag or content_etag(body)
    if_none_match = request.headers.get("If-None-Match", "")
    if request.method in {"GET", "HEAD"} and _matches(if_none_match, etag, weak=True):
        return Response(status_code=304, headers={"ETag": etag})
    return json_response(body, status, headers={"ETag": etag})


def check_if_match(if_match: str | None, body: BaseModel, etag: str | None = None) -> None:
    """Check that the client has read the current version, unless it sent no If-Match.

    Raises:
        PreconditionFailed: it has changed since; the details have it as ``current``.
    """
    etag = etag or content_etag(body)
    if if_match is not None and not _matches(if_match, etag):
        raise PreconditionFailed("It has changed since you read it; reload it and try again.").with_details(
            current=body.model_dump(mode="json"), etag=etag
        )


def _matches(header: str, etag: str, *, weak: bool = False) -> bool:
    known = [one.strip() for one in header.split(",")]
    return "*" in known or etag in known or (weak and f"W/{etag}" in known)
