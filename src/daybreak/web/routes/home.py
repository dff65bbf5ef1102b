"""The home page for applications without a slice that serves it: the navigation's first entry."""

from starlette.responses import Response

from daybreak.web.context import HOME_PATH, SignedIn
from daybreak.web.pages.router import Pages

pages = Pages("daybreak.web")


@pages.get(HOME_PATH)
async def redirect_home(context: SignedIn) -> Response:
    """Redirect to the first entry of the navigation."""
    return context.redirect(context.app_state.nav[0].path)
