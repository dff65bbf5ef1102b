"""The evidence of a sentence, in words: each cited fact with its details and its source."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.formatting import clock_time, day_month, duration, plural
from daybreak.briefs.wording.tasks import priority
from daybreak.claims import Fact

_KIND_LABELS = {
    "task": "Task",
    "event": "Event",
    "note": "Note",
    "project": "Project",
    "phase": "Phase",
    "holiday": "Public holiday",
    "memory": "In an earlier brief",
}
_CLOSED = frozenset({"done", "cancelled", "removed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A fact as a reader sees it.

    Attributes:
        kind: what it is: “Task”, “Event”; empty for a number.
        title: its title, or the number and what it counts.
        details: its details.
        source_ref: its source and source reference.
        task: the id of the task, if it is one.
        is_open: whether it is not done or gone.
    """

    kind: str
    title: str
    details: str
    source_ref: str = ""
    task: str | None = None
    is_open: bool = True


def list_evidence(ids: Iterable[str], document: Document) -> tuple[Evidence, ...]:
    """Return the evidence of these ids of facts; unknown ids are ignored."""
    return tuple(_evidence_of(one, document) for one in ids if one in document.facts)


def _evidence_of(fact_id: str, document: Document) -> Evidence:
    fact = document.facts[fact_id]
    if fact.kind == "stat":
        return Evidence(kind="", title=_counted(fact), details=one_line(fact.source_ref).capitalize())
    if fact.kind == "edge":
        return Evidence(
            kind="What it is about", title=one_line(fact.title), details=one_line(fact.source_ref)
        )
    return Evidence(
        kind=_KIND_LABELS.get(fact.kind, fact.kind.capitalize()),
        title=one_line(fact.title),
        details=", ".join(_details(fact, document)),
        source_ref=one_line(": ".join(filter(None, (fact.source, _source_ref(fact))))),
        task=fact_id.removeprefix("task:") if fact.kind == "task" else None,
        is_open=fact.status not in _CLOSED,
    )


def _counted(fact: Fact) -> str:
    """Return a number with what it counts: “1 task overdue”."""
    noun, space, rest = one_line(fact.title).partition(" ")
    return f"{fact.value} {noun.removesuffix('s') if fact.value == 1 else noun}{space}{rest}"


def _source_ref(fact: Fact) -> str:
    is_line = fact.kind != "event" and fact.source_ref.startswith(f"{fact.file}:")
    return fact.source_ref if is_line or not fact.file else f"{fact.file}, {fact.source_ref}"


def _details(fact: Fact, document: Document) -> Iterator[str]:
    if fact.status:
        yield fact.status.replace("_", " ")
    if words := priority(fact):
        yield words
    if fact.estimate_minutes:
        yield f"takes {duration(fact.estimate_minutes)}"
    if fact.waiting or fact.blockers:
        yield _blocked_by(fact, document)
    for words, moment in _moments(fact):
        if moment is not None:
            yield f"{words} {_format_moment(moment, document.date)}"
    if fact.project:
        yield f"in {one_line(fact.project)}"
    if fact.of:
        yield f"adds up {plural(len(fact.of), 'thing')}"


def _moments(fact: Fact) -> Iterator[tuple[str, date | datetime | None]]:
    is_one_day = fact.kind in {"event", "holiday"} and fact.end in {None, fact.start}
    yield "on" if is_one_day else "from", fact.start
    yield "until", None if is_one_day else fact.end
    yield "first due" if fact.kind == "memory" else "due", fact.due
    yield "finished", fact.completed
    yield "first found done", None if fact.completed else fact.completion_seen
    yield "updated", fact.touched


def _blocked_by(fact: Fact, document: Document) -> str:
    known = [one_line(document.facts[one].title) for one in fact.blockers if one in document.facts]
    others = len(fact.blockers) - len(known)
    named = [*(f"“{title}”" for title in known), *([plural(others, "other task")] if others else [])]
    return f"blocked by {', '.join(named)}" if named else "blocked by another task"


def _format_moment(moment: date | datetime, today: date) -> str:
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    return f"{day_month(moment, today)}{at}"
