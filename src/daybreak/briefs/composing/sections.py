"""A project's section: description, current phase, each task in one bucket, the newest notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from daybreak.agenda import Agenda, Moment, Note, Phase, Project, Task
from daybreak.briefs.document.model import Bucket, BucketView, Section
from daybreak.briefs.facts.buckets import ASKS_TODAY, bucket
from daybreak.briefs.facts.day import NOTE_DAYS, Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import sentences
from daybreak.claims import Claim

if TYPE_CHECKING:
    from uuid import UUID

_MOST_ENTRIES = {Bucket.UNDATED: 5, Bucket.LATER: 0}
_MOST_BY_DEFAULT = 20
_MOST_NOTES = 5
_NEVER = datetime.max.replace(tzinfo=UTC)
_NOT_NEXT = frozenset({Bucket.BLOCKED, Bucket.RECENTLY_COMPLETED})


@dataclass(frozen=True, slots=True)
class Material:
    """The facts of one section: everything that it is computed from."""

    project: Project | None
    phase: Phase | None
    buckets: Mapping[Bucket, Sequence[Task]]
    notes: Sequence[Note]

    @property
    def is_worth_a_section(self) -> bool:
        """Whether the section has any content."""
        return bool(self.buckets or self.notes or self.phase)

    @property
    def urgency(self) -> tuple[bool, bool, str, str]:
        """The order of sections: overdue or due today first, then by name, tasks without a project last."""
        burns = Bucket.OVERDUE in self.buckets or Bucket.DUE_TODAY in self.buckets
        name = self.project.name if self.project else ""
        return (
            not burns,
            self.project is None,
            name.casefold(),
            str(self.project.id if self.project else ""),
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """The agenda's items of one project, or of none, not yet sorted into buckets."""

    project: Project | None
    phases: list[Phase] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def holdings(agenda: Agenda) -> list[Holding]:
    """Return the agenda by project; items without a known project come last."""
    found: dict[UUID | None, Holding] = {project.id: Holding(project) for project in agenda.projects}
    loose = Holding(None)
    for phase in agenda.phases:
        if phase.project_id in found:
            found[phase.project_id].phases.append(phase)
    for task in agenda.tasks:
        found.get(task.project_id, loose).tasks.append(task)
    for note in agenda.notes:
        found.get(note.project_id, loose).notes.append(note)
    return [*found.values(), loose]


def material(book: FactBook, holding: Holding) -> Material:
    """Return the facts of a project's section."""
    today = book.day.today
    return Material(
        project=holding.project,
        phase=next((phase for phase in holding.phases if phase.contains(today)), None),
        buckets=_sorted_into_buckets(book, holding.tasks),
        notes=_recent(book.day, holding.notes),
    )


def asked_today(found: Iterable[Material]) -> list[Task]:
    """Return the tasks to work on today."""
    return [task for material in found for name in ASKS_TODAY for task in material.buckets.get(name, ())]


def write_section(page: FactBook, material: Material) -> Section:
    """Return the section of one project, in the wording of the deterministic writer."""
    project = material.project.name if material.project else None
    statements = page.admit(_statements(page, material))
    views = tuple(_view(page, name, material.buckets[name]) for name in Bucket if name in material.buckets)
    notes = page.admit(_note(page, note) for note in material.notes)
    said = (*statements, *(claim for view in views for claim in view.entries), *notes)
    content = _content(page, project, said, views)
    return Section(project=project, statements=statements, buckets=views, notes=notes, content=content)


def _content(
    book: FactBook, project: str | None, claims: Sequence[Claim], views: Sequence[BucketView]
) -> str:
    facts = [book.facts[fact_id] for claim in claims for fact_id in claim.facts]
    counts = [view.count for view in views]
    content = orjson.dumps([str(book.day.tz), project, claims, counts, facts])
    return blake2b(content, digest_size=16).hexdigest()


def _view(book: FactBook, name: Bucket, tasks: Sequence[Task]) -> BucketView:
    shown = tasks[: _MOST_ENTRIES.get(name, _MOST_BY_DEFAULT)]
    claims = [_entry(book, name, task) for task in shown]
    return BucketView(bucket=name, count=len(tasks), entries=book.admit(claims))


def _entry(book: FactBook, name: Bucket, task: Task) -> Claim:
    fact_id = book.task(task)
    blockers = book.blockers(task) if name is Bucket.BLOCKED else ()
    text = sentences.task(task, name, book.facts[fact_id], book.day.today, blockers)
    return Claim(kind=str(name), text=text, facts=(fact_id,))


def _statements(book: FactBook, material: Material) -> list[Claim]:
    today = book.day.today
    claims = []
    if material.project and material.project.description:
        text = sentences.description(material.project.description)
        claims.append(Claim(kind="description", text=text, facts=(book.project(material.project),)))
    if material.phase:
        cited_phase = book.phase(material.phase)
        text = sentences.phase(material.phase, today)
        claims.append(Claim(kind="phase", text=text, facts=(cited_phase,)))
        if task := _next_in(material.phase, material, book.day):
            text = sentences.next_in_phase(task.title, book.day.local(task.due), today)
            claims.append(Claim(kind="next_in_phase", text=text, facts=(book.task(task),)))
    return claims


def _next_in(phase: Phase, material: Material, day: Day) -> Task | None:
    workable = [
        [task for task in tasks if task.phase_id == phase.id]
        for name, tasks in material.buckets.items()
        if name not in _NOT_NEXT
    ]
    dated = [[task for task in tasks if task.due is not None] for tasks in workable]
    # Each bucket is already in the order of urgency.
    first = [tasks[0] for tasks in dated if tasks] or [tasks[0] for tasks in workable if tasks]
    return min(first, key=lambda task: _by_urgency(task, day), default=None)


def _note(book: FactBook, note: Note) -> Claim:
    noted = note.noted_at.astimezone(book.day.tz)
    text = sentences.note(note.title, note.body, noted, book.day.today)
    return Claim(kind="note", text=text, facts=(book.note(note),))


def _sorted_into_buckets(book: FactBook, tasks: Iterable[Task]) -> dict[Bucket, list[Task]]:
    buckets: dict[Bucket, list[Task]] = {}
    for task in sorted(tasks, key=lambda task: _by_urgency(task, book.day)):
        name = bucket(task, book)
        if name is not None:
            buckets.setdefault(name, []).append(task)
    return buckets


def _by_urgency(task: Task, day: Day) -> tuple[datetime, int, str, str]:
    moment = task.due or _start_ahead(task, day)
    begins = day.instant(moment) if moment is not None else _NEVER
    return (begins, -task.priority, task.title, str(task.id))


def _start_ahead(task: Task, day: Day) -> Moment | None:
    start = day.on(task.start)
    return task.start if start is not None and start >= day.today else None


def _recent(day: Day, notes: Iterable[Note]) -> list[Note]:
    since = day.as_of - timedelta(days=NOTE_DAYS)
    found = [note for note in notes if since <= note.noted_at <= day.as_of]
    return sorted(found, key=lambda note: (note.noted_at, str(note.id)), reverse=True)[:_MOST_NOTES]
