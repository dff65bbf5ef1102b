"""Files that a browser or program sends: bounded, sorted, and kept as sources that a run then reads."""

import asyncio

from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from daybreak import clock
from daybreak.agenda.uploads import Upload, sort_uploads
from daybreak.errors import InvalidInput
from daybreak.intake import IntakeSettings, SentFile

_ENVELOPE = 1024 * 1024
_MOST_FILES = 2_000
_AT_ONCE = asyncio.Semaphore(2)


class UploadRoute(APIRoute):
    """A route that takes as much as may be uploaded, where others take a page's form."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as routes do, under another limit."""
        limit = IntakeSettings.load().upload_size + _ENVELOPE
        await RequestBodyLimitMiddleware(super().handle, max_body_size=limit)(scope, receive, send)


async def receive_uploads(request: Request) -> list[Upload]:
    """The files of a request, sorted; few requests at a time, so that they cannot exhaust the memory.

    Raises:
        InvalidInput: there are none, none of them is read, or one of them is hostile.
    """
    async with _AT_ONCE, request.form(max_files=_MOST_FILES, max_fields=20) as form:
        files = [one for _, one in form.multi_items() if isinstance(one, UploadFile) and one.filename]
        if not files:
            raise InvalidInput("No file was sent; choose a folder or a file first.")
        now = clock.now()
        sent = [SentFile(file.filename or "", await file.read(), now) for file in files]
        return await asyncio.to_thread(sort_uploads, sent, IntakeSettings.load())
