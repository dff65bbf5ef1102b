"""The catalogue of the deterministic writer's sentences, in English; titles are always quoted.

Pure wording: other modules decide which sentences the facts support, and the predicates check it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from daybreak.agenda import Event, Moment, Phase, Priority, Task
from daybreak.briefs.document.model import Bucket, Counts
from daybreak.briefs.wording.formatting import Tense, clock_time, day_month, duration, plural
from daybreak.briefs.wording.people import display_name
from daybreak.claims import Fact

_MAX_TITLE_LENGTH = 120
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_PRIORITIES = {
    Priority.HIGHEST: "highest priority",
    Priority.HIGH: "high priority",
    Priority.LOW: "low priority",
}


def quoted(title: str) -> str:
    """Return a title in quotation marks, so that it never reads as Daybreak's own text."""
    clean = " ".join(title.split()) or "untitled"
    return (
        f"“{clean}”" if len(clean) <= _MAX_TITLE_LENGTH else f"“{clean[: _MAX_TITLE_LENGTH - 1].rstrip()}…”"
    )


def priority(value: Priority) -> str:
    """Return a priority in words; empty for the normal one."""
    return _PRIORITIES.get(value, "")


def when(moment: Moment, today: date) -> str:
    """Return a moment relative to today: “today”, “tomorrow at 09:30”, “on Thursday 26 March”."""
    day = moment.date() if isinstance(moment, datetime) else moment
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    near = _NEAR.get((day - today).days) or f"on {day_month(day, today)}"
    return f"{near}{at}"


def task(task: Task, bucket: Bucket, fact: Fact, tense: Tense, blockers: Sequence[Task] = ()) -> str:
    """Return the sentence about a task in a bucket; ``fact`` has its moments in the reader's terms."""
    said = f"{quoted(task.title)} {_state(bucket, fact, tense, blockers)}"
    if bucket is Bucket.RECENTLY_COMPLETED:
        return said
    extras = [priority(task.priority), duration(task.estimate_minutes) if task.estimate_minutes else ""]
    told = ", ".join(filter(None, extras))
    return f"{said} ({told})" if told else said


def _state(bucket: Bucket, fact: Fact, tense: Tense, blockers: Sequence[Task]) -> str:
    if bucket is Bucket.BLOCKED:
        return f"is blocked{_by(blockers)}{_due_clause(fact, tense)}"
    return _STATE_WORDING.get(bucket, _undated)(fact, tense)


def _due_clause(fact: Fact, tense: Tense) -> str:
    if fact.due is None:
        return ""
    return f"{'; it was due' if tense.is_past(fact.due) else ', due'} {when(fact.due, tense.today)}"


def _overdue(fact: Fact, tense: Tense) -> str:
    return "is overdue" if fact.due is None else _was_due(fact.due, tense)


def _was_due(due: Moment, tense: Tense) -> str:
    """Return “was due on Friday 27 November, 3 days overdue”."""
    days = (tense.today - _day(due)).days
    return f"was due {when(due, tense.today)}{f', {days_overdue(days)}' if days else ''}"


def _due(fact: Fact, tense: Tense) -> str:
    if fact.due is not None and tense.is_past(fact.due):
        return _was_due(fact.due, tense)
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


def _by(blockers: Sequence[Task]) -> str:
    if not blockers:
        return ""
    others = f" and {plural(len(blockers) - 1, 'other')}" if len(blockers) > 1 else ""
    return f" by {quoted(blockers[0].title)}{_of_person(blockers[0])}{others}"


def _of_person(task: Task) -> str:
    return f" ({display_name(task.assignee)})" if task.assignee and not task.is_mine else ""


