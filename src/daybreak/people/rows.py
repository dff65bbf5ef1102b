"""Conversion between users and their rows."""

from dataclasses import fields
from typing import Any

import asyncpg

from daybreak.people.model import User
from daybreak.people.preferences import BriefLength, Frequency, Preferences, ProjectChoice, QuietDay, Weekday


def user_of(row: asyncpg.Record) -> User:
    """Return the user of a row of people_users joined with its preferences."""
    return User(
        id=row["id"],
        email=row["email_address"],
        name=row["name"],
        timezone=row["timezone"],
        country=row["country"],
        preferences=_preferences(row),
    )


def _preferences(row: asyncpg.Record) -> Preferences:
    stored = {one.name: row[one.name] for one in fields(Preferences)}
    typed = {
        "frequency": Frequency(row["frequency"]),
        "weekdays": frozenset(map(Weekday, row["weekdays"])),
        "quiet_day": QuietDay(row["quiet_day"]),
        "weekly_day": Weekday(row["weekly_day"]),
        "project_choice": ProjectChoice(row["project_choice"]),
        "projects": tuple(row["projects"]),
        "length": BriefLength(row["length"]),
        "days_off": frozenset(map(Weekday, row["days_off"])),
    }
    return Preferences(**stored | typed)


def preference_values(preferences: Preferences) -> list[Any]:
    """Return the preference values in field order, which is that of the statement."""
    stored = [getattr(preferences, one.name) for one in fields(Preferences)]
    return [sorted(value) if isinstance(value, frozenset) else value for value in stored]
