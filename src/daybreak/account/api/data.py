"""The API for the export of a user's data and the deletion of the account."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.download import download
from daybreak.account.schemas import DeletionOrder, DeletionView
from daybreak.errors import InvalidInput
from daybreak.web import Reader, Writer, answer

routes = APIRouter()
DELETION = "/account/deletion"
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A zip archive: one file per table, one row per line, as JSON.",
        "content": {"application/zip": {}},
    }
}


@routes.get("/account/export", response_class=Response, responses=_ARCHIVE)
async def export_data(visit: Reader) -> Response:
    """Export everything stored about you, as one archive."""
    return await download(visit)


@routes.get(DELETION, response_model=DeletionView)
async def read_deletion(visit: Reader) -> Response:
    """Return whether and when your account will be deleted."""
    return answer(DeletionView(due=visit.known.deletion_due))


@routes.put(DELETION, response_model=DeletionView)
async def delete_account(visit: Writer, order: DeletionOrder) -> Response:
    """Request the deletion of your account after the grace period; until then you can cancel it."""
    if order.email.strip().lower() != visit.user.email:
        raise InvalidInput(f"Send {visit.user.email} as “email” to confirm the deletion.")
    async with visit.transaction() as tx:
        due = await people.ask_to_leave(tx, visit.user.id)
    return answer(DeletionView(due=due))


@routes.delete(DELETION, status_code=204)
async def keep_account(visit: Writer) -> Response:
    """Cancel the deletion of your account."""
    async with visit.transaction() as tx:
        await people.stay(tx, visit.user.id)
    return Response(status_code=204)