_STATE_WORDING: Mapping[Bucket, Callable[[Fact, Tense], str]] = {
    Bucket.OVERDUE: _overdue,
    Bucket.DUE_TODAY: _due,
    Bucket.STARTING_TODAY: _starting,
    Bucket.IN_PROGRESS: _in_progress,
    Bucket.STALE: _stale,
    Bucket.UPCOMING: _upcoming,
    Bucket.RECENTLY_COMPLETED: _finished,
}


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def days_overdue(days: int) -> str:
    """Return “3 days overdue”."""
    return f"{plural(days, 'day')} overdue"


def due_reason(days: int) -> str:
    """Return the ranking reason of a due date: “due today”, “due in 3 days”."""
    return {0: "due today", 1: "due tomorrow"}.get(days, f"due in {plural(days, 'day')}")


def in_progress_reason(stale: bool) -> str:  # noqa: FBT001 - the only parameter
    """Return the ranking reason of a task in progress."""
    return "begun, but untouched for a week" if stale else "already begun"


def starts_today_reason() -> str:
    """Return the ranking reason of a task that starts today."""
    return "starts today"


def was_to_start_reason() -> str:
    """Return the ranking reason of a task that was planned for an earlier day."""
    return "was to start on an earlier day"


def fits_free_time_reason() -> str:
    """Return the ranking reason of a short task."""
    return "fits into a gap of today"


def dependents_reason(count: int) -> str:
    """Return “2 tasks wait for it”."""
    return f"{plural(count, 'task')} {'waits' if count == 1 else 'wait'} for it"


def join_reasons(parts: Iterable[str]) -> str:
    """Return the reasons of a next action in one phrase."""
    return ", ".join(parts) or "nothing is more urgent"


def counts(numbers: Counts) -> str:
    """Return the opening sentence."""
    return (
        f"{plural(numbers.projects, 'project')}: {numbers.due_today} due today, {numbers.overdue} overdue, "
        f"{numbers.upcoming} upcoming in 7 days, {numbers.blocked} blocked, "
        f"{numbers.done} done in the last 24 hours."
    )


def holiday(name: str, country: str) -> str:
    """Return “Today is Good Friday, a public holiday (DE).”."""
    return f"Today is {name}, a public holiday ({country})."


def quiet(*, is_incomplete: bool, has_others: bool) -> str:
    """Return the sentence about a day without a due task or an event, also if others have some."""
    nothing = "nothing of yours" if has_others else "nothing"
    if is_incomplete:
        text = "is due, overdue or on the calendar, as far as it could be read; see the warnings."
        return f"{nothing.capitalize()} {text}"
    return f"A quiet day: {nothing} is due, overdue or on the calendar."


def next_up(title: str, moment: Moment, today: date) -> str:
    """Return the sentence about what comes next on a quiet day."""
    return f"What comes next is {quoted(title)}, {when(moment, today)}."


def event(event: Event) -> str:
    """Return an event of the timeline, without its times."""
    where = f", {place}" if (place := " ".join(event.location.split())) else ""
    remarks = [word for word, holds in (("tentative", event.tentative), ("free", not event.busy)) if holds]
    if event.all_day:
        remarks = [word for word in remarks if word != "free"]
    said = f"{quoted(event.title)}{where}"
    return f"{said} ({', '.join(remarks)})" if remarks else said


def conflict(first: Event, second: Event, begins: datetime, ends: datetime) -> str:
    """Return the sentence about two overlapping events."""
    stretch = f"from {clock_time(begins)} to {clock_time(ends)}"
    return f"{_attended(first)} and {_attended(second)} overlap {stretch}."


def _attended(event: Event) -> str:
    return f"{quoted(event.title)} (tentative)" if event.tentative else quoted(event.title)


def load(planned: int, free: int, unestimated: int) -> str:
    """Return the sentence on whether the day's tasks fit between its events."""
    without = f"; {plural(unestimated, 'task')} without an estimate" if unestimated else ""
    if not planned:
        return f"{duration(free)} free{without}."
    if planned > free:
        return f"You can't do all of it: {duration(planned)} of tasks, {duration(free)} free{without}."
    return f"{duration(planned)} of tasks planned, {duration(free)} free{without}."


