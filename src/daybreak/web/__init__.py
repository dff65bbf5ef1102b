"""The web framework of the slices: sign-in, rendering, forms, streams and security. It imports no slice.

Its modules are imported on first use, so that a command that only reads the settings does not load FastAPI.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.web.api.etags import IfMatch, etag_of, require_match, version_of, versioned
    from daybreak.web.api.idempotency import IdempotencyKey, once, replayed
    from daybreak.web.api.pagination import After, Limit, Listing, read_place, write_place
    from daybreak.web.api.router import (
        Api,
        Clock,
        Day,
        Id,
        OperatingWriter,
        Operator,
        Order,
        Resource,
        answer,
        refusals,
    )
    from daybreak.web.app import create_application
    from daybreak.web.context import Admin, Anyone, Reader, SignedIn, Visit, Writer, own_path
    from daybreak.web.pages.flash import Undo
    from daybreak.web.pages.forms import Form, check_form, read_form
    from daybreak.web.pages.router import NavItem, Pages
    from daybreak.web.settings import WebSettings, web_settings
    from daybreak.web.sse import News, stream
    from daybreak.web.uploads import UploadRoute, read_files

__all__ = [
    "Admin",
    "After",
    "Anyone",
    "Api",
    "Clock",
    "Day",
    "Form",
    "Id",
    "IdempotencyKey",
    "IfMatch",
    "Limit",
    "Listing",
    "NavItem",
    "News",
    "OperatingWriter",
    "Operator",
    "Order",
    "Pages",
    "Reader",
    "Resource",
    "SignedIn",
    "Undo",
    "UploadRoute",
    "Visit",
    "WebSettings",
    "Writer",
    "answer",
    "check_form",
    "create_application",
    "etag_of",
    "once",
    "own_path",
    "read_files",
    "read_form",
    "read_place",
    "refusals",
    "replayed",
    "require_match",
    "stream",
    "version_of",
    "versioned",
    "web_settings",
    "write_place",
]

_MODULES = {
    "api.router": [
        *("Api", "Clock", "Day", "Id", "OperatingWriter", "Operator", "Order", "Resource", "answer"),
        "refusals",
    ],
    "app": ["create_application"],
    "api.etags": ["IfMatch", "etag_of", "require_match", "version_of", "versioned"],
    "pages.flash": ["Undo"],
    "pages.forms": ["Form", "check_form", "read_form"],
    "api.idempotency": ["IdempotencyKey", "once", "replayed"],
    "api.pagination": ["After", "Limit", "Listing", "read_place", "write_place"],
    "pages.router": ["NavItem", "Pages"],
    "uploads": ["UploadRoute", "read_files"],
    "settings": ["WebSettings", "web_settings"],
    "sse": ["News", "stream"],
    "context": ["Admin", "Anyone", "Reader", "SignedIn", "Visit", "Writer", "own_path"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
