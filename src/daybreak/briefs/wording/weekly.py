"""The sentences and lines of the weekly edition, in English."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from daybreak.agenda import Moment
from daybreak.briefs.document.model import Topic
from daybreak.briefs.wording.formatting import (
    Tense,
    calendar_date,
    clock_time,
    day_month,
    duration,
    near_date,
    on_near_moment,
    ordinal,
    plural,
)
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Fact

TOPICS: Mapping[Topic, tuple[str, str]] = {
    Topic.DONE: ("tasks done", "finished in the week"),
    Topic.SLIPPED: ("tasks slipped", "open, and a due date of theirs passed in the week"),
    Topic.ADDED: ("new tasks", "open, and not in the first brief of the week"),
    Topic.GONE: ("tasks gone", "cancelled in the week, or in their source no longer"),
}
"""The counted topics of a week: title and definition."""

_COUNTED = {Topic.DONE: "done", Topic.SLIPPED: "slipped", Topic.ADDED: "new", Topic.GONE: "gone"}
_LONG_MINUTES = 90
_HALF_A_WEEK = timedelta(days=4)
PutOff = tuple[int, Moment]
"""How often a due date was put off, and the first one."""

NO_BRIEFS = "There is no earlier brief to compare with, so what is new or gone isn’t shown."
NO_PROJECT = "Without a project"


def _monday_of(today: date) -> date:
    """Return the Monday of the ISO week that has most of the seven days before a date."""
    middle = today - _HALF_A_WEEK
    return middle - timedelta(days=middle.weekday())


def week_name(today: date) -> str:
    """Return the name of a reviewed week: “Week of 23 to 29 November 2026”."""
    first = _monday_of(today)
    last = first + timedelta(days=6)
    begins = calendar_date(first, last)
    if first.month == last.month:
        begins = str(first.day)
    return f"Week of {begins} to {calendar_date(last, date.min)}"


def week_number(today: date) -> str:
    """Return the ISO number of a reviewed week: “Week 48”."""
    return f"Week {_monday_of(today).isocalendar().week}"


def counts(starts: date, today: date, numbers: Sequence[tuple[Topic, int]]) -> str:
    """Return the numbers of the week, without zeros: “12 done, 5 slipped since Monday 23 November.”."""
    told = ", ".join(f"{number} {_COUNTED[topic]}" for topic, number in numbers if number)
    return f"{told or 'Nothing done, slipped or new'} since {day_month(starts, today)}."


def ahead(tasks: int, events: int, overdue: int) -> str:
    """Return the numbers of the coming week, and of the tasks that were overdue before it, without zeros."""
    told = [plural(tasks, "task") if tasks else "", plural(events, "event") if events else ""]
    planned = f"Next 7 days: {' and '.join(filter(None, told)) or 'nothing planned'}."
    return f"{planned} {overdue} overdue for over a week." if overdue else planned


def coverage(since: date, starts: date, today: date) -> str:
    """Return from which day on changes are known, if it is not the first day of the week."""
    brief = "the brief before" if since < starts else "the first brief of the week"
    return f"New and gone are counted from {day_month(since, today)}, {brief}."


def done(title: str, completed: Moment | None, today: date) -> str:
    """Return the sentence about a finished task."""
    day = _day(completed)
    return f"{quoted(title)} was finished{f' {on_near_moment(day, today)}' if day else ''}."


def came_in(title: str, due: Moment | None, tense: Tense) -> str:
    """Return the sentence about a new task."""
    if due is None:
        return f"New: {quoted(title)}."
    verb = "which was due" if tense.is_past(due) else "due"
    return f"New: {quoted(title)}, {verb} {on_near_moment(due, tense.today)}."


def slipped(title: str, due: Moment, put_off: PutOff | None, today: date) -> str:
    """Return the sentence about a missed due date that is unchanged."""
    said = f"{quoted(title)} was due {on_near_moment(due, today)} and is still open"
    if put_off is None:
        return f"{said}."
    times, first = put_off
    return f"{said}; first due {_full(first, today)}, put off {_times(times)} since."


def slipped_to(title: str, then: Moment, now: Moment | None, put_off: PutOff | None, today: date) -> str:
    """Return the sentence about a missed due date that was changed or removed."""
    if now is None:
        return f"{quoted(title)} was due {on_near_moment(then, today)} and has no due date now."
    moved = f"{quoted(title)} moved from {_full(then, today)} to {_full(now, today)}"
    if put_off is None:
        return f"{moved}."
    times, first = put_off
    return f"{moved}, for the {ordinal(times)} time; first due {_full(first, today)}."


def cancelled(title: str) -> str:
    """Return the sentence about a cancelled task."""
    return f"{quoted(title)} was cancelled."


def vanished(title: str, source: str) -> str:
    """Return the sentence about a task that its source no longer has."""
    return f"Removed from {own_words(source)}: {quoted(title)}."


def event_ahead(title: str, start: Moment, today: date) -> str:
    """Return the sentence about an event of the coming week."""
    return f"{quoted(title)}, {on_near_moment(start, today)}"


# The lines that sum up a week


def topic_line(topic: Topic, count: int, phrases: Sequence[str], rest: str) -> str:
    """Return “Done (12): “A”, “B”, 10 more”."""
    return f"{_COUNTED[topic].capitalize()} ({count}): {listed(phrases, count, rest)}"


def project_line(project: str | None, count: int, phrases: Sequence[str], rest: str = "more") -> str:
    """Return “Garden (5): “A”, “B”, 3 more”."""
    number = f" ({count})" if count > 1 else ""
    return f"{_name(project)}{number}: {listed(phrases, count, rest)}"


def listed(phrases: Sequence[str], count: int, rest: str = "more") -> str:
    """Return ““A”, “B”, 3 more”."""
    more = [f"{count - len(phrases)} {rest}"] if count > len(phrases) else []
    return ", ".join((*phrases, *more))


def further_projects(projects: int, count: int) -> str:
    """Return “3 more projects: 7”."""
    return f"{plural(projects, 'more project')}: {count}"


def slipped_phrase(fact: Fact, put_off: int | None, today: date) -> str:
    """Return ““A” (3 days overdue)”, or ““A” (now Tuesday, put off 3 times)”."""
    due = _day(fact.due)
    if due is None:
        state = "now without a date"
    elif due < today:
        state = f"{plural((today - due).days, 'day')} overdue"
    else:
        state = f"now {near_date(due, today)}"
    times = f", put off {_times(put_off)}" if put_off else ""
    return f"{quoted(fact.title)} ({state}{times})"


def numbers_by_project(topic: Topic, counts: Iterable[tuple[str | None, int]]) -> str:
    """Return “New: 5 in Garden, 3 in Home”."""
    return f"{_COUNTED[topic].capitalize()}: {', '.join(f'{count} {_in(name)}' for name, count in counts)}"


class TasksAhead(NamedTuple):
    """Tasks of a day: those that a line names, and the numbers of all and of those named above."""

    named: Sequence[Fact]
    total: int
    above: int


class DayAhead(NamedTuple):
    """A day of the coming week: named appointments, the number of others, and tasks that are due or start."""

    day: date
    appointments: Sequence[Fact]
    more_appointments: int
    due: TasksAhead
    starting: TasksAhead


def day_line(ahead: DayAhead, today: date) -> str:
    """Return “Monday: “Board meeting” 10:00, 2 more; 3 due: “X” (6 h), 1 above, 1 more; to start: “Y””."""
    told = [_appointment(one) for one in ahead.appointments]
    if ahead.more_appointments:
        told.append(f"{ahead.more_appointments} more")
    parts = [", ".join(told), _tasks_ahead(ahead.due, "due"), _tasks_ahead(ahead.starting, "to start")]
    return f"{_day_label(ahead.day, today)}: {'; '.join(filter(None, parts))}"


def _tasks_ahead(tasks: TasksAhead, verb: str) -> str:
    if not tasks.total:
        return ""
    listed = [due_phrase(fact) for fact in tasks.named]
    if tasks.above:
        listed.append(f"{tasks.above} above")
    if more := tasks.total - len(tasks.named) - tasks.above:
        listed.append(f"{more} more")
    number = f"{tasks.total} {verb}" if tasks.total > 1 else verb
    return f"{number}: {', '.join(listed)}"


def due_phrase(fact: Fact) -> str:
    """Return a title with the estimate, if the task is long."""
    minutes = fact.estimate_minutes or 0
    return f"{quoted(fact.title)} ({duration(minutes)})" if is_long(fact) else quoted(fact.title)


def is_long(fact: Fact) -> bool:
    """Return whether a task takes so long that the week should be planned around it."""
    return (fact.estimate_minutes or 0) >= _LONG_MINUTES


def without_news(names: Sequence[str | None]) -> str:
    """Return the line of projects without news."""
    return f"No news: {', '.join(map(_name, names))}"


def _times(number: int) -> str:
    return "twice" if number == len(("once", "twice")) else plural(number, "time")


def _appointment(fact: Fact) -> str:
    at = f" {clock_time(fact.start)}" if isinstance(fact.start, datetime) else ""
    return f"{quoted(fact.title)}{at}"


def _day_label(day: date, today: date) -> str:
    label = near_date(day, today)
    return label[0].upper() + label[1:]


def _in(name: str | None) -> str:
    return "without a project" if name is None else f"in {own_words(name)}"


def _full(moment: Moment, today: date) -> str:
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    return f"{day_month(moment, today)}{at}"


def _name(project: str | None) -> str:
    return NO_PROJECT if project is None else own_words(project)


def _day(moment: Moment | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
