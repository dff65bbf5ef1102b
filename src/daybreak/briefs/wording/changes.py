"""The sentences about changes, in English."""

from collections.abc import Sequence
from datetime import date, datetime

from daybreak.agenda import Moment
from daybreak.briefs.wording.formatting import clock_time, day_month, plural, weekday
from daybreak.briefs.wording.titles import quoted

_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


def summary(count: int, noun: str, predicate: str, named: Sequence[str]) -> str:
    """Return “6 tasks were finished: “A”, “B”, “C” and 3 more.”."""
    more = f" and {count - len(named)} more" if count > len(named) else ""
    return f"{plural(count, noun)} {predicate}: {', '.join(named)}{more}."


def remark(title: str, *remarks: str) -> str:
    """Return a title in a summary, with its remarks in parentheses."""
    told = ", ".join(filter(None, remarks))
    return f"{quoted(title)} ({told})" if told else quoted(title)


def due(moment: Moment | None) -> str:
    """Return “due on Monday 30 March”; empty without a date."""
    return f"due on {short(moment)}" if moment is not None else ""


def done(title: str, completed: Moment | None) -> str:
    """Return the change “finished”."""
    return f"{quoted(title)} was finished{_on(completed)}."


def recurred(title: str, completed: Moment | None, following: Moment) -> str:
    """Return the change “finished” of a recurring task whose next occurrence is known."""
    return f"{quoted(title)} was finished{_on(completed)}; it comes next on {short(following)}."


def comes_next(title: str, following: Moment) -> str:
    """Return the change of a recurring task that went on to its next date."""
    return f"{quoted(title)} comes next on {short(following)}."


def reopened(title: str, moment: Moment | None) -> str:
    """Return the change of a finished task that is open again."""
    return f"{quoted(title)} is open again{_comma_due(moment)}."


def came_in(title: str, moment: Moment | None, today: date) -> str:
    """Return the change “came in” of a new task."""
    if moment is not None and day_of(moment) < today:
        return f"{quoted(title)} came in; it was due on {short(moment)}."
    return f"{quoted(title)} came in{_comma_due(moment)}."


def can_start(title: str, blockers: Sequence[str], start: Moment | None = None) -> str:
    """Return the change of a task whose blockers are done; ``start`` if it lies ahead."""
    named = " and ".join(quoted(blocker) for blocker in blockers)
    which, be = ("its blocker", "is") if len(blockers) == 1 else ("its blockers", "are")
    on = f" on {short(start)}" if start is not None else ""
    return f"{quoted(title)} can start{on}: {which} {named} {be} done."


def unblocked(title: str) -> str:
    """Return the change of a task that its source no longer has as blocked."""
    return f"{quoted(title)} is no longer blocked."


def person(name: str) -> str:
    """Return a name as one line."""
    return " ".join(name.split())


def handed_over(title: str, assignee: str | None) -> str:
    """Return the change of a task that another person has now; None is the reader."""
    return f"{quoted(title)} {holder(assignee)}."


def holder(assignee: str | None, *, plural: bool = False) -> str:
    """Return “is now with Anna”, “is now yours” or, without a name, “is now unassigned”."""
    be = "are" if plural else "is"
    if assignee is None:
        return f"{be} now yours"
    return f"{be} now with {assignee}" if assignee else f"{be} now unassigned"


def moved(title: str, then: Moment | None, now: Moment | None) -> str:
    """Return the change “moved” of a date."""
    if then is None:
        return f"{quoted(title)} now has a date: {short(now)}."
    if now is None:
        return f"{quoted(title)} no longer has a date; it was {short(then)}."
    if isinstance(then, datetime) and isinstance(now, datetime) and then.date() == now.date():
        times = f"from {clock_time(then)} to {clock_time(now)}"
        return f"{quoted(title)} moved {times} on {day_month(now.date(), now.date())}."
    return f"{quoted(title)} moved from {short(then)} to {short(now)}."


def moved_again(title: str, now: Moment, times: int, first: Moment) -> str:
    """Return the change “moved” of a task that was put off before."""
    again = f"{quoted(title)} moved for the {_ordinal(times)} time, to {short(now)}"
    return f"{again}; it was first due on {short(first)}."


def start_moved(title: str, then: Moment | None, now: Moment | None) -> str:
    """Return the change “moved” of a start."""
    if then is None:
        return f"{quoted(title)} now has a start: {short(now)}."
    if now is None:
        return f"{quoted(title)} no longer has a start; it was {short(then)}."
    return f"The start of {quoted(title)} moved from {short(then)} to {short(now)}."


