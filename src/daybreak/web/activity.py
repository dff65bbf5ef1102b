"""Decides whether a request counts as user activity; automatic requests of an open page do not."""

from urllib.parse import urlsplit

from starlette.requests import Request

_EVENT_STREAM = "text/event-stream"
_SAFE_METHODS = frozenset({"GET", "HEAD"})


def counts_as_activity(request: Request) -> bool:
    """Return whether a user or a program made this request on purpose: no stream and no automatic reload.

    A browser without Fetch Metadata headers counts as active, and so does a program.
    """
    if _is_stream(request):
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.method not in _SAFE_METHODS or mode is None:
        return True
    return mode == "navigate" and not _is_automatic_reload(request)


def _is_stream(request: Request) -> bool:
    declared = getattr(request.scope.get("route"), "responses", {}).get(200, {})
    return _EVENT_STREAM in request.headers.get("Accept", "") or _EVENT_STREAM in declared.get("content", ())


def _is_automatic_reload(request: Request) -> bool:
    """Return whether the page reloads itself, as it does while it waits and no stream arrives."""
    if request.headers.get("Sec-Fetch-User") == "?1":
        return False
    return urlsplit(request.headers.get("Referer", "")).path == request.url.path
