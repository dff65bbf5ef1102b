"""The lines that sum up changes of one kind, in English."""

from collections.abc import Mapping, Sequence
from datetime import date

from daybreak.briefs.wording.formatting import Tense, day_month
from daybreak.briefs.wording.tasks import when
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Claim, Fact

KIND_LABELS: Mapping[str, str] = {
    "done": "Done",
    "recurred": "Done",
    "came_in": "New",
    "comes_next": "Next time",
    "moved": "Moved",
    "moved_again": "Moved again",
    "can_start": "Can start",
    "became_overdue": "Now overdue",
    "vanished": "Gone",
    "renamed": "Renamed",
    "handed_over": "Handed over",
    "file_moved": "Files moved",
    "place_changed": "New place",
}


def since_title(last: date | None, today: date) -> str:
    """Return the heading of the changes: “Since Friday”."""
    if last is None:
        return "What is new"
    days = (today - last).days
    return f"Since {'yesterday' if days == 1 else day_month(last, today)}"


def change_line(label: str, count: int, shown: Sequence[tuple[Fact, Claim]], tense: Tense) -> str:
    """Return “New (4): “A”, due tomorrow; “B”; 2 more”."""
    named = [_phrase(fact, claim, tense) for fact, claim in shown]
    more = [f"{count - len(named)} more"] if count > len(named) else []
    return f"{label} ({count}): {'; '.join((*named, *more))}"


def _phrase(fact: Fact, claim: Claim, tense: Tense) -> str:
    title = quoted(fact.title)
    if claim.kind == "came_in" and fact.due is not None:
        return f"{title}, due {when(fact.due, tense.today)}"
    if claim.kind in {"moved", "moved_again"} and fact.due is not None:
        return f"{title}, to {when(fact.due, tense.today).removeprefix('on ')}"
    return title
