"""The API for tokens."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import NewTokenOut, TokenIn, TokenOut
from daybreak.errors import Conflict
from daybreak.web import ApiReader, ApiWriter, Page, error_responses, json_response

routes = APIRouter()
BASE_PATH = "/account/tokens"


@routes.get(BASE_PATH, response_model=Page[TokenOut])
async def list_tokens(context: ApiReader) -> Response:
    """List your tokens, newest first, on one page."""
    async with context.transaction() as tx:
        found = await people.list_tokens(tx, context.user.id)
    views = [TokenOut.of(one, context.signed_in_principal.credential) for one in found]
    return json_response(Page[TokenOut](items=views, next=None))


@routes.post(BASE_PATH, status_code=201, response_model=NewTokenOut, responses=error_responses(Conflict))
async def create_token(context: ApiWriter, body: TokenIn) -> Response:
    """Create a token; the response contains its secret only once, so Idempotency-Key is not supported.

    A token created with another one has at most its access, expires no later, and is revoked with it.
    """
    principal = context.signed_in_principal
    fields = (body.name, body.scope, body.days)
    async with context.transaction() as tx:
        await people.lock_credential(tx, principal)
        if principal.is_program:
            token, secret = await people.create_child_token(tx, principal, *fields, actor=context.actor)
        else:
            token, secret = await people.create_token(tx, principal.user.id, *fields, actor=context.actor)
    return json_response(NewTokenOut.with_secret(token, principal.credential, secret), 201)


@routes.delete(f"{BASE_PATH}/{{token_id:uuid}}", status_code=204)
async def revoke_token(context: ApiWriter, token_id: UUID) -> Response:
    """Revoke a token and all tokens created with it; it may be the one in use."""
    async with context.transaction() as tx:
        await people.revoke_token(tx, context.user.id, token_id, actor=context.actor)
    return Response(status_code=204)
