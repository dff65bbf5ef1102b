"""The sentences about events, free time and load, in English."""

from datetime import datetime

from daybreak.agenda import Event
from daybreak.briefs.wording.formatting import clock_time, duration, plural
from daybreak.briefs.wording.titles import own_words, quoted


def event(event: Event) -> str:
    """Return an event of the timeline, without its times."""
    where = f", {place}" if (place := own_words(event.location)) else ""
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
