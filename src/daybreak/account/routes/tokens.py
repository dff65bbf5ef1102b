"""The page API tokens."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Conflict, InvalidInput
from daybreak.people import Scope
from daybreak.web import Form, SignedIn, Visit, read_form

routes = APIRouter(include_in_schema=False)
HERE = "/settings/tokens"


class NewToken(BaseModel):
    """The form for a new token: name, access and lifetime."""

    name: str
    scope: Scope
    days: Literal["30", "90", "365", ""]


@routes.get(HERE)
async def show_tokens(visit: SignedIn) -> Response:
    """Show all tokens and the form for a new one."""
    return await _page(visit, Form[NewToken]({"scope": Scope.READ, "days": "90"}))


@routes.post(HERE)
async def make_token(visit: SignedIn) -> Response:
    """Create a token and show its secret once."""
    form = await read_form(visit.request, NewToken)
    if form.errors:
        return await _page(visit, form, status=InvalidInput.status)
    days = int(form.filled.days) if form.filled.days else None
    try:
        async with visit.transaction() as tx:
            _, secret = await people.make_token(tx, visit.user.id, form.filled.name, form.filled.scope, days)
    except (InvalidInput, Conflict) as error:
        return await _page(visit, form.refused(error, "name"), status=error.status)
    return await _page(visit, Form[NewToken]({"scope": Scope.READ, "days": "90"}), secret=secret)


@routes.post(f"{HERE}/{{token_id}}/revoke")
async def revoke_token(visit: SignedIn, token_id: UUID) -> Response:
    """Revoke a token."""
    async with visit.transaction() as tx:
        await people.revoke_token(tx, visit.user.id, token_id)
    return visit.redirect(HERE, "Token revoked.")


async def _page(visit: Visit, form: Form[NewToken], *, secret: str = "", status: int = 200) -> Response:
    async with visit.transaction() as tx:
        tokens = await people.list_tokens(tx, visit.user.id)
    return visit.page("account/tokens.html", status=status, form=form, tokens=tokens, secret=secret)
