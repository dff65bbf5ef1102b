"""The API for security events: one's own, and those of the members for admins."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from daybreak.account.schemas import SecurityEventOut
from daybreak.account.security_event_pages import SecurityEventPage, read_member_events, read_own_events
from daybreak.errors import NotFound
from daybreak.web import After, ApiAdmin, ApiReader, Limit, Page, error_responses, json_response

routes = APIRouter()
MemberEmail = Annotated[
    str, Query(max_length=254, description="The member’s address; omit it for all members.")
]


@routes.get("/account/security-events", response_model=Page[SecurityEventOut])
async def list_security_events(context: ApiReader, after: After = None, limit: Limit = 50) -> Response:
    """List your security events, newest first: sign-ins, links, passwords, tokens, roles, exports.

    Events are stored for 400 days, failed attempts for 90. One event counts all failed attempts from one
    network in an hour. Beyond 60 events of a kind in an hour, the newest one counts further ones.
    """
    return _page_response(await read_own_events(context, after, limit))


@routes.get(
    "/account/members/security-events",
    response_model=Page[SecurityEventOut],
    responses=error_responses(NotFound),
)
async def list_member_security_events(
    context: ApiAdmin, email: MemberEmail = "", after: After = None, limit: Limit = 50
) -> Response:
    """List the security events of one member or of all, newest first; for admins."""
    return _page_response(await read_member_events(context, email, after, limit))


def _page_response(page: SecurityEventPage) -> Response:
    items = [SecurityEventOut.of(one, page.emails.get(one.owner_id)) for one in page.events]
    return json_response(Page[SecurityEventOut](items=items, next=page.next))
