"""Uploads: spooled to disk while they arrive, then processed a few at a time."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TypeVar

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import Receive, Scope, Send

from daybreak import clock
from daybreak.intake import FORM_OVERHEAD, IntakeSettings, Spool, SpooledUpload
from daybreak.web.api.idempotency import RequestFingerprint
from daybreak.web.context import RequestContext
from daybreak.web.multipart import MultipartReceiver
from daybreak.web.pages.forms import Form, parse_form, read_form

Model = TypeVar("Model", bound=BaseModel)


class UploadRoute(APIRoute):
    """A route with the size limit of uploads for multipart forms; other bodies keep the limit of forms."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request under the size limit of uploads."""
        if not _is_multipart(Headers(scope=scope)):
            await super().handle(scope, receive, send)
            return
        limit = IntakeSettings.load().max_upload_size + FORM_OVERHEAD
        await RequestBodyLimitMiddleware(super().handle, max_body_size=limit)(scope, receive, send)


@asynccontextmanager
async def receive_upload(
    context: RequestContext, model: type[Model]
) -> AsyncIterator[tuple[Form[Model], SpooledUpload]]:
    """Receive a form and its files; the files exist until the block ends.

    A slow client holds no slot meanwhile. Enter `upload_slot` to process the files.

    Args:
        context: the request context.
        model: the model of the form's fields.

    Raises:
        UserError: the form is malformed.
        TooManyRequests: the user’s unfinished uploads are too large.
        Unavailable: those of all users are too large, or the disk is full.
    """
    quota, limits = context.app_state.spool_quota, IntakeSettings.load()
    with quota.open(context.user.id, limits) as reserve, Spool() as spool:
        request = context.request
        if not _is_multipart(request.headers):
            await request.body()
            yield await read_form(request, model), SpooledUpload(spool, [])
            return
        fingerprint = RequestFingerprint(request)
        receiver = MultipartReceiver(request.headers["Content-Type"], spool, clock.now(), fingerprint.add)
        async with aclosing(request.stream()) as body:
            await receiver.receive(body, reserve)
        fingerprint.save()
        yield parse_form(receiver.fields, model), SpooledUpload(spool, receiver.files)


def upload_slot(context: RequestContext) -> AbstractAsyncContextManager[None]:
    """Return the slot for processing a received upload; hold it until the files are grouped or stored.

    Raises:
        TooManyRequests: too many uploads of the user are in progress.
        Unavailable: too many uploads are in progress.
    """
    return context.app_state.limiters.uploads.acquire(context.user.id)


def _is_multipart(headers: Headers) -> bool:
    # Without the parameters: parsing those of a stranger could take 50 ms.
    return headers.get("Content-Type", "").partition(";")[0].strip().lower() == "multipart/form-data"
