"""The sentences about events, free time and load, in English."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from daybreak.agenda import Event
from daybreak.briefs.wording.formatting import clock_time, duration, plural
from daybreak.briefs.wording.titles import own_words, quoted

_MAX_MOVES = 3
_MAX_TOMORROW = 3


def event(event: Event, *, is_focus: bool = False) -> str:
    """Return an event of the timeline, without its times; focus time may be time for tasks."""
    where = f", {place}" if (place := own_words(event.location)) else ""
    remarks = ["tentative"] if _is_marked_tentative(event) else []
    if not event.all_day and (is_focus or not event.busy):
        remarks.append("time for tasks" if is_focus else "marked as free")
    said = f"{quoted(event.title)}{where}"
    return f"{said} ({', '.join(remarks)})" if remarks else said


def day_heading(free_minutes: int | None) -> str:
    """Return “Your day: 2 h 30 min free”; without the free time if there is none to state."""
    return "Your day" if free_minutes is None else f"Your day: {duration(free_minutes)} free"


def conflict(first: Event, second: Event, begins: datetime, ends: datetime) -> str:
    """Return the sentence about two overlapping events."""
    stretch = f"from {clock_time(begins)} to {clock_time(ends)}"
    return f"{_attended(first)} and {_attended(second)} overlap {stretch}."


def overlaps(title: str, until: datetime, more: int) -> str:
    """Return “overlaps “Design critique” until 15:00 and 1 other”."""
    others = f" and {plural(more, 'other')}" if more else ""
    return f"overlaps {quoted(title)} until {clock_time(until)}{others}"


def _attended(event: Event) -> str:
    return f"{quoted(event.title)} (tentative)" if _is_marked_tentative(event) else quoted(event.title)


def _is_marked_tentative(event: Event) -> bool:
    """Return whether an event needs the mark “tentative”, because its title lacks the word."""
    return event.tentative and "tentative" not in event.title.casefold()


class LoadNumbers(NamedTuple):
    """The numbers that decide whether the tasks of a day fit; minutes and tasks."""

    planned: int
    free: int
    tasks: int
    unestimated: int

    @property
    def kind(self) -> str:
        """The kind of the claim about them: too much is certain even if some tasks have no estimate."""
        if self.planned > self.free:
            return "overload"
        return "load_unknown" if self.unestimated * 2 >= self.tasks else "load"


def load(numbers: LoadNumbers) -> str:
    """Return the sentence on whether the day's tasks fit between its events."""
    work, free = duration(numbers.planned), duration(numbers.free)
    match numbers.kind:
        case "overload":
            return f"That won’t fit: {work} of tasks, {free} free."
        case "load":
            more = f"; {numbers.unestimated} more without an estimate" if numbers.unestimated else ""
            return f"{work} of tasks, {free} free: it fits{more}."
    known = numbers.tasks - numbers.unestimated
    if not known:
        which = "the task" if numbers.tasks == 1 else f"none of {numbers.tasks} tasks"
        has = "has no estimate" if numbers.tasks == 1 else "has an estimate"
        return f"Can’t tell whether it fits: {which} for today {has}."
    has = "has" if known == 1 else "have"
    return f"Can’t tell whether it fits: {known} of {numbers.tasks} tasks for today {has} an estimate."


def moves(tasks: Sequence[tuple[str, int]], *, fits: bool) -> str:
    """Return “Snooze first: “A” (2 h), “B” (1 h); the rest fits.”."""
    named = [f"{quoted(title)} ({duration(minutes)})" for title, minutes in tasks[:_MAX_MOVES]]
    if len(tasks) > _MAX_MOVES:
        named.append(f"{len(tasks) - _MAX_MOVES} more")
    return f"Snooze first: {', '.join(named)}{'; the rest fits' if fits else ''}."


def tomorrow(
    holiday: str | None, all_day: Sequence[str], events: Sequence[tuple[str, datetime]], due: int
) -> str:
    """Return “Tomorrow: Good Friday; all day “Fair”; “Sprint planning” at 09:30; 5 due.”."""
    named, more = events[:_MAX_TOMORROW], len(events) - _MAX_TOMORROW
    times = [f"{quoted(title)} at {clock_time(at)}" for title, at in named]
    parts = [
        f"{holiday}, a public holiday" if holiday else "",
        f"all day {_list(all_day)}" if all_day else "",
        f"{', '.join(times)}{f' and {more} more' if more > 0 else ''}",
        f"{due} due" if due else "",
    ]
    return f"Tomorrow: {'; '.join(filter(None, parts))}."


def _list(titles: Sequence[str]) -> str:
    named = [quoted(title) for title in titles[:_MAX_TOMORROW]]
    if len(titles) > _MAX_TOMORROW:
        named.append(f"{len(titles) - _MAX_TOMORROW} more")
    return ", ".join(named)


def holiday_tomorrow(name: str, due: int, *, is_title: bool) -> str:
    """Return “Tomorrow is Good Friday, a holiday: 2 due then, better done today.”."""
    return f"Tomorrow is {quoted(name) if is_title else name}, a holiday: {due} due then, better done today."
