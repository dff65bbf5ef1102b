"""The home page for applications without a slice that serves it: the navigation's first entry."""

from starlette.responses import Response

from daybreak.web.pages import Pages
from daybreak.web.visits import HOME, SignedIn

pages = Pages(__package__)


@pages.get(HOME)
async def go_on(visit: SignedIn) -> Response:
    """Redirect to the first entry of the navigation."""
    return visit.redirect(visit.site.nav[0].path)
