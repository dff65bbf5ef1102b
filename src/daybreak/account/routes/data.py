"""The page Data: export and account deletion."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.account.download import download_response
from daybreak.errors import InvalidInput
from daybreak.people import people_settings
from daybreak.web import Form, RequestContext, SignedIn, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/data"


class DeletionForm(BaseModel):
    """The deletion form: the user's own e-mail address, to confirm."""

    email: str


@routes.get(BASE_PATH)
async def show_data(context: SignedIn) -> Response:
    """Show the page."""
    return _page(context, Form[DeletionForm]())


@routes.get(f"{BASE_PATH}/export")
async def export_data(context: SignedIn) -> Response:
    """Return everything stored about the user, as one archive."""
    return await download_response(context)


@routes.post(f"{BASE_PATH}/delete")
async def request_deletion(context: SignedIn) -> Response:
    """Request the deletion of the account after the grace period."""
    form = await read_form(context.request, DeletionForm)
    if form.errors or form.validated.email.strip().lower() != context.user.email:
        wrong = InvalidInput(f"Type {context.user.email} to confirm.")
        return _page(context, form.with_error(wrong, "email"), wrong.status)
    async with context.transaction() as tx:
        await people.lock_credential(tx, context.signed_in_principal)
        await people.request_deletion(tx, context.user.id, actor=context.actor)
    return context.redirect(BASE_PATH)


@routes.post(f"{BASE_PATH}/cancel-deletion")
async def cancel_deletion(context: SignedIn) -> Response:
    """Cancel the deletion of the account."""
    async with context.transaction() as tx:
        await people.cancel_deletion(tx, context.user.id, actor=context.actor)
    return context.redirect(BASE_PATH, "Deletion cancelled.")


def _page(context: RequestContext, form: Form[DeletionForm], status: int = 200) -> Response:
    return context.page(
        "account/data.html",
        status=status,
        form=form,
        deletion_grace_days=people_settings().deletion_grace_days,
    )