def phase(phase: Phase, today: date) -> str:
    """Return the sentence about the current phase and its dates."""
    since = f", since {day_month(phase.start_on, today)}" if phase.start_on else ""
    until = f", until {day_month(phase.end_on, today)}" if phase.end_on else ""
    return f"Current phase: {quoted(phase.name)}{since}{until}."


def next_in_phase(title: str, fact: Fact, tense: Tense) -> str:
    """Return the sentence about the next task of the current phase."""
    return f"Next in it: {quoted(title)}{_next_clause(fact, tense)}."


def _next_clause(fact: Fact, tense: Tense) -> str:
    if fact.due is not None:
        is_past = tense.is_past(fact.due)
        return f", which {_was_due(fact.due, tense)}" if is_past else f", due {when(fact.due, tense.today)}"
    if fact.start is None or fact.status == "in_progress":
        return ""
    verb = "which was to begin" if tense.is_past(fact.start) else "which begins"
    return f", {verb} {when(fact.start, tense.today)}"


def note(title: str, body: str, noted: datetime, today: date) -> str:
    """Return a note's title with the beginning of its text."""
    preview = " ".join(body.split())
    if len(preview) > _MAX_TITLE_LENGTH:
        preview = preview[: _MAX_TITLE_LENGTH - 1].rsplit(" ", 1)[0] + " …"
    told = f": {preview}" if preview and preview != title else ""
    return f"{quoted(title)}, {when(noted.date(), today)}{told}"


def description(text: str) -> str:
    """Return a project's description, shortened at the end of a word."""
    clean = " ".join(text.split())
    longest = 2 * _MAX_TITLE_LENGTH
    return clean if len(clean) <= longest else clean[: longest - 1].rsplit(" ", 1)[0] + " …"


NO_SOURCES = "has nothing to read yet; add a folder or a calendar's address."


def source_unreadable(
    last_read: datetime | None, failing_since: datetime | None, reason: str, today: date
) -> str:
    """Return the warning for a source that could not be read, with the date of its first failure."""
    shown = f"; what is shown of it was read {when(last_read, today)}" if last_read else ""
    first = failing_since.date() if failing_since else today
    since = f" since {_NEAR.get((first - today).days) or day_month(first, today)}" if first < today else ""
    return f"could not be read{since}: {reason.rstrip('.')}{shown}."


SOURCE_NEVER_READ = "has not been read yet."


def source_outdated(since: datetime, today: date) -> str:
    """Return the warning for a source that was not read recently."""
    return f"was last read {when(since, today)}; what changed since then is not here."


def more_warnings(count: int) -> str:
    """Return the number of warnings that are not listed."""
    return f"and {plural(count, 'more warning')}; “daybreak sources list” counts them by source."


NO_PROJECT = "Tasks without a project"


def defect(kind: str) -> str:
    """Return the reason for an unexpected error: its class alone, since its message may contain secrets."""
    return f"there is a defect in Daybreak ({kind}), which its log describes"


def part_missing(reason: str) -> str:
    """Return the warning for a part of the brief that failed."""
    return f"is missing from this brief: {reason}."


def section_missing(reason: str) -> str:
    """Return the warning for a project whose section failed although its tasks were sorted into buckets."""
    return f"has no section in this brief, though the numbers count its tasks: {reason}."


def project_missing(reason: str, tasks: int) -> str:
    """Return the warning for a project whose tasks could not be sorted into buckets."""
    what = f"its {plural(tasks, 'task')}" if tasks else "it"
    verb = "are" if tasks > 1 else "is"
    return f"could not be sorted out; {what} {verb} in no part of this brief, nor in its numbers: {reason}."


def withheld(count: int) -> str:
    """Return the warning for sentences that their facts did not support."""
    return f"{plural(count, 'sentence')} left out because the facts did not bear it; please report this."
