"""The evidence of a sentence, in words: each cited fact with its details and its source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.formatting import clock_time, day_month, plural
from daybreak.claims import Fact

_KIND_LABELS = {
    "task": "Task",
    "event": "Event",
    "note": "Note",
    "project": "Project",
    "phase": "Phase",
    "holiday": "Public holiday",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A fact as a reader sees it.

    Attributes:
        title: its kind and title.
        details: its details.
        source_ref: its source and source reference.
        task: the id of the task, if it is one.
    """

    title: str
    details: str
    source_ref: str
    task: str | None = None


def list_evidence(ids: Iterable[str], facts: Mapping[str, Fact], today: date) -> tuple[Evidence, ...]:
    """Return the evidence of these fact ids; unknown ids are ignored."""
    return tuple(_evidence_of(fact_id, facts[fact_id], today) for fact_id in ids if fact_id in facts)


def _evidence_of(fact_id: str, fact: Fact, today: date) -> Evidence:
    if fact.kind == "stat":
        return Evidence(
            title=f"{fact.value} {one_line(fact.title)}",
            details=f"Counted: {one_line(fact.source_ref)}",
            source_ref="",
        )
    name = _KIND_LABELS.get(fact.kind, fact.kind.capitalize())
    return Evidence(
        title=f"{name} “{one_line(fact.title)}”",
        details=", ".join(_details(fact, today)),
        source_ref=one_line(": ".join(filter(None, (fact.source, _source_ref(fact))))),
        task=fact_id.removeprefix("task:") if fact.kind == "task" else None,
    )


def _source_ref(fact: Fact) -> str:
    is_line = fact.kind != "event" and fact.source_ref.startswith(f"{fact.file}:")
    return fact.source_ref if is_line or not fact.file else f"{fact.file}, {fact.source_ref}"


def _details(fact: Fact, today: date) -> Iterator[str]:
    if fact.status:
        yield fact.status.replace("_", " ")
    if fact.waiting:
        yield "waits for another task"
    is_one_day = fact.kind in {"event", "holiday"} and fact.end in {None, fact.start}
    for words, moment in (
        ("on" if is_one_day else "from", fact.start),
        ("until", None if is_one_day else fact.end),
        ("due", fact.due),
        ("finished", fact.completed),
        ("first found done", None if fact.completed else fact.completion_seen),
        ("last touched", fact.touched),
    ):
        if moment is not None:
            yield f"{words} {_format_moment(moment, today)}"
    if fact.project:
        yield f"in {one_line(fact.project)}"
    if fact.of:
        yield f"adds up {plural(len(fact.of), 'thing')}"


def _format_moment(moment: date | datetime, today: date) -> str:
    at = f" at {clock_time(moment)}" if isinstance(moment, datetime) else ""
    return f"{day_month(moment, today)}{at}"
