"""The lines that sum up changes of one kind, in English."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import NamedTuple

from daybreak.briefs.wording import changes
from daybreak.briefs.wording.formatting import date_of, near_date, near_moment, on_near_moment
from daybreak.briefs.wording.people import display_name
from daybreak.briefs.wording.tasks import priority
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Claim, Fact


class ChangeLine(Enum):
    """The lines of the changes, in their order."""

    CALENDAR_TODAY = auto()
    SOONER = auto()
    DONE = auto()
    NEW = auto()
    NEW_FROM_FILE = auto()
    MOVED = auto()
    FREE = auto()
    LATE = auto()
    GONE = auto()
    GONE_FROM_FILE = auto()
    OTHER = auto()
    CALENDAR = auto()


class KnownChange(NamedTuple):
    """A change with its facts.

    Attributes:
        subject: the fact of what has changed.
        others: the other facts that the claim cites.
    """

    claim: Claim
    subject: Fact
    others: Sequence[Fact]

    @property
    def memory(self) -> Fact | None:
        """The subject as the last brief knew it, if the claim cites that."""
        return next((fact for fact in self.others if fact.kind == "memory"), None)


class LineCounts(NamedTuple):
    """The number of changes in a line: all, and those that are named further up."""

    total: int
    above: int = 0


# A title without a comma, maybe with a remark in parentheses: several of them read well with commas between.
_IS_TITLE = re.compile(r"“[^“”,]*”(?: \([^()“”,]*\))?")
_LABELS: Mapping[ChangeLine, str] = {
    ChangeLine.CALENDAR_TODAY: "Calendar",
    ChangeLine.SOONER: "Brought forward",
    ChangeLine.DONE: "Done",
    ChangeLine.NEW: "New",
    ChangeLine.NEW_FROM_FILE: "New",
    ChangeLine.MOVED: "Moved",
    ChangeLine.FREE: "Can now start",
    ChangeLine.LATE: "Now overdue",
    ChangeLine.GONE: "Gone",
    ChangeLine.GONE_FROM_FILE: "Gone",
    ChangeLine.OTHER: "Also",
    ChangeLine.CALENDAR: "Calendar",
}
_OTHER_LABELS: Mapping[str, str] = {
    "handed_over": "Handed over",
    "comes_next": "Recurring",
    "renamed": "Renamed",
    "file_moved": "Files",
}


def since_title(last: date, today: date) -> str:
    """Return the heading of the changes: “Since Monday”."""
    return f"Since {near_date(last, today)}"


def label(line: ChangeLine, kinds: Collection[str], lines: Collection[ChangeLine]) -> str:
    """Return the label of a line with changes of these kinds, among all lines of a brief."""
    if line is ChangeLine.OTHER and len(kinds) == 1:
        return _OTHER_LABELS.get(next(iter(kinds)), _LABELS[line])
    if line is ChangeLine.CALENDAR and ChangeLine.CALENDAR_TODAY in lines:
        return "Calendar ahead"
    return _LABELS[line]


def change_line(name: str, shared: str, named: Sequence[str], counts: LineCounts) -> str:
    """Return “New (4): 1 above, “A”, due tomorrow; “B”; 1 more”.

    Args:
        name: the label.
        shared: what holds for all changes of the line, such as “from list.md”.
        named: the phrases of those that it names.
        counts: the number of changes.
    """
    rest = counts.total - counts.above - len(named)
    above = [f"{counts.above} above"] if counts.above else []
    more = [f"{rest} more"] if rest and (named or above) else []
    separator = ", " if all(map(_IS_TITLE.fullmatch, named)) else "; "
    listed = separator.join((*above, *named, *more))
    if counts.total == 1:
        return f"{name}: {', '.join(filter(None, (listed, shared)))}"
    head = f"{name} ({counts.total})"
    return f"{', '.join(filter(None, (head, shared)))}: {listed}" if listed else f"{head}: {shared}"


def phrase(line: ChangeLine, change: KnownChange, shared: str, today: date) -> str:
    """Return the words about one change in its line, without those that hold for all."""
    if shared and line is ChangeLine.MOVED and change.claim.kind == "moved_again" and change.memory:
        return f"{quoted(change.subject.title)} {_again(change.memory, today)}"
    is_said = shared and line is not ChangeLine.NEW_FROM_FILE
    return _title(change, today) if is_said else _PHRASES.get(line, _sentence)(change, today)


def shared_words(line: ChangeLine, found: Sequence[KnownChange], today: date) -> str:
    """Return what holds for all changes of a line: “removed from list.md”; empty if there is nothing."""
    match line:
        case ChangeLine.LATE if len(found) > 1:
            due = _common_due_date(found)
            return f"due {near_date(due, today)}" if due else ""
        case ChangeLine.MOVED if len(found) > 1:
            due = _common_due_date(found) if all(map(_has_moved_due_date, found)) else None
            return f"to {near_date(due, today)}" if due else ""
        case ChangeLine.GONE | ChangeLine.GONE_FROM_FILE:
            places = {_place(one.subject) if one.subject.status == "removed" else "" for one in found}
            return f"removed from {place}" if len(places) == 1 and (place := places.pop()) else ""
        case ChangeLine.NEW_FROM_FILE:
            return f"from {_place(found[0].subject)}"
    return ""


def _common_due_date(found: Sequence[KnownChange]) -> date | None:
    dates = {date_of(one.subject.due) if one.subject.due is not None else None for one in found}
    return dates.pop() if len(dates) == 1 else None


def _has_moved_due_date(change: KnownChange) -> bool:
    return change.memory is not None and change.memory.due is not None


def _place(fact: Fact) -> str:
    return own_words(PurePosixPath(fact.file).name if fact.file else fact.source)


def remark(change: KnownChange, today: date) -> str:
    """Return the remark on a task's change for a line that names the task anyway; empty for no news."""
    fact, memory = change.subject, change.memory
    match change.claim.kind:
        case "came_in":
            return "new"
        case "handed_over":
            return "now yours"
        case "can_start":
            return f"can now start ({_finished(change.others)})" if change.others else "no longer blocked"
        case "moved_again" if memory is not None:
            return f"moved {_again(memory, today)}"
        case "moved" if memory is not None and memory.due is not None and fact.due is not None:
            is_sooner = date_of(fact.due) < date_of(memory.due)
            return f"{'brought forward' if is_sooner else 'moved'} from {near_moment(memory.due, today)}"
    return ""


