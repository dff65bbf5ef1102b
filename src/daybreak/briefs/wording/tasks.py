"""The sentences about tasks, in English, each worded from the task's fact alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.wording.formatting import (
    Tense,
    calendar_date,
    clock_time,
    date_of,
    day_month,
    duration,
    full_date,
    near_moment,
    on_full_moment,
    plural,
)
from daybreak.briefs.wording.people import display_name
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Fact

_UNITS = (("year", 365, 730), ("month", 30, 70), ("week", 7, 21))
_PRIORITIES = {"highest": "highest priority", "high": "high priority", "low": "low priority"}


def priority(fact: Fact) -> str:
    """Return a task's priority in words; empty for the usual one."""
    return _PRIORITIES.get(fact.priority or "", "")


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
    due = "; it was due" if tense.is_past(fact.due) else ", due"
    return f"{due} {on_full_moment(fact.due, tense.today)}"


def _overdue(fact: Fact, tense: Tense) -> str:
    return "is overdue" if fact.due is None else was_due(fact.due, tense)


def was_due(due: date | datetime, tense: Tense) -> str:
    """Return “was due on Friday 27 November, 3 days overdue”."""
    days = (tense.today - date_of(due)).days
    return f"was due {on_full_moment(due, tense.today)}{f', {days_overdue(days)}' if days else ''}"


def _due(fact: Fact, tense: Tense) -> str:
    if fact.due is not None and tense.is_past(fact.due):
        return was_due(fact.due, tense)
    return f"is {_due_clause(fact, tense).removeprefix(', ')}"


def _starting(fact: Fact, tense: Tense) -> str:
    start = fact.start or tense.today
    verb = "was to start" if tense.is_past(start) else "starts"
    return f"{verb} {on_full_moment(start, tense.today)}{_due_clause(fact, tense)}"


def _in_progress(fact: Fact, tense: Tense) -> str:
    return f"is in progress{_due_clause(fact, tense)}"


def _stale(fact: Fact, tense: Tense) -> str:
    since = f" since {day_month(fact.touched, tense.today)}" if fact.touched else ""
    return f"is in progress, but untouched{since}{_due_clause(fact, tense)}"


def _finished(fact: Fact, tense: Tense) -> str:
    return f"was finished {on_full_moment(fact.completed, tense.today)}" if fact.completed else "was finished"


def _undated(_fact: Fact, _tense: Tense) -> str:
    return "has no due date"


def _upcoming(fact: Fact, tense: Tense) -> str:
    if fact.start is None or date_of(fact.start) <= tense.today:
        return _due(fact, tense)
    return _starting(fact, tense)


def _by(blockers: Sequence[Fact]) -> str:
    if not blockers:
        return ""
    return f" by {_first(blockers)}"


def _first(blockers: Sequence[Fact]) -> str:
    others = f" and {plural(len(blockers) - 1, 'other')}" if len(blockers) > 1 else ""
    return f"{quoted(blockers[0].title)}{of_person(blockers[0])}{others}"


def of_person(fact: Fact) -> str:
    """Return “ (Jonas)” for the task of another person; empty for the reader's own."""
    return f" ({name})" if (name := person(fact)) else ""


def person(fact: Fact) -> str:
    """Return the name of another person whose task it is; empty for the reader's own."""
    is_others = fact.assignee and fact.holder not in {None, "mine"}
    return display_name(fact.assignee or "") if is_others else ""


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


def days_overdue(days: int) -> str:
    """Return “3 days overdue”."""
    return f"{age(days)} overdue"


def age(days: int) -> str:
    """Return a number of days as people use it: “3 days”, “6 weeks”, “8 months”, “2 years”."""
    for unit, length, least in _UNITS:
        if days >= least:
            return plural(days // length, unit)
    return plural(days, "day")


def listed(bucket: Bucket, fact: Fact, tense: Tense, blockers: Sequence[Fact] = ()) -> str:
    """Return a task as a line below the heading of its bucket, which it does not repeat."""
    remarks = [
        _LISTED_WORDING[bucket](fact, tense) if bucket in _LISTED_WORDING else "",
        f"waits for {_first(blockers)}" if bucket is Bucket.BLOCKED and blockers else "",
    ]
    if bucket is not Bucket.RECENTLY_COMPLETED:
        estimate = duration(fact.estimate_minutes) if fact.estimate_minutes else ""
        remarks += [priority(fact), estimate]
    return ", ".join((quoted(fact.title), *filter(None, remarks)))


def _listed_overdue(fact: Fact, tense: Tense) -> str:
    return age((tense.today - date_of(fact.due)).days) if fact.due else ""


def _listed_today(fact: Fact, _tense: Tense) -> str:
    return f"at {clock_time(fact.due)}" if isinstance(fact.due, datetime) else ""


def _listed_due(fact: Fact, tense: Tense) -> str:
    if fact.due is None:
        return ""
    verb = "was due" if tense.is_past(fact.due) else "due"
    return f"{verb} {near_moment(fact.due, tense.today)}"


def _listed_start(fact: Fact, tense: Tense) -> str:
    is_late = fact.start is not None and date_of(fact.start) < tense.today
    planned = f"planned for {full_date(date_of(fact.start), tense.today)}" if fact.start and is_late else ""
    return ", ".join(filter(None, (planned, _listed_due(fact, tense))))


def _listed_stale(fact: Fact, tense: Tense) -> str:
    since = f"untouched since {calendar_date(fact.touched, tense.today)}" if fact.touched else ""
    return ", ".join(filter(None, (since, _listed_due(fact, tense))))


def _listed_ahead(fact: Fact, tense: Tense) -> str:
    if fact.start is not None and date_of(fact.start) > tense.today:
        due = f", {_listed_due(fact, tense)}" if fact.due else ""
        return f"starts {near_moment(fact.start, tense.today)}{due}"
    return _listed_due(fact, tense)


_LISTED_WORDING: Mapping[Bucket, Callable[[Fact, Tense], str]] = {
    Bucket.OVERDUE: _listed_overdue,
    Bucket.DUE_TODAY: _listed_today,
    Bucket.STARTING_TODAY: _listed_start,
    Bucket.IN_PROGRESS: _listed_due,
    Bucket.BLOCKED: _listed_due,
    Bucket.STALE: _listed_stale,
    Bucket.UPCOMING: _listed_ahead,
    Bucket.LATER: _listed_ahead,
}
