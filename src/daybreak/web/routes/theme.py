"""The form that sets the light or dark theme."""

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from daybreak.web.context import HOME, SEE_OTHER, Anyone, own_path
from daybreak.web.pages.forms import read_form
from daybreak.web.pages.router import Pages
from daybreak.web.pages.theme import Theme

pages = Pages("daybreak.web")


class Look(BaseModel):
    """The theme, and the page to return to."""

    theme: Theme
    next: str = HOME


@pages.post("/theme")
async def choose_theme(visit: Anyone) -> Response:
    """Store the theme in a cookie of this browser."""
    look = (await read_form(visit.request, Look)).model or Look(theme=Theme.SYSTEM)
    response = RedirectResponse(own_path(look.next), SEE_OTHER)
    look.theme.remember(response, secure=visit.site.settings.is_secure)
    return response
