"""The API for the export of a user's data and the deletion of the account."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.download import download_response
from daybreak.account.schemas import DeletionIn, DeletionOut
from daybreak.errors import InvalidInput
from daybreak.web import ApiReader, ApiWriter, json_response

routes = APIRouter()
DELETION = "/account/deletion"
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A zip archive: one file per table, one row per line, as JSON.",
        "content": {"application/zip": {}},
    }
}


@routes.get("/account/export", response_class=Response, responses=_ARCHIVE)
async def export_data(context: ApiReader) -> Response:
    """Export everything stored about you, as one archive."""
    return await download_response(context)


@routes.get(DELETION, response_model=DeletionOut)
async def get_deletion(context: ApiReader) -> Response:
    """Return whether and when your account will be deleted."""
    return json_response(DeletionOut(due=context.signed_in_principal.deletion_due))


@routes.put(DELETION, response_model=DeletionOut)
async def request_deletion(context: ApiWriter, body: DeletionIn) -> Response:
    """Request the deletion of your account after the grace period; until then you can cancel it."""
    if body.email.strip().lower() != context.user.email:
        raise InvalidInput(f"Send {context.user.email} as “email” to confirm the deletion.")
    async with context.transaction() as tx:
        await people.lock_credential(tx, context.signed_in_principal)
        due = await people.request_deletion(tx, context.user.id, actor=context.actor)
    return json_response(DeletionOut(due=due))


@routes.delete(DELETION, status_code=204)
async def cancel_deletion(context: ApiWriter) -> Response:
    """Cancel the deletion of your account."""
    async with context.transaction() as tx:
        await people.cancel_deletion(tx, context.user.id, actor=context.actor)
    return Response(status_code=204)
