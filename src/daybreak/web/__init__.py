"""The page kit: sign-in, rendering, forms, streams and what keeps them safe. It knows no slice.

Its parts are imported when they are asked for: a command that only reads the settings need not wait for
FastAPI.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.web.application import create_application
    from daybreak.web.flashes import Undo
    from daybreak.web.forms import Form, read_form
    from daybreak.web.pages import NavItem, Pages
    from daybreak.web.settings import WebSettings, web_settings
    from daybreak.web.streams import News, stream
    from daybreak.web.visits import Admin, Anyone, Reader, SignedIn, Visit, Writer

__all__ = [
    "Admin",
    "Anyone",
    "Form",
    "NavItem",
    "News",
    "Pages",
    "Reader",
    "SignedIn",
    "Undo",
    "Visit",
    "WebSettings",
    "Writer",
    "create_application",
    "read_form",
    "stream",
    "web_settings",
]

_MODULES = {
    "application": ["create_application"],
    "flashes": ["Undo"],
    "forms": ["Form", "read_form"],
    "pages": ["NavItem", "Pages"],
    "settings": ["WebSettings", "web_settings"],
    "streams": ["News", "stream"],
    "visits": ["Admin", "Anyone", "Reader", "SignedIn", "Visit", "Writer"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
