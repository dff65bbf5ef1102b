"""The export archive as an HTTP response."""

from collections.abc import AsyncIterator
from typing import IO

from starlette.responses import Response, StreamingResponse

from daybreak.account.export import export
from daybreak.web import Visit

_CHUNK = 256 * 1024


async def download(visit: Visit) -> Response:
    """Return the user's data as a zip archive, with the date in its file name."""
    async with visit.transaction() as tx:
        file = await export(tx, visit.user.id)
    headers = {"Content-Disposition": f'attachment; filename="daybreak-{visit.user.today()}.zip"'}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
