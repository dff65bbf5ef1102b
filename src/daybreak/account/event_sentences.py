"""Sentences about security events, for pages and the API."""

from uuid import UUID

from daybreak.account.user_agents import describe_browser
from daybreak.people import ActorKind, Role, Scope, SecurityEvent, SecurityEventKind

_LINKS = {"invitation": "invitation link", "reset": "password reset link", "sign-in": "sign-in link"}
_METHODS = {"password": "a password", "invitation link": "an invitation link"}
_METHODS |= {"reset link": "a password reset link", "sign-in link": "a sign-in link"}
_ROLES = {Role.MEMBER: "member", Role.ADMIN: "administrator"}
_SCOPES = {Scope.READ: "read only", Scope.WRITE: "read and write"}
# The actor of most sentences is in front, and the placeholders are details of the event.
_SENTENCES = {
    SecurityEventKind.SIGNED_IN: "signed in",
    SecurityEventKind.SIGNED_OUT: "signed out",
    SecurityEventKind.SESSION_REVOKED: "ended a session",
    SecurityEventKind.SESSIONS_REVOKED: "ended all other sessions",
    SecurityEventKind.PASSWORD_CHANGED: "set a new password",
    SecurityEventKind.TOKEN_CREATED: "created the API token “{name}”",
    SecurityEventKind.TOKEN_REVOKED: "revoked the API token “{name}”",
    SecurityEventKind.USER_CREATED: "created the account",
    SecurityEventKind.DELETION_REQUESTED: "requested the deletion of the account",
    SecurityEventKind.DELETION_CANCELLED: "cancelled the deletion of the account",
    SecurityEventKind.DATA_EXPORTED: "exported all data",
}
_VISITORS = {
    SecurityEventKind.SIGN_IN_FAILED: "A sign-in with a wrong password failed.",
    SecurityEventKind.SIGN_IN_THROTTLED: "A sign-in or password change was refused after too many attempts.",
    SecurityEventKind.PASSWORD_CHECK_FAILED: "A password change failed: the current password was wrong.",
}


def describe_event(event: SecurityEvent, viewer_id: UUID | None = None) -> str:
    """Return a sentence about an event, in which the viewer is “You”."""
    if event.kind in _VISITORS:
        return _VISITORS[event.kind]
    if event.kind is SecurityEventKind.LINK_USED:
        creator = event.details.get("created_by")
        by = f" that {creator} created" if creator else ""
        browser = event.details.get("browser_of")
        where = f" in a browser in which {browser} was signed in" if browser else ""
        return f"The {_link_name(event)}{by} was used{where}."
    tokens = " and revoked all API tokens" if event.details.get("tokens") == "revoked" else ""
    return f"{_actor_name(event, viewer_id)} {_describe_act(event)}{_describe_means(event)}{tokens}."


def describe_origin(event: SecurityEvent) -> str:
    """Return the client's address and browser; empty if there is none."""
    if not event.address and not event.user_agent:
        return "Several networks" if event.actor_kind is ActorKind.VISITOR else ""
    return f"{event.address or 'Unknown address'}, {describe_browser(event.user_agent)}"


def _describe_act(event: SecurityEvent) -> str:
    match event.kind:
        case SecurityEventKind.LINK_CREATED:
            name = _link_name(event)
            return f"created {'an' if name.startswith('i') else 'a'} {name}"
        case SecurityEventKind.ROLE_CHANGED:
            before, after = (_ROLES[Role(event.details[name])] for name in ("previous", "role"))
            return f"changed the role from {before} to {after}"
        case SecurityEventKind.TOKEN_CREATED:
            scope = _SCOPES[Scope(event.details["scope"])]
            return f"{_SENTENCES[event.kind].format(**event.details)} ({scope})"
    return _SENTENCES[event.kind].format(**event.details)


def _describe_means(event: SecurityEvent) -> str:
    method = event.details.get("method")
    if method in _METHODS:
        return f" with {_METHODS[method]}"
    if event.actor_kind is ActorKind.TOKEN:
        return " with an API token"
    return " on the command line" if event.actor_kind is ActorKind.COMMAND_LINE else ""


def _actor_name(event: SecurityEvent, viewer_id: UUID | None) -> str:
    if event.actor_id is not None and event.actor_id == viewer_id:
        return "You"
    return event.actor_name or "Daybreak"


def _link_name(event: SecurityEvent) -> str:
    return _LINKS[event.details["purpose"]]
