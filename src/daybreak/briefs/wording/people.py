"""Sentences about the tasks of other people, in English."""

import re

from daybreak.briefs.wording.formatting import plural

_MAX_NAME_LENGTH = 60
_ADDRESS = re.compile(r"(?<=\S) <[^<>]*@[^<>]*>")

MAY_BE_READER = (
    "may be you. Until you answer, tasks with this name count as another person’s. Answer in Settings, "
    "Who you are, or with “daybreak users identities confirm” or “reject”."
)


def display_name(text: str) -> str:
    """Return the name of a person on one line, shortened."""
    name = _ADDRESS.sub("", " ".join(text.split()).removeprefix("@"))
    return name if len(name) <= _MAX_NAME_LENGTH else f"{name[: _MAX_NAME_LENGTH - 1].rstrip()}…"


def waiting_for(name: str, count: int, overdue: int, oldest_days: int) -> str:
    """Return “Waiting for Bob: 7, 2 overdue, oldest 12 days.”."""
    return f"Waiting for {name}: {_numbers(count, overdue, oldest_days)}"


def waiting_for_more(persons: int, count: int) -> str:
    """Return “And 3 more people: 9.”."""
    return f"And {persons} more {'person' if persons == 1 else 'people'}: {count}."


def unassigned(count: int, overdue: int, oldest_days: int) -> str:
    """Return “Unassigned: 4, 1 overdue, oldest 3 days.”."""
    return f"Unassigned: {_numbers(count, overdue, oldest_days)}"


def _numbers(count: int, overdue: int, oldest_days: int) -> str:
    days = plural(oldest_days, "day")
    if count == 1:
        return f"1, overdue for {days}." if overdue else f"1{f', for {days}' if oldest_days else ''}."
    late = f", {'all' if overdue == count else overdue} overdue" if overdue else ""
    return f"{count}{late}{f', oldest {days}' if oldest_days else ''}."
