"""The sentences about changes, in English: one for each change."""

from collections.abc import Sequence
from datetime import date, datetime

from daybreak.agenda import Moment
from daybreak.briefs.wording.formatting import (
    calendar_date,
    clock_time,
    date_of,
    near_date,
    near_moment,
    on_near_moment,
    ordinal,
    plural,
    weekday,
)
from daybreak.briefs.wording.titles import own_words, quoted


def done(title: str, completed: Moment | None, today: date) -> str:
    """Return the change “finished”."""
    return f"{quoted(title)} was finished{_on(completed, today)}."


def recurred(title: str, completed: Moment | None, following: Moment, today: date) -> str:
    """Return the change “finished” of a recurring task whose next occurrence is known."""
    return f"{quoted(title)} was finished{_on(completed, today)}; again {on_near_moment(following, today)}."


def comes_next(title: str, following: Moment, today: date) -> str:
    """Return the change of a recurring task that went on to its next date."""
    return f"{quoted(title)} comes up again {on_near_moment(following, today)}."


def reopened(title: str, moment: Moment | None, today: date) -> str:
    """Return the change of a finished task that is open again."""
    return f"{quoted(title)} is open again{_comma_due(moment, today)}."


def came_in(title: str, moment: Moment | None, today: date) -> str:
    """Return the change “came in” of a new task."""
    if moment is not None and date_of(moment) < today:
        return f"{quoted(title)} came in; it {due(moment, today)}."
    return f"{quoted(title)} came in{_comma_due(moment, today)}."


def due(moment: Moment, today: date) -> str:
    """Return “due tomorrow”, or “was due yesterday”."""
    was = "was " if date_of(moment) < today else ""
    return f"{was}due {near_moment(moment, today)}"


def can_start(title: str, blockers: Sequence[str], start: Moment | None, today: date) -> str:
    """Return the change of a task whose blockers are done; ``start`` if it lies ahead."""
    on = f" {on_near_moment(start, today)}" if start is not None else ""
    return f"{quoted(title)} can start{on}: {finished(blockers)}."


def finished(titles: Sequence[str]) -> str:
    """Return “A” is done; “A” and “B” are done."""
    return f"{' and '.join(map(quoted, titles))} {'is' if len(titles) == 1 else 'are'} done"


def unblocked(title: str) -> str:
    """Return the change of a task that its source no longer has as blocked."""
    return f"{quoted(title)} is no longer blocked."


def handed_over(title: str, assignee: str | None) -> str:
    """Return the change of a task that another person has now; None is the reader, empty is unassigned."""
    if assignee is None:
        return f"{quoted(title)} is now yours."
    return f"{quoted(title)} is now {f'with {assignee}' if assignee else 'unassigned'}."


def moved(title: str, then: Moment | None, now: Moment | None, today: date) -> str:
    """Return the change “moved” of a due date."""
    if then is None and now is not None:
        return f"{quoted(title)} is now due {near_moment(now, today)}."
    if then is not None and now is None:
        return f"{quoted(title)} no longer has a date; it was {near_moment(then, today)}."
    return f"{quoted(title)} moved {shift(then, now, today)}."


def shift(then: Moment | None, now: Moment | None, today: date) -> str:
    """Return “from Monday to today”, or “from 15:00 to 13:00 today”."""
    if then is None or now is None:
        return "to no date" if now is None else f"to {near_moment(now, today)}"
    if isinstance(then, datetime) and isinstance(now, datetime) and then.date() == now.date():
        return f"from {clock_time(then)} to {clock_time(now)} {on_near_moment(now.date(), today)}"
    return f"from {near_moment(then, today)} to {near_moment(now, today)}"


def moved_again(title: str, now: Moment, times: int, first: Moment, today: date) -> str:
    """Return the change “moved” of a task that was put off before."""
    again = f"{quoted(title)} moved {for_the_time(times)}, to {near_moment(now, today)}"
    return f"{again}; {first_due(first, today)}."


def for_the_time(times: int) -> str:
    """Return “for the third time”."""
    return f"for the {ordinal(times)} time"


def first_due(first: Moment, today: date) -> str:
    """Return “first due 27 November”."""
    return f"first due {calendar_date(date_of(first), today)}"


def start_moved(title: str, then: Moment | None, now: Moment | None, today: date) -> str:
    """Return the change “moved” of a start."""
    if then is None and now is not None:
        return f"{quoted(title)} now starts {on_near_moment(now, today)}."
    if then is not None and now is None:
        return f"{quoted(title)} no longer has a start; it was {near_moment(then, today)}."
    return f"The start of {quoted(title)} moved {shift(then, now, today)}."


