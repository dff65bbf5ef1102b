"""The lines of a project at standard length, in English: a count, then the tasks that matter most."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.wording.formatting import (
    Tense,
    calendar_date,
    clock_time,
    date_of,
    duration,
    near_date,
    on_near_moment,
    plural,
)
from daybreak.briefs.wording.tasks import age, person, priority
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Fact

_BIG_ESTIMATE_MINUTES = 90
_DAYS_OF_MUCH_WORK = 6
_DAYS_OF_HIGH_PRIORITY = 3
_REST = {
    Bucket.OVERDUE: "overdue",
    Bucket.STARTING_TODAY: "planned for an earlier day",
    Bucket.IN_PROGRESS: "in progress",
    Bucket.STALE: "untouched for a week",
    Bucket.BLOCKED: "blocked",
    Bucket.UPCOMING: "in the next 7 days",
    Bucket.UNDATED: "without a date",
    Bucket.LATER: "later",
}


class BucketCounts(NamedTuple):
    """The number of tasks in a line: all, those named further up, and those that it does not name."""

    total: int
    above: int
    more: int


class RestCount(NamedTuple):
    """The number of tasks of a bucket that no line names, and whether some are named."""

    bucket: Bucket
    tasks: int
    is_rest: bool


def bucket(bucket: Bucket, label: str, named: Sequence[Fact], counts: BucketCounts, tense: Tense) -> str:
    """Return “Overdue 4: 1 above, “A” (3 days), “B” (4 days), 2 older”."""
    phrases = [_phrase(bucket, fact, tense) for fact in named]
    above = [f"{counts.above} above"] if counts.above else []
    more = [f"{counts.more} {'older' if bucket is Bucket.OVERDUE else 'more'}"] if counts.more else []
    number = f" {counts.total}" if counts.total > 1 else ""
    return f"{label}{number}: {', '.join((*above, *phrases, *more))}"


def _phrase(bucket: Bucket, fact: Fact, tense: Tense) -> str:
    late = age((tense.today - date_of(fact.due)).days) if bucket is Bucket.OVERDUE and fact.due else ""
    at = f"by {clock_time(fact.due)}" if isinstance(fact.due, datetime) and not late else ""
    return _with_remarks(fact, late, at, _high_priority(fact))


def _high_priority(fact: Fact) -> str:
    return "" if fact.priority == "low" else priority(fact)


def _with_remarks(fact: Fact, *remarks: str) -> str:
    told = ", ".join(filter(None, remarks))
    return f"{quoted(fact.title)} ({told})" if told else quoted(fact.title)


def is_high(fact: Fact) -> bool:
    """Return whether a task has a high priority."""
    return fact.priority in {"high", "highest"}


def last_day_to_name(fact: Fact, today: date) -> date:
    """Return the last due date that is near enough to name a task: the more weight it has, the later."""
    if _work(fact) or fact.priority == "highest":
        return today + timedelta(days=_DAYS_OF_MUCH_WORK)
    near = last_day_soon(today)
    return max(near, today + timedelta(days=_DAYS_OF_HIGH_PRIORITY)) if is_high(fact) else near


def has_weight(fact: Fact) -> bool:
    """Return whether a task is of high priority or much work, or is due at a time of day."""
    return is_high(fact) or bool(_work(fact)) or isinstance(fact.due, datetime)


def _work(fact: Fact) -> str:
    minutes = fact.estimate_minutes or 0
    return duration(minutes) if minutes >= _BIG_ESTIMATE_MINUTES else ""


def due_soon(facts: Iterable[Fact], tense: Tense) -> str:
    """Return “Due soon: “A” (tomorrow), “B” (Friday, high priority, 6 h)”."""
    return f"Due soon: {', '.join(_soon_phrase(fact, tense) for fact in sorted(facts, key=due_day))}"


def _soon_phrase(fact: Fact, tense: Tense) -> str:
    day = near_date(due_day(fact), tense.today)
    return _with_remarks(fact, day, _high_priority(fact), _work(fact))


def due_day(fact: Fact) -> date:
    """Return the date on which a task is due; the last date if it has none."""
    return date_of(fact.due) if fact.due else date.max


def last_day_soon(today: date) -> date:
    """Return the last date that is soon: tomorrow, and before a weekend the Monday after it."""
    return today + timedelta(days={4: 3, 5: 2}.get(today.weekday(), 1))


def held_up(blocked: Sequence[Fact], blocker: Fact | None, tense: Tense, *, is_told_below: bool) -> str:
    """Return “Blocked: “B” (due tomorrow) and 2 others, by “A” (Jonas)”; “by Jonas” if his line names “A”."""
    first = _with_due(blocked[0], tense)
    if blocker is None:
        return f"Blocked: {first}"
    others = f" and {plural(len(blocked) - 1, 'other')}" if len(blocked) > 1 else ""
    late = (tense.today - due_day(blocker)).days if blocker.due else 0
    overdue = f"{age(late)} overdue" if late > 0 else ""
    by = person(blocker) if is_told_below else ""
    return f"Blocked: {first}{others}, by {by or _with_remarks(blocker, person(blocker), overdue)}"


def _with_due(fact: Fact, tense: Tense) -> str:
    if fact.due is None:
        return _with_remarks(fact, _high_priority(fact))
    late = (tense.today - due_day(fact)).days
    due = f"{age(late)} overdue" if late > 0 else "due today" if late == 0 else ""
    return _with_remarks(
        fact, due or f"due {on_near_moment(due_day(fact), tense.today)}", _high_priority(fact)
    )


def other_task(fact: Fact, tense: Tense) -> str:
    """Return the phrase of another person's task below the person: “A” (due on Friday)”."""
    return _with_due(fact, tense)


def rest(counts: Iterable[RestCount]) -> str:
    """Return “17 without a date, 3 more blocked”; empty if there is nothing else."""
    return ", ".join(
        f"{one.tasks} {'more ' if one.is_rest else ''}{_REST[one.bucket]}"
        for one in counts
        if one.tasks and one.bucket in _REST
    )


def quiet(names: Sequence[str], counts: Iterable[RestCount]) -> str:
    """Return the projects without anything that matters now: “Choir, Thesis; 6 in progress, 4 blocked”."""
    numbers = rest(counts)
    return f"{', '.join(names)}{f'; {numbers}' if numbers else ''}"


def phase_remark(phase: Fact, today: date) -> str:
    """Return the remark on a project's heading: “Build until 11 December”."""
    until = f" until {calendar_date(date_of(phase.end), today)}" if phase.end else ""
    return f"{quoted(phase.title)}{until}"
