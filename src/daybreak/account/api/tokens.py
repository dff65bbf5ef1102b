"""The API for tokens."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import NewTokenView, TokenOrder, TokenView
from daybreak.errors import Conflict
from daybreak.web import Listing, Reader, Writer, answer, refusals

routes = APIRouter()
HERE = "/account/tokens"


@routes.get(HERE, response_model=Listing[TokenView])
async def list_tokens(visit: Reader) -> Response:
    """List your tokens, newest first, on one page."""
    async with visit.transaction() as tx:
        found = await people.list_tokens(tx, visit.user.id)
    views = [TokenView.of(one, visit.known.credential) for one in found]
    return answer(Listing[TokenView](items=views, next=None))


@routes.post(HERE, status_code=201, response_model=NewTokenView, responses=refusals(Conflict))
async def make_token(visit: Writer, order: TokenOrder) -> Response:
    """Create a token; the response contains its secret only once, so Idempotency-Key is not supported.

    A token created with another one has at most its access, expires no later, and is revoked with it.
    """
    known = visit.known
    wanted = (order.name, order.scope, order.days)
    async with visit.transaction() as tx:
        if known.is_program:
            token, secret = await people.derive_token(tx, known, *wanted)
        else:
            token, secret = await people.make_token(tx, known.user.id, *wanted)
    return answer(NewTokenView.with_secret(token, known.credential, secret), 201)


@routes.delete(f"{HERE}/{{token_id:uuid}}", status_code=204)
async def revoke_token(visit: Writer, token_id: UUID) -> Response:
    """Revoke a token and all tokens created with it; it may be the one in use."""
    async with visit.transaction() as tx:
        await people.revoke_token(tx, visit.user.id, token_id)
    return Response(status_code=204)
