"""The export archive as an HTTP response."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import IO

from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from daybreak import people
from daybreak.account.export import export_archive
from daybreak.people import SecurityEventKind
from daybreak.web import RequestContext

_CHUNK_SIZE = 64 * 1024
_CHUNK_SECONDS = 30
_TOTAL_SECONDS = 3600


async def download_response(context: RequestContext) -> Response:
    """Return the user's data as a zip archive, with the date in its file name.

    The archive is complete before its first byte is sent, so a slow client occupies no database connection.

    Raises:
        TooManyRequests: an export of this user is in progress.
        Unavailable: too many exports are in progress.
    """
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(context.app_state.limiters.exports.acquire(context.user.id))
        async with context.transaction() as tx:
            await people.record_security_event(
                tx, context.user.id, SecurityEventKind.DATA_EXPORTED, context.actor
            )
        async with context.database.snapshot(context.user.id) as tx:
            file = stack.enter_context(await export_archive(tx, context.user.id))
        resources = stack.pop_all()
    return _Download(file, f"daybreak-{context.user.today()}.zip", resources)


class _Download(StreamingResponse):
    """A file that a client has to read at a minimum speed; its resources are released at the end."""

    def __init__(self, file: IO[bytes], name: str, resources: AsyncExitStack) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        super().__init__(_read_chunks(file), media_type="application/zip", headers=headers)
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file.

        Raises:
            ClientDisconnect: the client is gone, or too slow.
        """

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(_CHUNK_SECONDS):
                await send(message)

        async with self._resources:
            try:
                async with asyncio.timeout(_TOTAL_SECONDS):
                    await super().__call__(scope, receive, send_in_time)
            except TimeoutError:
                raise ClientDisconnect from None


async def _read_chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK_SIZE):
        yield chunk
