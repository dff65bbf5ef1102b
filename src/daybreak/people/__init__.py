"""Users, their preferences, and how they sign in: data and rules, no pages."""

from daybreak.people.links import (
    Purpose,
    invite,
    make_link,
    read_link,
    set_password_by_link,
    sign_in_by_link,
)
from daybreak.people.model import Preferences, User
from daybreak.people.service import add, everyone, find, get, get_all, update
from daybreak.people.sessions import (
    Client,
    Role,
    Scope,
    Session,
    Visitor,
    begin,
    end,
    end_all,
    list_sessions,
    visitor_of,
)
from daybreak.people.settings import PeopleSettings, people_settings
from daybreak.people.signing_in import sign_in, take_attempt

__all__ = [
    "Client",
    "PeopleSettings",
    "Preferences",
    "Purpose",
    "Role",
    "Scope",
    "Session",
    "User",
    "Visitor",
    "add",
    "begin",
    "end",
    "end_all",
    "everyone",
    "find",
    "get",
    "get_all",
    "invite",
    "list_sessions",
    "make_link",
    "people_settings",
    "read_link",
    "set_password_by_link",
    "sign_in",
    "sign_in_by_link",
    "take_attempt",
    "update",
    "visitor_of",
]
