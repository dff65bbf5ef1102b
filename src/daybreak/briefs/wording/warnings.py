"""The warnings of a brief, in English."""

from datetime import date, datetime

from daybreak.briefs.wording.formatting import plural
from daybreak.briefs.wording.tasks import near_day, when


def source_unreadable(
    last_read: datetime | None, failing_since: datetime | None, reason: str, today: date
) -> str:
    """Return the warning for a source that could not be read, with the date of its first failure."""
    shown = f"; what is shown of it was read {when(last_read, today)}" if last_read else ""
    first = failing_since.date() if failing_since else today
    since = f" since {near_day(first, today)}" if first < today else ""
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
