"""A change, and the sentences that a list of changes becomes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from daybreak.agenda import Agenda, Moment
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.snapshot import Snapshot, SnapshotItem
from daybreak.briefs.wording import changes as wording
from daybreak.claims import Claim, Fact

_MAX_SEPARATE = 3
_MAX_NAMED = 3
_TASK_KINDS = (
    "done",
    "recurred",
    "handed_over",
    "can_start",
    "came_in",
    "comes_next",
    "moved",
    "renamed",
    "file_moved",
    "became_overdue",
    "vanished",
)


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
                status="removed",
                start=start,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a task or of an event.

    Attributes:
        claim: its sentence.
        at: the time by which changes are ordered; None is last.
        summary: the predicate of a sentence about several changes of this kind, such as “were finished”;
            empty for a change that always has its own sentence.
        phrase: the thing in such a sentence.
        noun: what it is a change of: a task, a file or an event.
    """

    claim: Claim
    at: Moment | None = None
    summary: str = ""
    phrase: str = ""
    noun: str = "task"

    @property
    def is_event(self) -> bool:
        """Whether it is a change of the calendar."""
        return self.noun == "event"


def condense(changes: Iterable[Change]) -> list[Claim]:
    """Return the claims of changes in their order; more than three of one kind become one claim."""
    groups: dict[tuple[bool, str, str], list[Change]] = defaultdict(list)
    for number, change in enumerate(sorted(changes, key=_order)):
        groups[change.is_event, change.claim.kind, change.summary or str(number)].append(change)
    entries: list[tuple[Change, Claim]] = []
    for group in groups.values():
        if len(group) > _MAX_SEPARATE:
            entries.append((group[0], _summarize(group)))
        else:
            entries += [(change, change.claim) for change in group]
    return [claim for _, claim in sorted(entries, key=lambda entry: _order(entry[0]))]


def _summarize(group: Sequence[Change]) -> Claim:
    first = group[0]
    named = [change.phrase for change in group[:_MAX_NAMED]]
    text = wording.summary(len(group), first.noun, first.summary, named)
    facts = dict.fromkeys(fact for change in group for fact in change.claim.facts)
    return Claim(kind=first.claim.kind, text=text, facts=tuple(facts))


def _order(change: Change) -> tuple[bool, int, tuple[date, bool, str], str, tuple[str, ...]]:
    rank = 0 if change.is_event else _TASK_KINDS.index(change.claim.kind)
    return change.is_event, rank, _time_order(change.at), change.claim.text, change.claim.facts


def _time_order(at: Moment | None) -> tuple[date, bool, str]:
    if isinstance(at, datetime):
        return at.date(), True, at.isoformat()
    return at or date.max, False, ""