def renamed(before: str, title: str) -> str:
    """Return the change of a title."""
    return f"{quoted(before)} is now called {quoted(title)}."


def file_moved(name: str, folder: str) -> str:
    """Return the change of a file that is in another folder of its source."""
    return f"{quoted(name)} moved to {quoted(folder) if folder else 'the top folder'}."


def became_overdue(title: str, moment: Moment, today: date) -> str:
    """Return the change “became overdue”."""
    return f"{quoted(title)} became overdue: it was due {near_moment(moment, today)}."


def vanished(title: str, source: str, moment: Moment | None, today: date) -> str:
    """Return the change “vanished” of a task that its source no longer has, with its date if it is needed."""
    which = f" ({due(moment, today)})" if moment is not None else ""
    return f"{quoted(title)}{which} is no longer in {source}."


def cancelled(title: str) -> str:
    """Return the change “vanished” of a cancelled task."""
    return f"{quoted(title)} was cancelled."


def event_came_in(title: str, starts: Sequence[Moment], today: date) -> str:
    """Return the change “came in” of a new event, or of several occurrences of it."""
    return f"{quoted(title)} was added for {_occurrences(starts, today)}."


def event_vanished(title: str, starts: Sequence[Moment], today: date) -> str:
    """Return the change “vanished” of an event that was removed, or moved beyond the days that are read."""
    return f"{quoted(title)} ({_occurrences(starts, today)}) is no longer on the calendar."


def event_moved(title: str, then: Moment, now: Moment, today: date) -> str:
    """Return the change “moved” of one event."""
    return f"{quoted(title)} moved {shift(then, now, today)}."


def overlapping(sentence: str, others: Sequence[str]) -> str:
    """Return a sentence about an event with the titles of those that it now overlaps."""
    return f"{sentence.removesuffix('.')}, overlapping {' and '.join(map(quoted, others))}."


def series_moved(title: str, then: Moment, now: Moment, today: date) -> str:
    """Return the change of a series to another time of day, from ``now`` on."""
    first = near_date(date_of(now), today)
    return f"{quoted(title)} moved from {_clock(then)} to {_clock(now)}, from {first} on."


def occurrences_moved(title: str, then: Moment, now: Sequence[Moment], today: date) -> str:
    """Return the change of some occurrences of a series to another time of day."""
    first = on_near_moment(date_of(now[0]), today)
    days = f"{first} and on {plural(len(now) - 1, 'more day')}"
    return f"{quoted(title)} moved from {_clock(then)} to {_clock(now[0])} {days}."


def series_moved_to_days(title: str, then: Sequence[Moment], now: Sequence[Moment], today: date) -> str:
    """Return the change of a series to other days of the week."""
    first = near_date(date_of(now[0]), today)
    return f"{quoted(title)} moved from {_weekdays(then)} to {_weekdays(now)}, from {first} on."


def event_renamed(before: str, title: str, start: Moment | None, today: date) -> str:
    """Return the change of an event's title; ``start`` if it moved, too."""
    also = f" and moved to {near_moment(start, today)}" if start is not None else ""
    return f"{quoted(before)} is now called {quoted(title)}{also}."


def place_changed(title: str, start: Moment | None, place: str, today: date) -> str:
    """Return the change of an event's place; ``start`` if it is one occurrence."""
    which = f" ({near_moment(start, today)})" if start is not None else ""
    return f"{quoted(title)}{which} has a new place: {own_words(place)}."


def _occurrences(starts: Sequence[Moment], today: date) -> str:
    if len(starts) == 1:
        return near_moment(starts[0], today)
    more = plural(len(starts) - 1, "more time")
    return f"{near_moment(starts[0], today)} and {more} until {near_date(date_of(starts[-1]), today)}"


def _weekdays(moments: Sequence[Moment]) -> str:
    days = sorted({date_of(moment).weekday() for moment in moments})
    names = [f"{weekday(number)}s" for number in days]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{listed} at {clock_time(moments[0])}" if isinstance(moments[0], datetime) else listed


def _clock(moment: Moment) -> str:
    return clock_time(moment) if isinstance(moment, datetime) else "the whole day"


def _on(completed: Moment | None, today: date) -> str:
    return "" if completed is None else f" {on_near_moment(date_of(completed), today)}"


def _comma_due(moment: Moment | None, today: date) -> str:
    return f", {due(moment, today)}" if moment is not None else ""
