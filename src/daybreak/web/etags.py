"""Versions: a program says which one it has seen, and is told when that is not the present one."""

import hashlib
from typing import Annotated

import orjson
from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from daybreak.errors import Changed
from daybreak.web.api import answer

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag of what is to be changed; if it is not that any more, 412 with what it is now.",
    ),
]
_LENGTH = 22


def etag_of(*values: object) -> str:
    """The ETag of what these values tell apart, like a row's version."""
    text = orjson.dumps(values, default=str)
    return f'"{hashlib.sha256(text).hexdigest()[:_LENGTH]}"'


def version_of(resource: BaseModel) -> str:
    """The ETag of a resource that has no version but its content."""
    return etag_of(resource.model_dump_json())


def versioned(request: Request, resource: BaseModel, etag: str | None = None, status: int = 200) -> Response:
    """A resource with its ETag; 304 when the program has it already."""
    etag = etag or version_of(resource)
    seen = request.headers.get("If-None-Match", "")
    if request.method in {"GET", "HEAD"} and _names(seen, etag, weak=True):
        return Response(status_code=304, headers={"ETag": etag})
    return answer(resource, status, headers={"ETag": etag})


def require_match(if_match: str | None, resource: BaseModel, etag: str | None = None) -> None:
    """Go on only if the program has seen the present version, or does not say what it has seen.

    Raises:
        Changed: it is another one by now; the details have it as ``current``.
    """
    etag = etag or version_of(resource)
    if if_match is not None and not _names(if_match, etag):
        raise Changed("It was changed meanwhile; look at what it is now, and send it again.").telling(
            current=resource.model_dump(mode="json"), etag=etag
        )


def _names(header: str, etag: str, *, weak: bool = False) -> bool:
    known = [one.strip() for one in header.split(",")]
    return "*" in known or etag in known or (weak and f"W/{etag}" in known)
