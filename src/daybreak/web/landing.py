"""The first page, as long as no slice has one: whatever comes first in the navigation."""

from starlette.responses import Response

from daybreak.web.pages import Pages
from daybreak.web.visits import HOME, SignedIn

pages = Pages(__package__)


@pages.get(HOME)
async def go_on(visit: SignedIn) -> Response:
    """Go to the first entry of the navigation."""
    return visit.redirect(visit.site.nav[0].path)
