"""Sentences about the tasks of other people, in English."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from daybreak.briefs.wording.formatting import plural
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

_MAX_NAME_LENGTH = 60
_ADDRESS = re.compile(r"(?<=\S) <[^<>]*@[^<>]*>")

MAY_BE_READER = "is this you? Answer in Settings, Who you are, or with daybreak users identities."


def display_name(text: str) -> str:
    """Return the name of a person on one line, shortened."""
    name = _ADDRESS.sub("", own_words(text).removeprefix("@"))
    return name if len(name) <= _MAX_NAME_LENGTH else f"{name[: _MAX_NAME_LENGTH - 1].rstrip()}…"


def waiting_for(name: str, tasks: Sequence[Fact], held_up: Sequence[str], today: date) -> str:
    """Return “Waiting for Bob: 7, 2 overdue.”; one overdue task, or one that holds the reader up, is named.

    Args:
        name: the name of the person.
        tasks: the tasks of the person; the first one holds up those of `held_up`.
        held_up: the titles of the reader's tasks that wait for the first task.
        today: the reader's date.
    """
    late = [fact for fact in tasks if _days_late(fact, today)]
    named = tasks[0] if held_up or len(tasks) == 1 else late[0] if len(late) == 1 else None
    if named is None:
        return f"Waiting for {name}: {_numbers(len(tasks), len(late))}."
    days, more = _days_late(named, today), len(tasks) - 1
    clauses = [f"{quoted(named.title)}, {plural(days, 'day')} overdue" if days else quoted(named.title)]
    if held_up:
        others = f" and {plural(len(held_up) - 1, 'other')}" if len(held_up) > 1 else ""
        clauses.append(f"holds up {quoted(held_up[0])}{others}")
    if more:
        clauses.append(_numbers(more, len(late) - (days > 0), "more"))
    return f"Waiting for {name}: {'; '.join(clauses)}."


def waiting_for_more(persons: int, count: int) -> str:
    """Return “And 3 more people: 9.”."""
    return f"And {persons} more {'person' if persons == 1 else 'people'}: {count}."


def unassigned(count: int, overdue: int) -> str:
    """Return “Unassigned: 4, 1 overdue.”."""
    return f"Unassigned: {_numbers(count, overdue)}."


def _numbers(count: int, overdue: int, noun: str = "") -> str:
    number = f"{count} {noun}".rstrip()
    if not overdue:
        return number
    return f"{number}, {'all ' if count == overdue > 1 else '' if count == 1 else f'{overdue} '}overdue"


def _days_late(fact: Fact, today: date) -> int:
    due = fact.due.date() if isinstance(fact.due, datetime) else fact.due
    return max((today - due).days, 0) if due else 0
