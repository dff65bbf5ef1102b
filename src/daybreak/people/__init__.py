"""Users and their preferences: data and rules, no pages."""

from daybreak.people.model import Preferences, User
from daybreak.people.service import add, everyone, find, get, get_all, update

__all__ = ["Preferences", "User", "add", "everyone", "find", "get", "get_all", "update"]
