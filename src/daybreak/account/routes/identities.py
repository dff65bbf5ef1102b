"""The page Who you are: the names and addresses by which files call the user."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Conflict, InvalidInput
from daybreak.people import Identity
from daybreak.web import Form, RequestContext, SignedIn, Undo, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/identities"


class IdentityForm(BaseModel):
    """The form for a name or an address."""

    value: str


@routes.get(BASE_PATH)
async def show_identities(context: SignedIn) -> Response:
    """Show names and addresses that count, proposals, and the form to add one."""
    return await _page(context, Form[IdentityForm]())


@routes.post(BASE_PATH)
async def add_identity(context: SignedIn) -> Response:
    """Add a name or an address."""
    form = await read_form(context.request, IdentityForm)
    if form.errors:
        return await _page(context, form, status=InvalidInput.status)
    try:
        async with context.transaction() as tx:
            added = await people.add_identity(tx, context.user.id, form.validated.value)
    except (InvalidInput, Conflict) as error:
        return await _page(context, form.with_error(error, "value"), status=error.status)
    undo = Undo(action=f"{BASE_PATH}/{added.id}/remove")
    return context.redirect(BASE_PATH, f"“{added.value}” is you.", undo=undo)


@routes.post(f"{BASE_PATH}/{{identity_id}}/confirm")
async def confirm_identity(context: SignedIn, identity_id: UUID) -> Response:
    """Confirm a name or an address."""
    async with context.transaction() as tx:
        before = await people.get_identity(tx, context.user.id, identity_id)
        await people.confirm_identity(tx, context.user.id, identity_id)
    return context.redirect(BASE_PATH, f"“{before.value}” is you.", undo=_restore(before))


@routes.post(f"{BASE_PATH}/{{identity_id}}/reject")
async def reject_identity(context: SignedIn, identity_id: UUID) -> Response:
    """Reject a name or an address."""
    async with context.transaction() as tx:
        before = await people.get_identity(tx, context.user.id, identity_id)
        await people.reject_identity(tx, context.user.id, identity_id)
    return context.redirect(BASE_PATH, f"“{before.value}” is not you.", undo=_restore(before))


@routes.post(f"{BASE_PATH}/{{identity_id}}/remove")
async def remove_identity(context: SignedIn, identity_id: UUID) -> Response:
    """Delete a name or an address that was added, or withdraw the answer to a proposal."""
    async with context.transaction() as tx:
        before = await people.get_identity(tx, context.user.id, identity_id)
        await people.remove_identity(tx, context.user.id, identity_id)
    text = f"“{before.value}” removed." if before.is_added else f"Answer to “{before.value}” taken back."
    return context.redirect(BASE_PATH, text, undo=_restore(before))


def _restore(before: Identity) -> Undo:
    """Return the form that restores an identity as it was before it was answered or removed."""
    if before.is_added and before.confirmed_at:
        return Undo(action=BASE_PATH, values={"value": before.value})
    verb = "confirm" if before.confirmed_at else "reject" if before.rejected_at else "remove"
    return Undo(action=f"{BASE_PATH}/{before.id}/{verb}")


async def _page(context: RequestContext, form: Form[IdentityForm], *, status: int = 200) -> Response:
    user = context.user
    async with context.transaction() as tx:
        found = await people.list_identities(tx, user.id)
    proposals = [one for one in found if not one.counts and not one.rejected_at]
    return context.page(
        "account/identities.html",
        status=status,
        form=form,
        own=[one for one in found if one.counts],
        likely=[one for one in proposals if people.resembles_profile(one.value, user)],
        others=[one for one in proposals if not people.resembles_profile(one.value, user)],
        rejected=[one for one in found if one.rejected_at],
        longest=people.MAX_VALUE_LENGTH,
    )
