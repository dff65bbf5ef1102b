"""The warnings of a brief, in English."""

from datetime import date, datetime

from daybreak.briefs.wording.formatting import near_date, on_near_moment, plural

TITLE = "Not included"


def source_unreadable(
    last_read: datetime | None, failing_since: datetime | None, reason: str, today: date
) -> str:
    """Return the warning for a source that could not be read, with the date of its first failure."""
    shown = f" Shown as of {on_near_moment(last_read, today).removeprefix('on ')}." if last_read else ""
    first = failing_since.date() if failing_since else today
    since = f" since {near_date(first, today)}" if first < today else ""
    return f"couldn’t be read{since}: {reason.rstrip('.')}.{shown}"


SOURCE_NEVER_READ = "not read yet. Press Sync now under Sources."


def source_outdated(since: datetime, today: date) -> str:
    """Return the warning for a source that was not read recently."""
    read = on_near_moment(since, today)
    return f"last read {read}; later changes aren’t shown. Press Sync now under Sources."


def more_warnings(count: int) -> str:
    """Return the number of warnings that are not listed, and where they are."""
    return f"{plural(count, 'more warning')}: see Sources, or run daybreak sources list."


def shortened(count: int, *, is_least: bool) -> str:
    """Return the number of warnings that a length omits, and where they are."""
    number = f"over {count} more" if is_least else f"{count} more"
    return f"{number}: see Sources, or run daybreak brief --length full."


NO_PROJECT = "Tasks without a project"


def defect(kind: str) -> str:
    """Return the reason for an unexpected error: its class alone, since its message may contain secrets."""
    return f"an error in Daybreak ({kind}); its log has the details"


def part_missing(reason: str) -> str:
    """Return the warning for a part of the brief that failed."""
    return f"not included: {reason}."


def section_missing(reason: str) -> str:
    """Return the warning for a project whose section failed although its tasks were sorted into buckets."""
    return f"counted, but not shown: {reason}."


def project_missing(reason: str, tasks: int) -> str:
    """Return the warning for a project whose tasks could not be sorted into buckets."""
    what = f"its {plural(tasks, 'task')} {'is' if tasks == 1 else 'are'}" if tasks else "it is"
    return f"{what} not in this brief or its numbers: {reason}."


def withheld(count: int) -> str:
    """Return the warning for sentences that their facts did not support."""
    was, they = ("was", "it") if count == 1 else ("were", "they")
    return (
        f"{plural(count, 'sentence')} {was} withheld because {they} failed a fact check. Please report this."
    )