def _again(memory: Fact, today: date) -> str:
    first = changes.first_due(memory.due, today) if memory.due else ""
    return ", ".join(filter(None, (changes.for_the_time(memory.value or 0), first)))


def _sentence(change: KnownChange, _today: date) -> str:
    return change.claim.text.removesuffix(".")


def _done(change: KnownChange, today: date) -> str:
    following = next((fact.due or fact.start for fact in change.others), None)
    again = f", again {on_near_moment(following, today)}" if following is not None else ""
    return f"{quoted(change.subject.title)}{again}"


def _new(change: KnownChange, today: date) -> str:
    fact = change.subject
    yours = "now yours" if change.claim.kind == "handed_over" else ""
    return ", ".join(filter(None, (quoted(fact.title), yours, _due(fact, today), priority(fact))))


def _moved(change: KnownChange, today: date) -> str:
    fact, memory = change.subject, change.memory
    title = quoted(fact.title)
    if memory is None or (memory.due is None and memory.start is not None):
        return _start_moved(title, fact, memory, today)
    if change.claim.kind == "moved_again" and fact.due is not None:
        return f"{title}, to {near_moment(fact.due, today)} {_again(memory, today)}"
    if fact.due is None:
        return f"{title}, no date any more (was {near_moment(memory.due, today)})" if memory.due else title
    if memory.due is None:
        return f"{title}, {changes.due(fact.due, today)}"
    return f"{title}, {changes.shift(memory.due, fact.due, today)}"


def _start_moved(title: str, fact: Fact, memory: Fact | None, today: date) -> str:
    if fact.start is None:
        return f"{title}, no start any more"
    starts = f"{title}, starts {on_near_moment(fact.start, today)}"
    return f"{starts} instead of {near_moment(memory.start, today)}" if memory and memory.start else starts


def _free(change: KnownChange, today: date) -> str:
    fact = change.subject
    starts = date_of(fact.start) > today if fact.start is not None else False
    start = f"from {near_moment(fact.start, today)}" if fact.start is not None and starts else ""
    title = ", ".join(filter(None, (quoted(fact.title), start, _due(fact, today))))
    return f"{title} ({_finished(change.others)})" if change.others else title


def _finished(blockers: Sequence[Fact]) -> str:
    people = {display_name(fact.assignee or "") for fact in blockers if fact.holder == "other"}
    if len(people) == 1 and all(fact.holder == "other" for fact in blockers) and (name := people.pop()):
        return f"{name} has done {' and '.join(quoted(fact.title) for fact in blockers)}"
    return changes.finished([fact.title for fact in blockers])


def _late(change: KnownChange, today: date) -> str:
    fact = change.subject
    return f"{quoted(fact.title)} (due {near_moment(fact.due, today)})" if fact.due else quoted(fact.title)


def _gone(change: KnownChange, _today: date) -> str:
    fact = change.subject
    return f"{quoted(fact.title)}{' (cancelled)' if fact.status == 'cancelled' else ''}"


def _title(change: KnownChange, _today: date) -> str:
    return quoted(change.subject.title)


def _due(fact: Fact, today: date) -> str:
    return changes.due(fact.due, today) if fact.due is not None else ""


_PHRASES: Mapping[ChangeLine, Callable[[KnownChange, date], str]] = {
    ChangeLine.SOONER: _moved,
    ChangeLine.DONE: _done,
    ChangeLine.NEW: _new,
    ChangeLine.NEW_FROM_FILE: _new,
    ChangeLine.MOVED: _moved,
    ChangeLine.FREE: _free,
    ChangeLine.LATE: _late,
    ChangeLine.GONE: _gone,
}
