"""The line below a meeting: what its project has open, and its last note."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from daybreak.briefs.wording.formatting import Tense, plural, weekday
from daybreak.briefs.wording.people import display_name
from daybreak.briefs.wording.tasks import near_day
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

MAX_NAMED = 2
_NEAR_DAYS = 7


class MeetingFacts(NamedTuple):
    """The facts of a meeting's line.

    Attributes:
        subject: the name of its project, or the person whom it is with; empty if there is neither.
        tasks: the tasks that are not named above, the most pressing first.
        note: the last note.
        above: the number of its tasks that are named above.
    """

    subject: str
    tasks: Sequence[Fact]
    note: Fact | None = None
    above: int = 0


def reason(words: str, title: str) -> str:
    """Return why a meeting belongs to a project: the words of its title that say so."""
    return f"{quoted(words)} in the title {quoted(title)}"


def context(told: MeetingFacts, tense: Tense) -> str:
    """Return the line: “Choir: “Send the hall”, due on Sunday; 2 more overdue; last note “Call” (Friday)”."""
    named, rest = told.tasks[:MAX_NAMED], told.tasks[MAX_NAMED:]
    parts = [f"{quoted(fact.title)}, {_state(fact, tense)}" for fact in named]
    parts += _counts(rest, tense)
    if told.above:
        parts.append(f"{told.above} above")
    if told.note is not None:
        parts.append(f"last note {quoted(told.note.title)}{_noted(told.note, tense)}")
    subject = own_words(told.subject)
    return f"{subject}: {'; '.join(parts)}" if subject else "; ".join(parts)


def _counts(rest: Sequence[Fact], tense: Tense) -> list[str]:
    overdue = sum(1 for fact in rest if (days := _days_left(fact, tense)) is not None and days < 0)
    today = sum(1 for fact in rest if _days_left(fact, tense) == 0)
    others = len(rest) - overdue - today
    counted = ((today, "due today"), (overdue, "overdue"), (others, "open"))
    return [f"{number} more {state}" for number, state in counted if number]


def _state(fact: Fact, tense: Tense) -> str:
    whose = f"{display_name(fact.assignee)}’s, " if fact.holder == "other" and fact.assignee else ""
    return f"{whose}{_due(fact, tense)}"


def _due(fact: Fact, tense: Tense) -> str:
    days = _days_left(fact, tense)
    if fact.status == "blocked" or fact.waiting:
        return "blocked"
    if days is None:
        return "in progress" if fact.status == "in_progress" else "no date"
    if days < 0:
        return f"{plural(-days, 'day')} overdue"
    day = _day(fact.due or tense.today)
    if 1 < days < _NEAR_DAYS:
        return f"due {weekday(day.weekday())}"
    return f"due {near_day(day, tense.today)}"


def _noted(note: Fact, tense: Tense) -> str:
    if note.touched is None:
        return ""
    days = (tense.today - note.touched.date()).days
    shown = (
        weekday(note.touched.weekday())
        if 1 < days < _NEAR_DAYS
        else near_day(note.touched.date(), tense.today)
    )
    return f" ({shown})"


def _days_left(fact: Fact, tense: Tense) -> int | None:
    return None if fact.due is None else (_day(fact.due) - tense.today).days


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
