"""Uploads: bounded in size, and few requests at a time."""

from contextlib import AsyncExitStack
from typing import TypeVar

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import Receive, Scope, Send

from daybreak import clock
from daybreak.intake import IntakeSettings, SentFile
from daybreak.web.context import Visit
from daybreak.web.pages.forms import Form, check_form

Model = TypeVar("Model", bound=BaseModel)
_ENVELOPE = 1024 * 1024
_MOST_FILES = 2_000
_MOST_FIELDS = 100


class UploadRoute(APIRoute):
    """A route with the size limit of uploads in place of that of forms."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request under the size limit of uploads."""
        limit = IntakeSettings.load().upload_size + _ENVELOPE
        await RequestBodyLimitMiddleware(super().handle, max_body_size=limit)(scope, receive, send)


async def read_files(
    visit: Visit, model: type[Model], *, keep_body: bool = False
) -> tuple[Form[Model], list[SentFile]]:
    """Parse a request's form, and return it with the uploaded files under their paths.

    Args:
        context: the request context.
        model: the model of the form's fields.
        buffer_body: whether the body is read a second time.

    Raises:
        Unavailable: too many uploads are in progress.
    """
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(visit.site.uploads.take(visit.user.id))
        if keep_body:
            await visit.request.body()
        parts = visit.request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
        sent = await stack.enter_async_context(parts)
        files = [one for _, one in sent.multi_items() if isinstance(one, UploadFile) and one.filename]
        now = clock.now()
        return check_form(sent, model), [
            SentFile(file.filename or "", await file.read(), now) for file in files
        ]
