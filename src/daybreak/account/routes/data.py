"""The page Data: export and account deletion."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.account.download import download
from daybreak.errors import InvalidInput
from daybreak.people import people_settings
from daybreak.web import Form, SignedIn, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/settings/data"


class Leaving(BaseModel):
    """The deletion form: the user's own e-mail address, to confirm."""

    email: str


@routes.get(HERE)
async def show_data(visit: SignedIn) -> Response:
    """Show the page."""
    return _page(visit, Form[Leaving]())


@routes.get(f"{HERE}/export")
async def export_data(visit: SignedIn) -> Response:
    """Return everything stored about the user, as one archive."""
    return await download(visit)


@routes.post(f"{HERE}/delete")
async def delete_account(visit: SignedIn) -> Response:
    """Request the deletion of the account after the grace period."""
    form = await read_form(visit.request, Leaving)
    if form.errors or form.filled.email.strip().lower() != visit.user.email:
        wrong = InvalidInput(f"Type {visit.user.email} to confirm.")
        return _page(visit, form.refused(wrong, "email"), wrong.status)
    async with visit.transaction() as tx:
        await people.ask_to_leave(tx, visit.user.id)
    return visit.redirect(HERE)


@routes.post(f"{HERE}/keep")
async def keep_account(visit: SignedIn) -> Response:
    """Cancel the deletion of the account."""
    async with visit.transaction() as tx:
        await people.stay(tx, visit.user.id)
    return visit.redirect(HERE, "Deletion cancelled.")


def _page(visit: Visit, form: Form[Leaving], status: int = 200) -> Response:
    return visit.page("account/data.html", status=status, form=form, grace=people_settings().grace_days)
