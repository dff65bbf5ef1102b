"""The API for identities: the names and addresses by which files call the user."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import IdentityIn, IdentityOut
from daybreak.errors import Conflict
from daybreak.web import ApiReader, ApiWriter, Page, error_responses, json_response

routes = APIRouter()
BASE_PATH = "/identities"


@routes.get(BASE_PATH, response_model=Page[IdentityOut])
async def list_identities(context: ApiReader) -> Response:
    """List your names and addresses: those that count first, then proposals, then rejected ones, on one page.

    Items that are assigned to one that counts are yours.
    """
    async with context.transaction() as tx:
        found = await people.list_identities(tx, context.user.id)
    return json_response(
        Page[IdentityOut](items=[IdentityOut.of(one, context.user) for one in found], next=None)
    )


@routes.post(BASE_PATH, status_code=201, response_model=IdentityOut, responses=error_responses(Conflict))
async def add_identity(context: ApiWriter, body: IdentityIn) -> Response:
    """Add a name or an address of yours; one that exists already is confirmed."""
    async with context.transaction() as tx:
        added = await people.add_identity(tx, context.user.id, body.value)
    return json_response(IdentityOut.of(added, context.user), 201)


@routes.post(f"{BASE_PATH}/{{identity_id:uuid}}/confirm", response_model=IdentityOut)
async def confirm_identity(context: ApiWriter, identity_id: UUID) -> Response:
    """Confirm that a name or an address is yours."""
    async with context.transaction() as tx:
        confirmed = await people.confirm_identity(tx, context.user.id, identity_id)
    return json_response(IdentityOut.of(confirmed, context.user))


@routes.post(f"{BASE_PATH}/{{identity_id:uuid}}/reject", response_model=IdentityOut)
async def reject_identity(context: ApiWriter, identity_id: UUID) -> Response:
    """Reject a name or an address that is another person's."""
    async with context.transaction() as tx:
        rejected = await people.reject_identity(tx, context.user.id, identity_id)
    return json_response(IdentityOut.of(rejected, context.user))


@routes.delete(f"{BASE_PATH}/{{identity_id:uuid}}", status_code=204)
async def remove_identity(context: ApiWriter, identity_id: UUID) -> Response:
    """Delete a name or an address that you added, or withdraw your answer to one of your profile or files."""
    async with context.transaction() as tx:
        await people.remove_identity(tx, context.user.id, identity_id)
    return Response(status_code=204)
