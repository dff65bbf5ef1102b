"""The archive of everything as an answer."""

from collections.abc import AsyncIterator
from typing import IO

from starlette.responses import Response, StreamingResponse

from daybreak.account.exporting import export
from daybreak.web import Visit

_CHUNK = 256 * 1024


async def download(visit: Visit) -> Response:
    """Everything of a visitor's in one archive, named for the day."""
    async with visit.transaction() as tx:
        file = await export(tx, visit.user.id)
    headers = {"Content-Disposition": f'attachment; filename="daybreak-{visit.user.today()}.zip"'}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