def renamed(before: str, title: str) -> str:
    """Return the change of a title."""
    return f"{quoted(before)} is now called {quoted(title)}."


def folder(path: str) -> str:
    """Return a folder of a source in a sentence."""
    return quoted(path) if path else "the top folder"


def formerly(title: str) -> str:
    """Return the remark with an earlier title."""
    return f"it was {quoted(title)}"


def file_moved(name: str, where: str) -> str:
    """Return the change of a file that is in another folder."""
    return f"{quoted(name)} moved to {where}."


def became_overdue(title: str, moment: Moment) -> str:
    """Return the change “became overdue”."""
    return f"{quoted(title)} became overdue: it was due on {short(moment)}."


def vanished(title: str, source: str, moment: Moment | None = None) -> str:
    """Return the change “vanished” of a task that its source no longer has, with its date if it is needed."""
    which = f", due on {short(moment)}," if moment is not None else ""
    return f"{quoted(title)}{which} is no longer in {source}."


def cancelled(title: str) -> str:
    """Return the change “vanished” of a cancelled task."""
    return f"{quoted(title)} was cancelled."


def event_came_in(title: str, starts: Sequence[Moment]) -> str:
    """Return the change “came in” of a new event, or of several occurrences of it."""
    return f"{quoted(title)} came into the calendar for {_occurrences(starts)}."


def event_vanished(title: str, starts: Sequence[Moment]) -> str:
    """Return the change “vanished” of an event that was removed, or moved beyond the days that are read."""
    return f"{quoted(title)} is no longer on the calendar for {_occurrences(starts)}."


def series_moved(title: str, then: Moment, now: Moment) -> str:
    """Return the change of a series to another time of day, from ``now`` on."""
    was = f"it was at {clock_time(then)}" if isinstance(then, datetime) else "it was for the whole day"
    return f"{quoted(title)} moved to {_clock(now)} from {day_month(day_of(now), day_of(now))} on; {was}."


def occurrences_moved(title: str, then: Moment, now: Sequence[Moment]) -> str:
    """Return the change of some occurrences of a series to another time of day."""
    first = day_month(day_of(now[0]), day_of(now[0]))
    days = f"{first} and {plural(len(now) - 1, 'more day')}"
    return f"{quoted(title)} moved from {_clock(then)} to {_clock(now[0])} on {days}."


def series_moved_to_days(title: str, then: Sequence[Moment], now: Sequence[Moment]) -> str:
    """Return the change of a series to other days of the week."""
    first = day_month(day_of(now[0]), day_of(now[0]))
    return f"{quoted(title)} moved to {_weekdays(now)} from {first} on; it was on {_weekdays(then)}."


def event_renamed(before: str, title: str, start: Moment | None) -> str:
    """Return the change of an event's title; ``start`` if it moved, too."""
    also = f" and is on {short(start)}" if start is not None else ""
    return f"{quoted(before)} is now called {quoted(title)}{also}."


def place_changed(title: str, start: Moment | None, place: str) -> str:
    """Return the change of an event's place; ``start`` if it is one occurrence of several."""
    which = f" on {short(start)}" if start is not None else ""
    return f"{quoted(title)}{which} has a new place: {' '.join(place.split())}."


def short(moment: Moment | None) -> str:
    """Return “Monday 30 March at 09:00”."""
    if moment is None:
        return "no date"
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    return f"{day_month(day_of(moment), day_of(moment))}{at}"


def day_of(moment: Moment) -> date:
    """Return the date of a moment in the reader's terms."""
    return moment.date() if isinstance(moment, datetime) else moment


def _occurrences(starts: Sequence[Moment]) -> str:
    if len(starts) == 1:
        return short(starts[0])
    last = day_of(starts[-1])
    more = plural(len(starts) - 1, "more time")
    return f"{short(starts[0])} and {more} until {day_month(last, last)}"


def _weekdays(moments: Sequence[Moment]) -> str:
    days = sorted({day_of(moment).weekday() for moment in moments})
    names = [f"{weekday(number)}s" for number in days]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{listed} at {clock_time(moments[0])}" if isinstance(moments[0], datetime) else listed


def _clock(moment: Moment) -> str:
    return clock_time(moment) if isinstance(moment, datetime) else "the whole day"


def _on(completed: Moment | None) -> str:
    return "" if completed is None else f" on {day_month(day_of(completed), day_of(completed))}"


def _comma_due(moment: Moment | None) -> str:
    return f", {due(moment)}" if moment is not None else ""


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in _TEENS else _SUFFIXES.get(number % 10, "th")
    return f"{number}{suffix}"
