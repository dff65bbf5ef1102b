"""A fact is one thing that is so; a claim is one sentence with the facts that support it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from daybreak.frozen import frozen


@frozen
class Fact:
    """One thing as a brief sees it, with the place where a person can look it up.

    Moments are dates or aware datetimes in the reader's zone, so that ``.date()`` is the reader's date.

    Attributes:
        kind: ``task``, ``event``, ``note``, ``project``, ``phase``, ``holiday``, ``source``, ``stat``, or
            ``memory``: a task as an earlier brief knew it.
        title: what its owner calls it.
        source: the name of the source that it came from.
        place: ``file:line``, the UID of a calendar entry, or how a number was counted.
        file: the file of the source that it stands in, if it stands in one.
        status: where it stands, if it is a thing that has a status.
        waiting: whether something open has to be done before it.
        value: the number, if it is a ``stat``.
        of: ids of what was counted, if it is a ``stat`` that counts things shown in the document.
    """

    kind: str
    title: str
    source: str
    place: str
    file: str | None = None
    project: str | None = None
    status: str | None = None
    waiting: bool = False
    start: date | datetime | None = None
    end: date | datetime | None = None
    due: date | datetime | None = None
    completed: date | datetime | None = None
    touched: datetime | None = None
    value: int | None = None
    of: tuple[str, ...] = ()


@frozen
class Claim:
    """One sentence; ``facts`` are the ids of all that it rests on, ``kind`` says what must hold for them."""

    kind: str
    text: str
    facts: tuple[str, ...]


class Statement(Protocol):
    """Anything with the three parts of a claim."""

    @property
    def kind(self) -> str:
        """What must hold for its facts."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids that it rests on."""


Predicate = Callable[[Fact, date], bool]


def unsupported(
    claim: Statement, facts: Mapping[str, Fact], predicates: Mapping[str, Predicate], today: date
) -> str | None:
    """Why a claim does not stand, in one sentence; None when it does.

    It stands when its kind is known, it cites at least one fact, every cited fact exists, and the predicate
    of its kind holds for each of them on the reader's date ``today``.
    """
    predicate = predicates.get(claim.kind)
    if predicate is None:
        return f"“{claim.kind}” is not a kind of claim"
    if not claim.facts:
        return f"“{claim.text}” cites nothing"
    for fact_id in claim.facts:
        fact = facts.get(fact_id)
        if fact is None:
            return f"“{claim.text}” cites {fact_id}, which is not there"
        if not predicate(fact, today):
            return f"“{claim.text}” does not follow from {fact_id}"
    return None
