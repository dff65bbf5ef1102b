"""The web framework of the slices: sign-in, rendering, forms, streams and security. It imports no slice.

Its modules are imported on first use, so that a command that only reads the settings does not load FastAPI.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.web.api.etags import IfMatch, check_if_match, content_etag, etag_response, make_etag
    from daybreak.web.api.idempotency import IdempotencyKey, run_once, stored_response
    from daybreak.web.api.pagination import After, Limit, Page, decode_cursor, encode_cursor
    from daybreak.web.api.router import (
        ApiAdmin,
        ApiAdminWriter,
        ApiRouter,
        Day,
        Id,
        InputModel,
        LocalTime,
        OutputModel,
        WeekdayName,
        error_responses,
        json_response,
    )
    from daybreak.web.app import create_app
    from daybreak.web.connections.capacity import ConnectionCapacity, raise_descriptor_limit
    from daybreak.web.connections.client_address import ClientAddressMiddleware
    from daybreak.web.connections.http_protocol import ConnectionTimeouts, make_protocol_class
    from daybreak.web.connections.limiter import ConnectionLimiter
    from daybreak.web.context import (
        Admin,
        Anyone,
        ApiReader,
        ApiWriter,
        RequestContext,
        SignedIn,
        local_path_or_home,
        require_admin,
    )
    from daybreak.web.pages.flash import Undo
    from daybreak.web.pages.forms import Form, parse_form, read_form
    from daybreak.web.pages.router import NavItem, Pages
    from daybreak.web.settings import WebSettings, web_settings
    from daybreak.web.sse import StreamEvent, stream
    from daybreak.web.uploads import UploadRoute, receive_upload, upload_slot

__all__ = [
    "Admin",
    "After",
    "Anyone",
    "ApiAdmin",
    "ApiAdminWriter",
    "ApiReader",
    "ApiRouter",
    "ApiWriter",
    "ClientAddressMiddleware",
    "ConnectionCapacity",
    "ConnectionLimiter",
    "ConnectionTimeouts",
    "Day",
    "Form",
    "Id",
    "IdempotencyKey",
    "IfMatch",
    "InputModel",
    "Limit",
    "LocalTime",
    "NavItem",
    "OutputModel",
    "Page",
    "Pages",
    "RequestContext",
    "SignedIn",
    "StreamEvent",
    "Undo",
    "UploadRoute",
    "WebSettings",
    "WeekdayName",
    "check_if_match",
    "content_etag",
    "create_app",
    "decode_cursor",
    "encode_cursor",
    "error_responses",
    "etag_response",
    "json_response",
    "local_path_or_home",
    "make_etag",
    "make_protocol_class",
    "parse_form",
    "raise_descriptor_limit",
    "read_form",
    "receive_upload",
    "require_admin",
    "run_once",
    "stored_response",
    "stream",
    "upload_slot",
    "web_settings",
]

_MODULES = {
    "api.router": [
        *("ApiAdmin", "ApiAdminWriter", "ApiRouter", "Day", "Id", "InputModel", "LocalTime", "OutputModel"),
        *("WeekdayName", "error_responses", "json_response"),
    ],
    "app": ["create_app"],
    "connections.capacity": ["ConnectionCapacity", "raise_descriptor_limit"],
    "connections.client_address": ["ClientAddressMiddleware"],
    "connections.http_protocol": ["ConnectionTimeouts", "make_protocol_class"],
    "connections.limiter": ["ConnectionLimiter"],
    "api.etags": ["IfMatch", "check_if_match", "content_etag", "etag_response", "make_etag"],
    "pages.flash": ["Undo"],
    "pages.forms": ["Form", "parse_form", "read_form"],
    "api.idempotency": ["IdempotencyKey", "run_once", "stored_response"],
    "api.pagination": ["After", "Limit", "Page", "decode_cursor", "encode_cursor"],
    "pages.router": ["NavItem", "Pages"],
    "uploads": ["UploadRoute", "receive_upload", "upload_slot"],
    "settings": ["WebSettings", "web_settings"],
    "sse": ["StreamEvent", "stream"],
    "context": [
        *("Admin", "Anyone", "ApiReader", "ApiWriter", "RequestContext", "SignedIn"),
        *("local_path_or_home", "require_admin"),
    ],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
