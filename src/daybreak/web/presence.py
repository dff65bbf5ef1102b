"""Whether a request shows that somebody is there: a page that stays open asks by itself, too."""

from urllib.parse import urlsplit

from starlette.requests import Request

_STREAM = "text/event-stream"
_READING = frozenset({"GET", "HEAD"})


def is_visit(request: Request) -> bool:
    """Whether somebody, or a program of theirs, means to come: no stream, and nothing that an open page does.

    A browser that does not tell how its requests come about counts as visiting, and so does a program.
    """
    if _is_stream(request):
        return False
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.method not in _READING or mode is None:
        return True
    return mode == "navigate" and not _is_reloaded_by_itself(request)


def _is_stream(request: Request) -> bool:
    declared = getattr(request.scope.get("route"), "responses", {}).get(200, {})
    return _STREAM in request.headers.get("Accept", "") or _STREAM in declared.get("content", ())


def _is_reloaded_by_itself(request: Request) -> bool:
    """Whether the page asks for itself, without a click: it does so while it waits and hears no stream."""
    if request.headers.get("Sec-Fetch-User") == "?1":
        return False
    return urlsplit(request.headers.get("Referer", "")).path == request.url.path
