"""A fact is one true statement about the agenda; a claim is one sentence with the facts that support it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple, Protocol

from daybreak.frozen import frozen


@frozen
class Fact:
    """One thing of the agenda as a brief sees it, with the source reference where a user finds it.

    Moments are dates or aware datetimes in the reader's zone, so that ``.date()`` is the reader's date.

    Attributes:
        kind: ``task``, ``event``, ``note``, ``project``, ``phase``, ``holiday``, ``source``, ``stat``,
            ``memory``: a task or event as an earlier brief knew it, or ``edge``: why a meeting is about a
            project, a person or tasks.
        title: the owner's title.
        source: the name of its source.
        source_ref: ``file:line``, the UID of a calendar entry, or how a number was counted.
        file: the file of the source that contains it, if any.
        status: its status, if it is a thing that has one.
        assignee: the person to whom a task is assigned, or whose tasks a ``stat`` counts.
        holder: ``mine``, ``other`` or ``unassigned``: whose a task is, or the tasks that a ``stat`` counts.
        priority: ``highest``, ``high``, ``medium`` or ``low``; None for the usual one.
        estimate_minutes: the estimate of its owner, in minutes.
        waiting: whether an open task blocks it.
        blockers: ids of the facts of the open tasks that block it.
        completed: when it was completed, as its source or its owner states.
        completion_seen: when a reading first found it done that had been open.
        value: the number, if it is a ``stat``; how often it was put off, if it is a ``memory`` of that.
        of: ids of what was counted, if it is a ``stat`` that counts things shown in the document, or of what
            an ``edge`` connects.
    """

    kind: str
    title: str
    source: str
    source_ref: str
    file: str | None = None
    project: str | None = None
    status: str | None = None
    assignee: str | None = None
    holder: str | None = None
    priority: str | None = None
    estimate_minutes: int | None = None
    waiting: bool = False
    blockers: tuple[str, ...] = ()
    start: date | datetime | None = None
    end: date | datetime | None = None
    due: date | datetime | None = None
    completed: date | datetime | None = None
    completion_seen: datetime | None = None
    touched: datetime | None = None
    value: int | None = None
    of: tuple[str, ...] = ()


@frozen
class Claim:
    """One sentence; ``facts`` are the ids of its facts, ``kind`` names their predicate."""

    kind: str
    text: str
    facts: tuple[str, ...]


class ClaimLike(Protocol):
    """Anything with the three parts of a claim."""

    @property
    def kind(self) -> str:
        """The predicate that must be true of its facts."""

    @property
    def text(self) -> str:
        """The sentence."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of its facts."""


Predicate = Callable[[Fact, date], bool]


class SubjectPredicate(NamedTuple):
    """The predicates of a kind whose first fact is what the sentence is about; the others are its reasons."""

    subject: Predicate
    reason: Predicate


def why_unsupported(
    claim: ClaimLike,
    facts: Mapping[str, Fact],
    predicates: Mapping[str, Predicate | SubjectPredicate],
    today: date,
) -> str | None:
    """Return why a claim is not supported, in one sentence; None if it is supported.

    A claim is supported if its kind is known, it cites at least one fact, and every cited fact exists. The
    predicate of its kind must be true of each of them on the reader's date ``today``; of a
    `SubjectPredicate`, that of the subject of the first one, and that of a reason of the others.
    """
    known = predicates.get(claim.kind)
    if known is None:
        return f"“{claim.kind}” is not a kind of claim"
    if not claim.facts:
        return f"“{claim.text}” cites nothing"
    predicate, reason = known if isinstance(known, SubjectPredicate) else (known, known)
    for fact_id in claim.facts:
        fact = facts.get(fact_id)
        if fact is None:
            return f"“{claim.text}” cites {fact_id}, which does not exist"
        if not predicate(fact, today):
            return f"“{claim.text}” does not follow from {fact_id}"
        predicate = reason
    return None
