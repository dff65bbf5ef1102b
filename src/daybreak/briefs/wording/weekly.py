"""The sentences of the weekly edition, in English."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from daybreak.agenda import Event, Moment
from daybreak.briefs.document.model import Topic
from daybreak.briefs.wording import calendar
from daybreak.briefs.wording.formatting import Tense, clock_time, day_month, plural
from daybreak.briefs.wording.tasks import when
from daybreak.briefs.wording.titles import quoted

TOPICS: Mapping[Topic, tuple[str, str]] = {
    Topic.DONE: ("tasks done", "finished in the week"),
    Topic.SLIPPED: ("tasks slipped", "open, and a due date of theirs passed in the week"),
    Topic.ADDED: ("tasks came in", "open, and not in the first brief of the week"),
    Topic.GONE: ("tasks went away", "cancelled in the week, or in their source no longer"),
}
"""The counted topics of a week: title and definition."""

_COUNTED = {
    Topic.DONE: "done",
    Topic.SLIPPED: "slipped",
    Topic.ADDED: "came in",
    Topic.GONE: "went away",
}

NO_BRIEFS = (
    "No brief of the weeks before was kept, so what came in, was put off or went away cannot be told; "
    "what was done is told by its dates."
)


def counts(starts: date, today: date, numbers: Sequence[tuple[Topic, int]]) -> str:
    """Return the numbers of the week."""
    told = ", ".join(f"{number} {_COUNTED[topic]}" for topic, number in numbers)
    return f"Tasks since {day_month(starts, today)}: {told}."


def ahead(tasks: int, events: int, overdue: int) -> str:
    """Return the numbers of the coming week, and of tasks that were already overdue."""
    before = f"; {plural(overdue, 'task')} overdue from before" if overdue else ""
    return f"Ahead in the next 7 days: {plural(tasks, 'task')} and {plural(events, 'event')}{before}."


def coverage(briefs: int, since: date, today: date) -> str:
    """Return the sentence about the briefs that the review is based on."""
    day = day_month(since, today)
    return (
        f"Told from the brief of {day}." if briefs == 1 else f"Told from {briefs} briefs, the first of {day}."
    )


def came_in(title: str, due: Moment | None, tense: Tense) -> str:
    """Return the sentence about a new task."""
    verb = "" if due is None else "which was due" if tense.is_past(due) else "due"
    return f"{quoted(title)} came in{f', {verb} on {_short(due)}' if due else ''}."


def slipped(title: str, due: Moment | None) -> str:
    """Return the sentence about a missed due date that is unchanged."""
    return f"{quoted(title)} was due on {_short(due)}, and is still open."


def slipped_to(title: str, then: Moment, now: Moment | None) -> str:
    """Return the sentence about a missed due date that was changed or removed."""
    was = f"{quoted(title)} was due on {_short(then)}, and "
    return f"{was}has no due date now." if now is None else f"{was}is now due on {_short(now)}."


def event_ahead(event: Event, start: Moment, today: date) -> str:
    """Return the sentence about an event of the coming week."""
    return f"{calendar.event(event)}, {when(start, today)}"


def _short(moment: Moment | None) -> str:
    if moment is None:
        return "no date"
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    return f"{day_month(moment, moment)}{at}"
