"""A change, and the order of changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from daybreak.agenda import Agenda, Moment
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Snapshot, SnapshotItem
from daybreak.claims import Claim, Fact

_TASK_RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (
            *("done", "recurred", "handed_over", "can_start", "came_in", "comes_next", "moved"),
            *("moved_again", "renamed", "file_moved", "became_overdue", "vanished"),
        )
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The two states that are compared.

    Attributes:
        sources: the names of the sources that both briefs read, by key.
    """

    book: FactBook
    agenda: Agenda
    last: Snapshot
    current: Snapshot
    sources: Mapping[str, str]

    def cite_removed(
        self, kind: str, item_id: str, item: SnapshotItem, start: Moment | None = None, *, is_id_in_use: bool
    ) -> str:
        """Cite an item that its source no longer has; return the id of its fact.

        The fact of an id that another item has now is a memory of that day.
        """
        return self.book.add(
            f"memory:{self.last.day}:{item_id}" if is_id_in_use else f"{kind}:{item_id}",
            Fact(
                kind=kind,
                title=item.title,
                source=self.sources[item.source],
                source_ref=item.source_ref,
                file=item.path or None,
                status="removed",
                start=start,
            ),
        )

    def cite_memory(
        self,
        item_id: str,
        item: SnapshotItem,
        *,
        due: Moment | None = None,
        start: Moment | None = None,
        value: int | None = None,
    ) -> str:
        """Cite an item as the last brief knew it; return the id of its fact.

        Args:
            item_id: its id in the snapshot.
            item: what the snapshot has of it.
            due: its due date then, or its first one if it was put off several times.
            start: its start then.
            value: how often it was put off.
        """
        fact = Fact(
            kind="memory",
            title=item.title,
            source=self.sources[item.source],
            source_ref=item.source_ref,
            start=start,
            due=due,
            value=value,
        )
        return self.book.add(f"memory:{self.last.day}:{item_id}", fact)


class Change(NamedTuple):
    """One change of a task or of an event.

    Attributes:
        claim: its sentence.
        at: the time by which changes are ordered; None is last.
        is_event: whether it is a change of the calendar.
    """

    claim: Claim
    at: Moment | None = None
    is_event: bool = False


def order_of(change: Change) -> tuple[bool, int, tuple[date, bool, str], str, tuple[str, ...]]:
    """Return the sort key of a change: tasks by kind, then events; each in the order of time."""
    claim, at, is_event = change
    rank = 0 if is_event else _TASK_RANKS[claim.kind]
    return is_event, rank, _time_order(at), claim.text, claim.facts


def _time_order(at: Moment | None) -> tuple[date, bool, str]:
    if isinstance(at, datetime):
        return at.date(), True, at.isoformat()
    return at or date.max, False, ""
