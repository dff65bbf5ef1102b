"""The web framework of the slices: sign-in, rendering, forms, streams and security. It imports no slice.

Its modules are imported on first use, so that a command that only reads the settings does not load FastAPI.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.web.api import (
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
    from daybreak.web.application import create_application
    from daybreak.web.etags import IfMatch, etag_of, require_match, version_of, versioned
    from daybreak.web.flashes import Undo
    from daybreak.web.forms import Form, check_form, read_form
    from daybreak.web.idempotency import IdempotencyKey, once, replayed
    from daybreak.web.listing import After, Limit, Listing, read_place, write_place
    from daybreak.web.pages import NavItem, Pages
    from daybreak.web.receiving import UploadRoute, read_files
    from daybreak.web.settings import WebSettings, web_settings
    from daybreak.web.streams import News, stream
    from daybreak.web.visits import Admin, Anyone, Reader, SignedIn, Visit, Writer, own_path

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
    "api": [
        *("Api", "Clock", "Day", "Id", "OperatingWriter", "Operator", "Order", "Resource", "answer"),
        "refusals",
    ],
    "application": ["create_application"],
    "etags": ["IfMatch", "etag_of", "require_match", "version_of", "versioned"],
    "flashes": ["Undo"],
    "forms": ["Form", "check_form", "read_form"],
    "idempotency": ["IdempotencyKey", "once", "replayed"],
    "listing": ["After", "Limit", "Listing", "read_place", "write_place"],
    "pages": ["NavItem", "Pages"],
    "receiving": ["UploadRoute", "read_files"],
    "settings": ["WebSettings", "web_settings"],
    "streams": ["News", "stream"],
    "visits": ["Admin", "Anyone", "Reader", "SignedIn", "Visit", "Writer", "own_path"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
