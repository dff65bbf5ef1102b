"""Tokens for programs."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.resources import NewTokenView, TokenOrder, TokenView
from daybreak.errors import Conflict
from daybreak.web import Listing, Reader, Writer, answer, refusals

routes = APIRouter()
HERE = "/account/tokens"


@routes.get(HERE, response_model=Listing[TokenView])
async def list_tokens(visit: Reader) -> Response:
    """All tokens, the newest first; there is one page."""
    async with visit.transaction() as tx:
        found = await people.list_tokens(tx, visit.user.id)
    views = [TokenView.of(one, visit.known.credential) for one in found]
    return answer(Listing[TokenView](items=views, next=None))


@routes.post(HERE, status_code=201, response_model=NewTokenView, responses=refusals(Conflict))
async def make_token(visit: Writer, order: TokenOrder) -> Response:
    """Make a token; its secret is told this once, so that no Idempotency-Key is taken.

    What a token makes allows no more than itself, is good for no longer, and is revoked with it.
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
    """Make a token useless, and all that were made with it; it may be the one that asks."""
    async with visit.transaction() as tx:
        await people.revoke_token(tx, visit.user.id, token_id)
    return Response(status_code=204)
