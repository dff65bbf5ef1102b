"""The home page for applications without a slice that serves it: the navigation's first entry."""

from starlette.responses import Response

from daybreak.web.context import HOME, SignedIn
from daybreak.web.pages.router import Pages

pages = Pages("daybreak.web")


@pages.get(HOME)
async def go_on(visit: SignedIn) -> Response:
    """Redirect to the first entry of the navigation."""
    return visit.redirect(visit.site.nav[0].path)
