"""The export archive as an HTTP response."""

from collections.abc import AsyncIterator
from typing import IO

from starlette.responses import Response, StreamingResponse

from daybreak import people
from daybreak.account.export import export_archive
from daybreak.people import SecurityEventKind
from daybreak.web import RequestContext

_CHUNK_SIZE = 256 * 1024


async def download_response(context: RequestContext) -> Response:
    """Return the user's data as a zip archive, with the date in its file name."""
    async with context.transaction() as tx:
        await people.record_security_event(
            tx, context.user.id, SecurityEventKind.DATA_EXPORTED, context.actor
        )
        file = await export_archive(tx, context.user.id)
    headers = {"Content-Disposition": f'attachment; filename="daybreak-{context.user.today()}.zip"'}
    return StreamingResponse(_read_chunks(file), media_type="application/zip", headers=headers)


async def _read_chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_SIZE):
            yield chunk
