"""The form that sets the light or dark theme."""

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from daybreak.web.context import HOME_PATH, SEE_OTHER, Anyone, local_path_or_home
from daybreak.web.pages.forms import read_form
from daybreak.web.pages.router import Pages
from daybreak.web.pages.theme import Theme

pages = Pages("daybreak.web")


class ThemeForm(BaseModel):
    """The theme, and the page to return to."""

    theme: Theme
    next: str = HOME_PATH


@pages.post("/theme")
async def set_theme(context: Anyone) -> Response:
    """Store the theme in a cookie of this browser."""
    form = (await read_form(context.request, ThemeForm)).model or ThemeForm(theme=Theme.SYSTEM)
    response = RedirectResponse(local_path_or_home(form.next), SEE_OTHER)
    form.theme.write_cookie(response, secure=context.app_state.settings.is_secure)
    return response
