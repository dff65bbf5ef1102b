"""Changes since the last brief: the difference between its snapshot and the current agenda.

Each task and event appears once. Only sources that both briefs read are compared, and only calendar days that
both cover: a new source does not appear as two hundred new tasks. Items with the same title and dates are the
same thing under any id, source or file. Tasks come first, by kind of change; then the calendar, in the order
of time. Each change is one claim; a form sums up those of one kind.
"""

from daybreak.agenda import Agenda
from daybreak.briefs.composing.changes.change import Comparison, order_of
from daybreak.briefs.composing.changes.event_changes import find_event_changes
from daybreak.briefs.composing.changes.task_changes import find_task_changes
from daybreak.briefs.document.model import SinceLast
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Snapshot

__all__ = ["MAX_ENTRIES", "changes_since"]

MAX_ENTRIES = 5000


def changes_since(book: FactBook, agenda: Agenda, last: Snapshot | None, current: Snapshot) -> SinceLast:
    """Return the changes from the last received snapshot to the current one."""
    if last is None:
        return SinceLast(date=None)
    sources = {key: name for key, name in current.sources.items() if key in last.sources}
    comparison = Comparison(book=book, agenda=agenda, last=last, current=current, sources=sources)
    changes = sorted((*find_task_changes(comparison), *find_event_changes(comparison)), key=order_of)
    return SinceLast(
        date=last.day,
        entries=tuple(change.claim for change in changes[:MAX_ENTRIES]),
        omitted=max(0, len(changes) - MAX_ENTRIES),
    )
