"""The sentences about tasks, in English, each worded from the task's fact alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.wording.formatting import Tense, clock_time, day_month, duration, plural
from daybreak.briefs.wording.people import display_name
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Fact

_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_PRIORITIES = {"highest": "highest priority", "high": "high priority", "low": "low priority"}


def priority(fact: Fact) -> str:
    """Return a task's priority in words; empty for the usual one."""
    return _PRIORITIES.get(fact.priority or "", "")


def when(moment: date | datetime, today: date) -> str:
    """Return a moment relative to today: “today”, “tomorrow at 09:30”, “on Thursday 26 March”."""
    day = _day(moment)
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    near = near_day(day, today)
    return f"{near}{at}" if (day - today).days in _NEAR else f"on {near}{at}"


def near_day(day: date, today: date) -> str:
    """Return a date relative to today: “today”, “tomorrow”, “yesterday”, “Thursday 26 March”."""
    return _NEAR.get((day - today).days) or day_month(day, today)


def entry(bucket: Bucket, fact: Fact, tense: Tense, blockers: Sequence[Fact] = ()) -> str:
    """Return the sentence about a task in a bucket."""
    said = f"{quoted(fact.title)} {_state(bucket, fact, tense, blockers)}"
    if bucket is Bucket.RECENTLY_COMPLETED:
        return said
    extras = [priority(fact), duration(fact.estimate_minutes) if fact.estimate_minutes else ""]
    told = ", ".join(filter(None, extras))
    return f"{said} ({told})" if told else said


def _state(bucket: Bucket, fact: Fact, tense: Tense, blockers: Sequence[Fact]) -> str:
    if bucket is Bucket.BLOCKED:
        return f"is blocked{_by(blockers)}{_due_clause(fact, tense)}"
    return _STATE_WORDING.get(bucket, _undated)(fact, tense)


def _due_clause(fact: Fact, tense: Tense) -> str:
    if fact.due is None:
        return ""
    return f"{'; it was due' if tense.is_past(fact.due) else ', due'} {when(fact.due, tense.today)}"


def _overdue(fact: Fact, tense: Tense) -> str:
    return "is overdue" if fact.due is None else was_due(fact.due, tense)


def was_due(due: date | datetime, tense: Tense) -> str:
    """Return “was due on Friday 27 November, 3 days overdue”."""
    days = (tense.today - _day(due)).days
    return f"was due {when(due, tense.today)}{f', {days_overdue(days)}' if days else ''}"


def _due(fact: Fact, tense: Tense) -> str:
    if fact.due is not None and tense.is_past(fact.due):
        return was_due(fact.due, tense)
    return f"is {_due_clause(fact, tense).removeprefix(', ')}"


def _starting(fact: Fact, tense: Tense) -> str:
    start = fact.start or tense.today
    verb = "was to start" if tense.is_past(start) else "starts"
    return f"{verb} {when(start, tense.today)}{_due_clause(fact, tense)}"


def _in_progress(fact: Fact, tense: Tense) -> str:
    return f"is in progress{_due_clause(fact, tense)}"


def _stale(fact: Fact, tense: Tense) -> str:
    since = f" since {day_month(fact.touched, tense.today)}" if fact.touched else ""
    return f"is in progress, but untouched{since}{_due_clause(fact, tense)}"


def _finished(fact: Fact, tense: Tense) -> str:
    return f"was finished {when(fact.completed, tense.today)}" if fact.completed else "was finished"


def _undated(_fact: Fact, _tense: Tense) -> str:
    return "has no due date"


def _upcoming(fact: Fact, tense: Tense) -> str:
    if fact.start is None or _day(fact.start) <= tense.today:
        return _due(fact, tense)
    return _starting(fact, tense)


def _by(blockers: Sequence[Fact]) -> str:
    if not blockers:
        return ""
    others = f" and {plural(len(blockers) - 1, 'other')}" if len(blockers) > 1 else ""
    return f" by {quoted(blockers[0].title)}{_of_person(blockers[0])}{others}"


def _of_person(fact: Fact) -> str:
    is_others = fact.assignee and fact.holder not in {None, "mine"}
    return f" ({display_name(fact.assignee or '')})" if is_others else ""


_STATE_WORDING: Mapping[Bucket, Callable[[Fact, Tense], str]] = {
    Bucket.OVERDUE: _overdue,
    Bucket.DUE_TODAY: _due,
    Bucket.STARTING_TODAY: _starting,
    Bucket.IN_PROGRESS: _in_progress,
    Bucket.STALE: _stale,
    Bucket.UPCOMING: _upcoming,
    Bucket.LATER: _upcoming,
    Bucket.RECENTLY_COMPLETED: _finished,
}


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def days_overdue(days: int) -> str:
    """Return “3 days overdue”."""
    return f"{plural(days, 'day')} overdue"
