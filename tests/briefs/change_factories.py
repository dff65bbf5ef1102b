"""Two days of one reader, and the sentences about what changed between them."""

from daybreak.agenda import Agenda
from daybreak.briefs.document.model import Document
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.snapshot import Snapshot

from .factories import compose_brief, day, days_later

YESTERDAY = day(days_later(-1))


def snapshot_of(before: Agenda, on: Day = YESTERDAY, last: Snapshot | None = None) -> Snapshot:
    """Return the snapshot of a brief as it is read back from the database."""
    taken = compose_brief(before, on, last_received_snapshot=last).snapshot
    return Snapshot.from_bytes(taken.day, taken.as_bytes())


def compose_after(last: Snapshot, now: Agenda, on: Day | None = None) -> Document:
    """Return the brief that is compared with a snapshot; every sentence must be supported."""
    composed = compose_brief(now, on, last_received_snapshot=last)
    assert [*composed.withheld, *composed.gaps] == []
    return composed.document


def list_changes(before: Agenda, now: Agenda, on: Day | None = None) -> list[str]:
    """Return the sentences about the changes from yesterday's agenda to today's."""
    return texts(compose_after(snapshot_of(before), now, on))


def texts(document: Document) -> list[str]:
    """Return the sentences of “since your last brief”."""
    return [claim.text for claim in document.since_last.entries]
