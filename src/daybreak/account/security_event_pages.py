"""Pages of security events: a user's own, and for administrators those of one member or of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from daybreak import people
from daybreak.errors import NotFound
from daybreak.people import SecurityEvent, SecurityEventCursor
from daybreak.web import RequestContext, decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class SecurityEventPage:
    """One page of security events, newest first.

    Attributes:
        events: the events.
        next: the cursor of the next page; None on the last one.
        emails: the addresses of the events' owners.
    """

    events: list[SecurityEvent]
    next: str | None
    emails: Mapping[UUID, str]


async def read_own_events(context: RequestContext, after: str | None, limit: int) -> SecurityEventPage:
    """Return a page of the user's own events.

    Raises:
        InvalidInput: the cursor is malformed.
    """
    async with context.transaction() as tx:
        found = await people.list_security_events(tx, context.user.id, _parse_cursor(after), limit + 1)
    return _page_of(found, limit, {context.user.id: context.user.email})


async def read_member_events(
    context: RequestContext, email: str, after: str | None, limit: int
) -> SecurityEventPage:
    """Return a page of one member's events, or without an address of all members' events.

    The caller has checked that the user is an administrator.

    Raises:
        InvalidInput: the address or the cursor is malformed.
        NotFound: no user has the address.
    """
    cursor = _parse_cursor(after)
    if not email:
        found = await people.list_all_security_events(context.database, cursor, limit + 1)
        emails = await people.get_emails(context.database, {one.owner_id for one in found})
        return _page_of(found, limit, emails)
    member = await people.find_by_email(context.database, email)
    if member is None:
        raise NotFound(f"There is no user {email.strip()[:80]}. Enter another address.")
    async with context.database.transaction([member.id]) as tx:
        found = await people.list_security_events(tx, member.id, cursor, limit + 1)
    return _page_of(found, limit, {member.id: member.email})


def _parse_cursor(after: str | None) -> SecurityEventCursor | None:
    return SecurityEventCursor._make(decode_cursor(after, *SecurityEventCursor.parsers())) if after else None


def _page_of(found: list[SecurityEvent], limit: int, emails: Mapping[UUID, str]) -> SecurityEventPage:
    more = encode_cursor(*found[limit - 1].cursor) if len(found) > limit else None
    return SecurityEventPage(found[:limit], more, emails)
