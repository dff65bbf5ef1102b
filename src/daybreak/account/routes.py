"""The pages of one's own account."""

from starlette.responses import Response

from daybreak.web import NavItem, Pages, SignedIn

pages = Pages(__package__, nav=[NavItem(title="Settings", path="/settings", key="s", place=90)])


@pages.get("/settings")
async def settings(visit: SignedIn) -> Response:
    """One's own account at a glance."""
    return visit.page("account/settings.html")


@pages.get("/")
async def home(visit: SignedIn) -> Response:
    """Until there is a page of today's."""
    return visit.redirect("/settings")
