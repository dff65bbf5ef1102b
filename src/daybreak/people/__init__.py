"""Users, their preferences, and how they sign in: data and rules, no pages."""

from daybreak.people.leaving import ask_to_leave, stay, tidy
from daybreak.people.links import (
    Purpose,
    invite,
    make_link,
    read_link,
    set_password_by_link,
    set_role,
    sign_in_by_link,
)
from daybreak.people.model import User, countries, zones
from daybreak.people.preferences import (
    Frequency,
    Preferences,
    ProjectChoice,
    QuietDay,
    Weekday,
    weekdays_of,
)
from daybreak.people.service import add, everyone, find, get, get_all, update, visit
from daybreak.people.sessions import (
    Client,
    Role,
    Scope,
    Session,
    Visitor,
    begin,
    end,
    end_all,
    is_known,
    list_sessions,
    visitor_of,
)
from daybreak.people.settings import PeopleSettings, people_settings
from daybreak.people.signing_in import change_password, sign_in, take_attempt
from daybreak.people.tokens import Token, bearer_of, list_tokens, make_token, revoke_token

__all__ = [
    "Client",
    "Frequency",
    "PeopleSettings",
    "Preferences",
    "ProjectChoice",
    "Purpose",
    "QuietDay",
    "Role",
    "Scope",
    "Session",
    "Token",
    "User",
    "Visitor",
    "Weekday",
    "add",
    "ask_to_leave",
    "bearer_of",
    "begin",
    "change_password",
    "countries",
    "end",
    "end_all",
    "everyone",
    "find",
    "get",
    "get_all",
    "invite",
    "is_known",
    "list_sessions",
    "list_tokens",
    "make_link",
    "make_token",
    "people_settings",
    "read_link",
    "revoke_token",
    "set_password_by_link",
    "set_role",
    "sign_in",
    "sign_in_by_link",
    "stay",
    "take_attempt",
    "tidy",
    "update",
    "visit",
    "visitor_of",
    "weekdays_of",
    "zones",
]
