"""All that is kept of somebody, for programs: taking it along, and having it deleted."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.downloading import download
from daybreak.account.resources import DeletionOrder, DeletionView
from daybreak.errors import InvalidInput
from daybreak.web import Reader, Writer, answer

routes = APIRouter()
DELETION = "/account/deletion"
_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file for each table, one row a line, as JSON.",
        "content": {"application/zip": {}},
    }
}


@routes.get("/account/export", response_class=Response, responses=_ARCHIVE)
async def export_data(visit: Reader) -> Response:
    """Everything that is kept of one's own, in one archive."""
    return await download(visit)


@routes.get(DELETION, response_model=DeletionView)
async def read_deletion(visit: Reader) -> Response:
    """Whether the account is about to be deleted, and when."""
    return answer(DeletionView(due=visit.known.deletion_due))


@routes.put(DELETION, response_model=DeletionView)
async def delete_account(visit: Writer, order: DeletionOrder) -> Response:
    """Have everything deleted when the time for second thoughts is over; every page says so until then."""
    if order.email.strip().lower() != visit.user.email:
        raise InvalidInput(f"Give {visit.user.email} as “email” to have everything deleted.")
    async with visit.transaction() as tx:
        due = await people.ask_to_leave(tx, visit.user.id)
    return answer(DeletionView(due=due))


@routes.delete(DELETION, status_code=204)
async def keep_account(visit: Writer) -> Response:
    """Think better of it."""
    async with visit.transaction() as tx:
        await people.stay(tx, visit.user.id)
    return Response(status_code=204)
