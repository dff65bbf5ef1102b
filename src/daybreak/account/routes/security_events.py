"""The pages of security events: a user's own, and those of the members for admins."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.account.event_sentences import describe_event, describe_origin
from daybreak.account.security_event_pages import SecurityEventPage, read_member_events, read_own_events
from daybreak.errors import InvalidInput, NotFound
from daybreak.web import Admin, SignedIn

routes = APIRouter(include_in_schema=False)
_ROWS = 50
_CursorParam = Annotated[str, Query(max_length=500)]
_EmailParam = Annotated[str, Query(max_length=254)]


@routes.get("/settings/access/events")
async def show_events(context: SignedIn, after: _CursorParam = "") -> Response:
    """Show the user's own security events, newest first."""
    page = await read_own_events(context, after, _ROWS)
    return context.page(
        "account/security_events.html",
        page=page,
        after=after,
        describe_event=describe_event,
        describe_origin=describe_origin,
    )


@routes.get("/settings/members/events")
async def show_member_events(context: Admin, email: _EmailParam = "", after: _CursorParam = "") -> Response:
    """Show the security events of one member, or of all."""
    error, page = "", SecurityEventPage([], None, {})
    try:
        page = await read_member_events(context, email, after, _ROWS)
    except (InvalidInput, NotFound) as failure:
        error = str(failure)
    return context.page(
        "account/member_security_events.html",
        status=NotFound.status if error else 200,
        page=page,
        email=email,
        after=after,
        error=error,
        describe_event=describe_event,
        describe_origin=describe_origin,
    )
