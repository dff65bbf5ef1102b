"""The page API tokens."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.errors import Conflict, InvalidInput
from daybreak.people import Scope
from daybreak.web import Form, RequestContext, SignedIn, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/tokens"


class TokenForm(BaseModel):
    """The form for a new token: name, access and lifetime."""

    name: str
    scope: Scope
    days: Literal["30", "90", "365", ""]


@routes.get(BASE_PATH)
async def show_tokens(context: SignedIn) -> Response:
    """Show all tokens and the form for a new one."""
    return await _page(context, Form[TokenForm]({"scope": Scope.READ, "days": "90"}))


@routes.post(BASE_PATH)
async def create_token(context: SignedIn) -> Response:
    """Create a token and show its secret once."""
    form = await read_form(context.request, TokenForm)
    if form.errors:
        return await _page(context, form, status=InvalidInput.status)
    days = int(form.validated.days) if form.validated.days else None
    try:
        async with context.transaction() as tx:
            await people.lock_credential(tx, context.signed_in_principal)
            _, secret = await people.create_token(
                tx, context.user.id, form.validated.name, form.validated.scope, days, actor=context.actor
            )
    except (InvalidInput, Conflict) as error:
        return await _page(context, form.with_error(error, "name"), status=error.status)
    return await _page(context, Form[TokenForm]({"scope": Scope.READ, "days": "90"}), secret=secret)


@routes.post(f"{BASE_PATH}/{{token_id}}/revoke")
async def revoke_token(context: SignedIn, token_id: UUID) -> Response:
    """Revoke a token."""
    async with context.transaction() as tx:
        await people.revoke_token(tx, context.user.id, token_id, actor=context.actor)
    return context.redirect(BASE_PATH, "Token revoked.")


async def _page(
    context: RequestContext, form: Form[TokenForm], *, secret: str = "", status: int = 200
) -> Response:
    async with context.transaction() as tx:
        tokens = await people.list_tokens(tx, context.user.id)
    return context.page("account/tokens.html", status=status, form=form, tokens=tokens, secret=secret)
