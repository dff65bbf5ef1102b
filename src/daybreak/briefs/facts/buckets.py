"""The bucket of a reader's task on the reader's date; exactly one. The first matching rule decides.

1. finished in the last 24 hours; finished earlier or cancelled: none
2. blocked, regardless of its dates: it cannot be worked on
3. overdue, due today
4. in progress; stale if untouched for a week
5. starting today, or planned for an earlier day, without a due date and not begun
6. upcoming: due or starting within seven days
7. later: due or starting after that
8. undated: no date lies ahead
"""

from datetime import date, datetime, timedelta

from daybreak.agenda import Task, TaskStatus
from daybreak.briefs.document.model import Bucket
from daybreak.briefs.facts.day import DONE_WITHIN, STALE_DAYS, UPCOMING_DAYS, Day
from daybreak.briefs.facts.fact_book import FactBook

TODAY_BUCKETS = frozenset(
    {Bucket.OVERDUE, Bucket.DUE_TODAY, Bucket.STARTING_TODAY, Bucket.IN_PROGRESS, Bucket.STALE}
)
"""The buckets of tasks to work on today."""


def bucket_of(task: Task, book: FactBook) -> Bucket | None:
    """Return the bucket of a task; None if briefs do not mention it."""
    day = book.day
    if task.id not in book.open:
        return Bucket.RECENTLY_COMPLETED if task.is_mine and completed_recently(task, day) else None
    if book.is_blocked(task):
        return Bucket.BLOCKED
    due, start = day.date_of(task.due), day.date_of(task.start)
    if due is not None and due <= day.today:
        return Bucket.OVERDUE if due < day.today else Bucket.DUE_TODAY
    if task.status is TaskStatus.IN_PROGRESS:
        return Bucket.STALE if is_stale(task, day) else Bucket.IN_PROGRESS
    if start == day.today or is_late_to_start(task, day):
        return Bucket.STARTING_TODAY
    return _future_bucket(due, start, day.today)


def completed_recently(task: Task, day: Day) -> bool:
    """Return whether it was finished in the 24 hours before the brief; a date means its whole day.

    Of a task without a completion time the time counts at which a reading first found it done.
    """
    since, completed = day.as_of - DONE_WITHIN, task.latest_completion
    if task.status is not TaskStatus.DONE or completed is None:
        return False
    if isinstance(completed, datetime) and not since <= day.instant_of(completed) <= day.as_of:
        return False
    return since.astimezone(day.tz).date() <= (day.date_of(completed) or day.today) <= day.today


def is_stale(task: Task, day: Day) -> bool:
    """Return whether it has been untouched for a week."""
    return task.touched_at.astimezone(day.tz).date() <= day.today - timedelta(days=STALE_DAYS)


def is_late_to_start(task: Task, day: Day) -> bool:
    """Return whether it was planned for an earlier day, has not been begun and has no due date to plan by."""
    start = day.date_of(task.start)
    return task.due is None and task.status is TaskStatus.OPEN and start is not None and start < day.today


def _future_bucket(due: date | None, start: date | None, today: date) -> Bucket:
    future = [moment for moment in (due, start) if moment is not None and moment > today]
    if not future:
        return Bucket.UNDATED
    return Bucket.UPCOMING if min(future) <= today + timedelta(days=UPCOMING_DAYS) else Bucket.LATER
