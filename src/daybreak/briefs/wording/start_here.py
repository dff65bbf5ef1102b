"""The reasons of a next action, in English."""

from collections.abc import Iterable

from daybreak.agenda import Priority
from daybreak.briefs.wording.formatting import plural

_PRIORITIES = {
    Priority.HIGHEST: "highest priority",
    Priority.HIGH: "high priority",
    Priority.LOW: "low priority",
}


def priority_reason(value: Priority) -> str:
    """Return a priority in words; empty for the usual one."""
    return _PRIORITIES.get(value, "")


def due_reason(days: int) -> str:
    """Return the ranking reason of a due date: “due today”, “due in 3 days”."""
    return {0: "due today", 1: "due tomorrow"}.get(days, f"due in {plural(days, 'day')}")


def in_progress_reason(stale: bool) -> str:  # noqa: FBT001 - the only parameter
    """Return the ranking reason of a task in progress."""
    return "in progress, no change for a week" if stale else "in progress"


def starts_today_reason() -> str:
    """Return the ranking reason of a task that starts today."""
    return "starts today"


def was_to_start_reason() -> str:
    """Return the ranking reason of a task that was planned for an earlier day."""
    return "was to start on an earlier day"


def fits_free_time_reason() -> str:
    """Return the ranking reason of a short task."""
    return "fits a free slot today"


def dependents_reason(count: int) -> str:
    """Return “blocks 2 tasks”."""
    return f"blocks {plural(count, 'task')}"


def join_reasons(parts: Iterable[str]) -> str:
    """Return the reasons of a next action in one phrase."""
    return ", ".join(parts) or "nothing is more urgent"
