"""The line below a meeting: what its project has open, and its last note."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from daybreak.briefs.wording.formatting import Tense, date_of, near_date, plural
from daybreak.briefs.wording.people import display_name
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

_MAX_NAMED = 2
_WIDTH = 95
_NEAR_DAYS = 7
_STATES = ("due today", "overdue", "due soon", "open")


class MeetingFacts(NamedTuple):
    """The facts of a meeting's line.

    Attributes:
        subject: the name of its project, or the person whom it is with; empty if there is neither.
        is_person: whether the subject is a person.
        tasks: the tasks that are not named above, the most pressing first.
        note: the last note.
        above: the number of its tasks that are named above.
    """

    subject: str
    tasks: Sequence[Fact]
    is_person: bool = False
    note: Fact | None = None
    above: int = 0


class MeetingLine(NamedTuple):
    """The line below a meeting, and the number of tasks in it; what does not fit in a line is omitted."""

    text: str
    named: int


def reason(words: str, title: str) -> str:
    """Return why a meeting belongs to a project: the words of its title that connect them."""
    return f"{quoted(words)} in the title {quoted(title)}"


def context(told: MeetingFacts, tense: Tense) -> MeetingLine:
    """Return the line: “Choir: “Send the hall”, due Sunday; 2 more overdue; last note “Call” (Friday)”."""
    line = MeetingLine("", 0)
    for most, is_counted in ((_MAX_NAMED, True), (1, True), (1, False)):
        named = min(most, len(told.tasks))
        line = MeetingLine(_text(told, named, tense, is_counted=is_counted), named)
        if len(line.text) <= _WIDTH:
            break
    return line


def _text(told: MeetingFacts, most: int, tense: Tense, *, is_counted: bool) -> str:
    named, rest = told.tasks[:most], told.tasks[most:]
    parts = [f"{quoted(fact.title)}, {_whose(fact, told)}{_due(fact, tense)}" for fact in named]
    if is_counted and (counts := _counts(named, rest, tense)):
        parts.append(counts)
    if is_counted and told.above:
        parts.append(f"{told.above} above")
    if told.note is not None:
        parts.append(f"last note {quoted(told.note.title)}{_noted(told.note, tense)}")
    subject = own_words(told.subject)
    return f"{subject}: {'; '.join(parts)}" if subject else "; ".join(parts)


def _counts(named: Sequence[Fact], rest: Sequence[Fact], tense: Tense) -> str:
    """Return “2 more overdue, 3 open”: more, where a named task is in the same state."""
    said = Counter(_state(fact, tense) for fact in named)
    counted = Counter(_state(fact, tense) for fact in rest)
    return ", ".join(
        f"{counted[state]} {'more ' if said[state] else ''}{state}" for state in _STATES if counted[state]
    )


def _state(fact: Fact, tense: Tense) -> str:
    days = _days_left(fact, tense)
    if days is None or days > _NEAR_DAYS:
        return "open"
    return "due today" if days == 0 else "overdue" if days < 0 else "due soon"


def _whose(fact: Fact, told: MeetingFacts) -> str:
    """Return “yours, ” where the line is about a person, else “Bob’s, ” for a task of another person."""
    name = display_name(fact.assignee) if fact.holder == "other" and fact.assignee else ""
    if told.is_person:
        return "" if name == told.subject else f"{name}’s, " if name else "yours, "
    return f"{name}’s, " if name else ""


def _due(fact: Fact, tense: Tense) -> str:
    days = _days_left(fact, tense)
    if fact.status == "blocked" or fact.waiting:
        return "blocked"
    if days is None:
        return "in progress" if fact.status == "in_progress" else "no date"
    if days < 0:
        return f"{plural(-days, 'day')} overdue"
    return f"due {near_date(date_of(fact.due or tense.today), tense.today)}"


def _noted(note: Fact, tense: Tense) -> str:
    return f" ({near_date(note.touched.date(), tense.today)})" if note.touched else ""


def _days_left(fact: Fact, tense: Tense) -> int | None:
    return None if fact.due is None else (date_of(fact.due) - tense.today).days
