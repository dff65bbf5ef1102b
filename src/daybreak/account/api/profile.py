"""The API for the profile."""

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import ProfileIn, ProfileOut
from daybreak.errors import PreconditionFailed
from daybreak.web import ApiReader, ApiWriter, IfMatch, check_if_match, error_responses, etag_response

routes = APIRouter()
BASE_PATH = "/account/profile"


@routes.get(BASE_PATH, response_model=ProfileOut)
async def get_profile(context: ApiReader) -> Response:
    """Return your profile."""
    return etag_response(context.request, ProfileOut.of(context.user))


@routes.patch(BASE_PATH, response_model=ProfileOut, responses=error_responses(PreconditionFailed))
async def update_profile(context: ApiWriter, body: ProfileIn, if_match: IfMatch = None) -> Response:
    """Change some fields of your profile."""
    async with context.transaction() as tx:
        user = await people.lock_user(tx, context.user.id)
        check_if_match(if_match, ProfileOut.of(user))
        changed = await people.save_user(tx, body.apply_to(user))
    return etag_response(context.request, ProfileOut.of(changed))
