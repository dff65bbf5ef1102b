"""Users and their preferences: data and rules, no pages."""

from daybreak.people.model import User
from daybreak.people.preferences import (
    Frequency,
    Preferences,
    ProjectChoice,
    QuietDay,
    Weekday,
    weekdays_of,
)
from daybreak.people.service import add, everyone, find, get, get_all, update, visit

__all__ = [
    "Frequency",
    "Preferences",
    "ProjectChoice",
    "QuietDay",
    "User",
    "Weekday",
    "add",
    "everyone",
    "find",
    "get",
    "get_all",
    "update",
    "visit",
    "weekdays_of",
]
