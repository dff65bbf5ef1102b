"""People as their rows have them."""

import asyncpg

from daybreak.people.model import Preferences, User


def user_of(row: asyncpg.Record) -> User:
    """The user of a row of people_users with its preferences."""
    preferences = Preferences(
        brief_time=row["brief_time"], workday_start=row["workday_start"], workday_end=row["workday_end"]
    )
    person = {name: row[name] for name in ("id", "email", "name", "timezone", "country")}
    return User(**person, preferences=preferences)
