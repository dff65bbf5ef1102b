"""The page Security: password and active sessions."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from daybreak import people
from daybreak.account.event_sentences import describe_event, describe_origin
from daybreak.account.security_event_pages import read_own_events
from daybreak.account.user_agents import describe_browser
from daybreak.errors import InvalidInput, TooManyRequests, Unauthenticated
from daybreak.people import SecurityEventKind
from daybreak.web import Form, RequestContext, SignedIn, read_form

routes = APIRouter(include_in_schema=False)
BASE_PATH = "/settings/access"
_RECENT_EVENTS = 10


class PasswordForm(BaseModel):
    """The password form: the current password, if there is one, and the new one twice."""

    current: str = ""
    password: str
    password_confirmation: str
    revoke_tokens: bool = False  # a browser omits a box that is not ticked


@routes.get(BASE_PATH)
async def show_access(context: SignedIn) -> Response:
    """Show the password form and all sessions."""
    return await _page(context, Form[PasswordForm]({"revoke_tokens": "true"}))


@routes.post(f"{BASE_PATH}/password")
async def change_password(context: SignedIn) -> Response:
    """Save a new password, end all other sessions and, if chosen, revoke all tokens."""
    form = await read_form(context.request, PasswordForm)
    if not form.errors and form.validated.password != form.validated.password_confirmation:
        form = form.with_error(InvalidInput("The passwords don’t match."), "password_confirmation")
    if form.errors:
        return await _page(context, form, InvalidInput.status)
    try:
        await people.change_password(
            context.database,
            context.signed_in_principal,
            form.validated.current,
            form.validated.password,
            context.client,
            with_tokens=form.validated.revoke_tokens,
        )
    except (InvalidInput, Unauthenticated, TooManyRequests) as error:
        field = "current" if isinstance(error, Unauthenticated) else "password"
        return await _page(context, form.with_error(error, field), error.status)
    revoked = " All API tokens are revoked." if form.validated.revoke_tokens else ""
    return context.redirect(BASE_PATH, f"Password changed. You are signed out on all other devices.{revoked}")


@routes.post(f"{BASE_PATH}/sessions/{{session_id}}/end")
async def revoke_session(context: SignedIn, session_id: UUID) -> Response:
    """End one session."""
    async with context.transaction() as tx:
        await people.revoke_session(tx, context.user.id, session_id)
        await people.record_security_event(
            tx, context.user.id, SecurityEventKind.SESSION_REVOKED, context.actor
        )
    return context.redirect(BASE_PATH, "Session ended.")


@routes.post(f"{BASE_PATH}/sessions/end")
async def revoke_other_sessions(context: SignedIn) -> Response:
    """End all sessions except the current one."""
    async with context.transaction() as tx:
        await people.revoke_all_sessions(
            tx, context.user.id, except_session=context.signed_in_principal.credential
        )
        await people.record_security_event(
            tx, context.user.id, SecurityEventKind.SESSIONS_REVOKED, context.actor
        )
    return context.redirect(BASE_PATH, "You are signed out on all other devices.")


async def _page(context: RequestContext, form: Form[PasswordForm], status: int = 200) -> Response:
    async with context.transaction() as tx:
        sessions = await people.list_sessions(tx, context.user.id)
        counts = await people.count_credentials(
            tx, context.user.id, except_credential=context.signed_in_principal.credential
        )
    recent = await read_own_events(context, None, _RECENT_EVENTS)
    return context.page(
        "account/access.html",
        status=status,
        form=form,
        sessions=sessions,
        counts=counts,
        settings=people.people_settings(),
        describe_browser=describe_browser,
        recent=recent,
        describe_event=describe_event,
        describe_origin=describe_origin,
    )
