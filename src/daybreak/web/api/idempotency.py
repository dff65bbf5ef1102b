"""Idempotency keys: a POST's response is stored for a day, in the transaction that does the work."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
import orjson
from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from daybreak.db import load
from daybreak.errors import InvalidInput
from daybreak.web.context import RequestContext

_sql = load(__package__)
_STORED_HEADERS = ("location", "etag", "content-type")

Work = Callable[[asyncpg.Connection], Awaitable[Response]]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="A key of your choice. A request that is repeated with it within a day is not executed "
        "again and gets the same response.",
    ),
]


async def run_once(context: RequestContext, key: str | None, work: Work) -> Response:
    """Do the work, or return the stored response of an earlier request with that key.

    Failed requests are not stored, since they changed nothing. Of two concurrent requests, one waits.

    Args:
        context: the request context, whose transaction is used.
        key: the client's key; None does the work each time.
        work: does the work in a transaction and returns the response.

    Raises:
        InvalidInput: the key was used for another request.
    """
    if key is None:
        async with context.transaction() as tx:
            return await work(tx)
    mark = await _fingerprint(context.request)
    async with context.transaction() as tx:
        if not await tx.fetchval(_sql.reserve_key, context.user.id, key, mark):
            return _replay(await tx.fetchrow(_sql.read_response, context.user.id, key), mark)
        response = await work(tx)
        await tx.execute(_sql.store_response, context.user.id, key, *_to_row(response))
        return response


async def stored_response(context: RequestContext, key: str | None) -> Response | None:
    """Return the stored response of an earlier request with that key, or None.

    For requests with effects outside of the transaction, which `run_once` could not roll back.

    Raises:
        InvalidInput: the key was used for another request.
    """
    if key is None:
        return None
    mark = await _fingerprint(context.request)
    async with context.transaction() as tx:
        row = await tx.fetchrow(_sql.read_response, context.user.id, key)
    return _replay(row, mark) if row else None


class RequestFingerprint:
    """The fingerprint of a request: of its method, its URL, and its body or the contents of its form."""

    def __init__(self, request: Request) -> None:
        """Create the fingerprint of a request without a body."""
        self._request = request
        self._hash = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())

    def add(self, chunk: bytes) -> None:
        """Add the next chunk."""
        self._hash.update(chunk)

    def save(self) -> None:
        """Save the fingerprint with the request, for `run_once` and `stored_response`."""
        self._request.state.fingerprint = self._hash.digest()


async def _fingerprint(request: Request) -> bytes:
    if not hasattr(request.state, "fingerprint"):
        whole = RequestFingerprint(request)
        whole.add(await request.body())
        whole.save()
    fingerprint: bytes = request.state.fingerprint
    return fingerprint


def _to_row(response: Response) -> tuple[int, str, bytes]:
    headers = {name: value for name, value in response.headers.items() if name in _STORED_HEADERS}
    return response.status_code, orjson.dumps(headers).decode(), bytes(response.body)


def _replay(row: asyncpg.Record, fingerprint: bytes) -> Response:
    if row["fingerprint"] != fingerprint:
        raise InvalidInput("This Idempotency-Key was already used for another request; use a new one.")
    headers = {**orjson.loads(row["headers"]), "Idempotency-Replayed": "true"}
    return Response(row["body"], row["status"], headers)
