"""Uploads: bounded in size, and few requests at a time."""

from contextlib import AsyncExitStack
from typing import TypeVar

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import Receive, Scope, Send

from daybreak import clock
from daybreak.intake import IntakeSettings, UploadedFile
from daybreak.web.context import RequestContext
from daybreak.web.pages.forms import Form, parse_form

Model = TypeVar("Model", bound=BaseModel)
_MULTIPART_OVERHEAD = 1024 * 1024
_MAX_FILES = 2_000
_MAX_FIELDS = 100


class UploadRoute(APIRoute):
    """A route with the size limit of uploads in place of that of forms."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request under the size limit of uploads."""
        limit = IntakeSettings.load().max_upload_size + _MULTIPART_OVERHEAD
        await RequestBodyLimitMiddleware(super().handle, max_body_size=limit)(scope, receive, send)


async def read_files(
    context: RequestContext, model: type[Model], *, buffer_body: bool = False
) -> tuple[Form[Model], list[UploadedFile]]:
    """Parse a request's form, and return it with the uploaded files under their paths.

    Args:
        context: the request context.
        model: the model of the form's fields.
        buffer_body: whether the body is read a second time.

    Raises:
        Unavailable: too many uploads are in progress.
    """
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(context.app_state.upload_limiter.acquire(context.user.id))
        if buffer_body:
            await context.request.body()
        parts = context.request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS)
        sent = await stack.enter_async_context(parts)
        files = [one for _, one in sent.multi_items() if isinstance(one, UploadFile) and one.filename]
        now = clock.now()
        return parse_form(sent, model), [
            UploadedFile(file.filename or "", await file.read(), now) for file in files
        ]
