"""Properties with a fixed set of values, and warnings about values that are not in it."""

from collections.abc import Callable

from daybreak.agenda.importers.icalendar.components import Component
from daybreak.agenda.importers.icalendar.entries import CalendarEntry
from daybreak.agenda.importers.icalendar.timestamps import Duration
from daybreak.agenda.importers.icalendar.values import DateOutOfRange, is_placeholder, parse_moment
from daybreak.agenda.importers.parsing.vocabulary import parse_priority, parse_status
from daybreak.agenda.model import Priority, TaskStatus

WarnCallback = Callable[[CalendarEntry, str], None]
_Test = Callable[[str], bool]

_STATUSES = {
    "NEEDS-ACTION": TaskStatus.OPEN,
    "IN-PROCESS": TaskStatus.IN_PROGRESS,
    "COMPLETED": TaskStatus.DONE,
    "CANCELLED": TaskStatus.CANCELLED,
}
_EVENT_STATUSES = frozenset({"TENTATIVE", "CONFIRMED", "CANCELLED", "CANCELED"})
_WHOLE_PERCENT = 100


def warn_about_values(entry: CalendarEntry, warn: WarnCallback) -> None:
    """Warn of each property of an entry whose value is not one of those that it may have."""
    for name, (is_known, reason) in _TESTS[entry.component.name].items():
        value = entry.component.get_value(name)
        if value and not is_known(value):
            warn(entry, entry.describe_ignored(name, reason))


def parse_status_of_task(component: Component) -> TaskStatus:
    """Return the status of a to-do by STATUS, else by COMPLETED and PERCENT-COMPLETE."""
    written = _parse_task_status(component.get_keyword("STATUS"))
    percent = _parse_percent(component.get_value("PERCENT-COMPLETE")) or 0
    if written is None and (percent == _WHOLE_PERCENT or has_completion(component)):
        return TaskStatus.DONE
    if written in {None, TaskStatus.OPEN} and percent:
        return TaskStatus.IN_PROGRESS
    return written or TaskStatus.OPEN


def has_completion(component: Component) -> bool:
    """Return whether a to-do has a time of its completion."""
    try:
        wall, _ = parse_moment(component.get_value("COMPLETED"))
    except ValueError:
        return False
    return not is_placeholder(wall)


def parse_priority_of_task(written: str) -> Priority:
    """Return the priority of RFC 5545 §3.8.1.9, 1 to 9, or of a word such as HIGH."""
    # 1 is the highest, 1-4 are high, 5 is normal, 6-9 are low, 0 is undefined.
    if not written.isdigit():
        return parse_priority(written) or Priority.NORMAL
    rank = int(written) if written in set("123456789") else 5
    if rank == 1:
        return Priority.HIGHEST
    return Priority.HIGH if rank < 5 else Priority.NORMAL if rank == 5 else Priority.LOW  # noqa: PLR2004 -- RFC's


def _parse_task_status(keyword: str) -> TaskStatus | None:
    return _STATUSES.get(keyword) or parse_status(keyword)


def _parse_percent(written: str) -> int | None:
    number = written.removesuffix("%").strip().partition(".")[0]
    is_number = number.isascii() and number.isdigit() and len(number) <= len(str(_WHOLE_PERCENT))
    return int(number) if is_number and int(number) <= _WHOLE_PERCENT else None


def _is_priority(written: str) -> bool:
    return written in set("0123456789") or (not written.isdigit() and parse_priority(written) is not None)


def _is_moment(written: str) -> bool:
    try:
        parse_moment(written)
    except DateOutOfRange:
        # A year such as 0001 means “none”.
        return True
    except ValueError:
        return False
    return True


def _is_duration(written: str) -> bool:
    try:
        Duration.parse(written)
    except ValueError:
        return False
    return True


_UNKNOWN = "its value is unknown"
_RECURRENCE_ID = {"RECURRENCE-ID": (_is_moment, "it is not a date or a time")}
_TESTS: dict[str, dict[str, tuple[_Test, str]]] = {
    "VEVENT": {
        "STATUS": (lambda written: written.upper() in _EVENT_STATUSES, _UNKNOWN),
        "TRANSP": (lambda written: written.upper().startswith(("TRANSPARENT", "OPAQUE")), _UNKNOWN),
    }
    | _RECURRENCE_ID,
    "VTODO": {
        "STATUS": (lambda written: _parse_task_status(written.upper()) is not None, _UNKNOWN),
        "PRIORITY": (_is_priority, "it is not a number from 0 to 9"),
        "PERCENT-COMPLETE": (
            lambda written: _parse_percent(written) is not None,
            "it is not a number from 0 to 100",
        ),
        "COMPLETED": (_is_moment, "it is not a date or a time"),
        "ESTIMATED-DURATION": (_is_duration, "it is not a duration"),
    }
    | _RECURRENCE_ID,
}
