"""The API for the profile."""

from fastapi import APIRouter
from starlette.responses import Response

from daybreak import people
from daybreak.account.schemas import ProfileChange, ProfileView
from daybreak.errors import Changed
from daybreak.web import IfMatch, Reader, Writer, refusals, require_match, versioned

routes = APIRouter()
HERE = "/account/profile"


@routes.get(HERE, response_model=ProfileView)
async def read_profile(visit: Reader) -> Response:
    """Return your profile."""
    return versioned(visit.request, ProfileView.of(visit.user))


@routes.patch(HERE, response_model=ProfileView, responses=refusals(Changed))
async def change_profile(visit: Writer, change: ProfileChange, if_match: IfMatch = None) -> Response:
    """Change some fields of your profile."""
    async with visit.transaction() as tx:
        user = await people.hold(tx, visit.user.id)
        require_match(if_match, ProfileView.of(user))
        changed = await people.update_in(tx, change.applied_to(user))
    return versioned(visit.request, ProfileView.of(changed))
