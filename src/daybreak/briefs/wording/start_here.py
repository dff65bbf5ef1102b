"""Start here, in English: the reasons of an action, and the question whether a task is still wanted."""

from collections.abc import Iterable
from datetime import date, datetime

from daybreak.briefs.wording.formatting import Tense, calendar_date, clock_time, date_of, on_near_moment
from daybreak.briefs.wording.tasks import days_overdue
from daybreak.briefs.wording.titles import quoted, split_titles
from daybreak.claims import Fact


def due_reason(due: date | datetime, today: date) -> str:
    """Return “due today”, “due today at 14:00”, “due on Friday”, “4 days overdue”."""
    day = date_of(due)
    days = (day - today).days
    if days < 0:
        return days_overdue(-days)
    at = f" at {clock_time(due)}" if isinstance(due, datetime) and days <= 1 else ""
    return f"due {on_near_moment(day, today)}{at}"


def planned_reason(start: date, today: date) -> str:
    """Return “starts today” or “planned for 24 March”."""
    return "starts today" if start == today else f"was planned for {_near_past(start, today)}"


def in_progress_reason(stale: bool) -> str:  # noqa: FBT001 - the only parameter
    """Return that a task is in progress."""
    return "in progress, untouched for a week" if stale else "in progress"


def occasion_reason(title: str, starts: date | datetime | None, *, is_today: bool) -> str:
    """Return “Budget review” with its time: “is at 10:00”, “is tomorrow”."""
    day = "" if is_today else " tomorrow"
    if isinstance(starts, datetime):
        return f"{quoted(title)} is{day} at {clock_time(starts)}"
    return f"{quoted(title)} is{day or ' today'}"


def blocks(title: str) -> str:
    """Return which task waits for it."""
    return f"blocks {quoted(title)}"


def next_step(phase: str, ends: date, today: date) -> str:
    """Return “next step of “Build”, which ends on 11 December”."""
    ending = {0: "today", 1: "tomorrow"}.get((ends - today).days, f"on {calendar_date(ends, today)}")
    return f"next step of {quoted(phase)}, which ends {ending}"


def longer_than_free_time() -> str:
    """Return that no free time of today holds it."""
    return "longer than any free time today"


def join_reasons(parts: Iterable[str]) -> str:
    """Return the reasons of an action in one phrase."""
    return "; ".join(filter(None, parts)) or "nothing is more urgent"


def with_remarks(reason: str, *remarks: str) -> str:
    """Return a reason with remarks after its part about the task itself, before other tasks and events."""
    own, _, others = reason.partition("; ")
    if any(is_title for _, is_title in split_titles(own)):
        own, others = "", reason
    told = ", ".join(filter(None, (own, *remarks)))
    return "; ".join(filter(None, (told, others)))


def still_wanted(fact: Fact, tense: Tense) -> str:
    """Return the question whether a task is still wanted that has been in Start here three times."""
    since = "in Start here three times" if fact.due is None else due_reason(date_of(fact.due), tense.today)
    return f"Still wanted? {quoted(fact.title)}, {since}."


def _near_past(day: date, today: date) -> str:
    return "yesterday" if (today - day).days == 1 else calendar_date(day, today)
