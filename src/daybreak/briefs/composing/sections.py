"""A project's section: description, current phase, each task in one bucket, other people, newest notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from daybreak.agenda import Agenda, Moment, Note, Phase, Project, Task
from daybreak.briefs.document.model import Bucket, BucketEntries, Section
from daybreak.briefs.facts.buckets import TODAY_BUCKETS, bucket_of
from daybreak.briefs.facts.day import NOTE_DAYS, WEEK_DAYS, Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.other_people import PersonTasks, group_by_person, waiting_claims
from daybreak.briefs.facts.restored_notes import find_restored_notes
from daybreak.briefs.wording import projects as wording
from daybreak.claims import Claim

if TYPE_CHECKING:
    from uuid import UUID

_MAX_NOTES = 5
_NEVER = datetime.max.replace(tzinfo=UTC)
_NEVER_NEXT_BUCKETS = frozenset({Bucket.BLOCKED, Bucket.RECENTLY_COMPLETED})


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """The facts of one section: everything that it is computed from.

    Attributes:
        overdue_for_over_a_week: the number of overdue tasks that were due more than a week ago.
    """

    project: Project | None
    phase: Phase | None
    buckets: Mapping[Bucket, Sequence[Task]]
    notes: Sequence[Note]
    waiting: Sequence[PersonTasks] = ()
    overdue_for_over_a_week: int = 0

    @property
    def has_content(self) -> bool:
        """Whether the section has any content."""
        return bool(self.buckets or self.notes or self.phase or self.waiting)

    @property
    def sort_key(self) -> tuple[bool, bool, str, str]:
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
class ProjectItems:
    """The agenda's items of one project, or of none, not yet sorted into buckets."""

    project: Project | None
    phases: list[Phase] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def group_by_project(agenda: Agenda) -> list[ProjectItems]:
    """Return the agenda by project; items without a known project come last."""
    found: dict[UUID | None, ProjectItems] = {
        project.id: ProjectItems(project) for project in agenda.projects
    }
    loose = ProjectItems(None)
    for phase in agenda.phases:
        if phase.project_id in found:
            found[phase.project_id].phases.append(phase)
    for task in agenda.tasks:
        found.get(task.project_id, loose).tasks.append(task)
    restored = find_restored_notes(agenda.notes)
    for note in agenda.notes:
        if note.id in restored:
            continue
        found.get(note.project_id, loose).notes.append(note)
    return [*found.values(), loose]


def collect_project_facts(book: FactBook, items: ProjectItems) -> ProjectFacts:
    """Return the facts of a project's section."""
    day, buckets = book.day, _group_by_bucket(book, items.tasks)
    return ProjectFacts(
        project=items.project,
        phase=next((phase for phase in items.phases if phase.contains(day.today)), None),
        buckets=buckets,
        notes=_recent_notes(day, items.notes),
        waiting=group_by_person(items.tasks, day),
        overdue_for_over_a_week=sum(_is_old(task, day) for task in buckets.get(Bucket.OVERDUE, ())),
    )


def _is_old(task: Task, day: Day) -> bool:
    due = day.date_of(task.due)
    return due is not None and due < day.today - timedelta(days=WEEK_DAYS)


def tasks_for_today(projects: Iterable[ProjectFacts]) -> list[Task]:
    """Return the tasks to work on today."""
    return [
        task for material in projects for name in TODAY_BUCKETS for task in material.buckets.get(name, ())
    ]


def write_section(book: FactBook, project_facts: ProjectFacts) -> Section:
    """Return the section of one project, in the wording of the deterministic writer."""
    project = project_facts.project.name if project_facts.project else None
    statements = book.keep_supported(_project_claims(book, project_facts))
    views = tuple(
        _bucket_entries(book, name, project_facts.buckets[name])
        for name in Bucket
        if name in project_facts.buckets
    )
    notes = book.keep_supported(_note_claim(book, note) for note in project_facts.notes)
    project_id = project_facts.project.id if project_facts.project else None
    waiting = book.keep_supported(waiting_claims(book, project_id, project_facts.waiting))
    claims = (*statements, *(claim for view in views for claim in view.entries), *waiting, *notes)
    return Section(
        project=project,
        statements=statements,
        buckets=views,
        waiting=waiting,
        notes=notes,
        content_hash=_content_hash(book, project, claims, views),
    )


def _content_hash(
    book: FactBook, project: str | None, claims: Sequence[Claim], views: Sequence[BucketEntries]
) -> str:
    facts = [book.facts[fact_id] for claim in claims for fact_id in claim.facts]
    blockers = [book.facts[fact_id] for fact in facts for fact_id in fact.blockers if fact_id in book.facts]
    counts = [view.count for view in views]
    content = orjson.dumps([str(book.day.tz), project, claims, counts, facts, blockers])
    return blake2b(content, digest_size=16).hexdigest()


def _bucket_entries(book: FactBook, name: Bucket, tasks: Sequence[Task]) -> BucketEntries:
    claims = [_task_claim(book, name, task) for task in tasks]
    return BucketEntries(bucket=name, count=len(tasks), entries=book.keep_supported(claims))


def _task_claim(book: FactBook, name: Bucket, task: Task) -> Claim:
    if name is Bucket.BLOCKED:
        book.cite_blockers(task)
    return Claim(kind=name.value, text="", facts=(book.cite_task(task),))


def _project_claims(book: FactBook, project_facts: ProjectFacts) -> list[Claim]:
    today = book.day.today
    claims = []
    if project_facts.project and project_facts.project.description:
        text = wording.description(project_facts.project.description)
        claims.append(Claim(kind="description", text=text, facts=(book.cite_project(project_facts.project),)))
    if project_facts.phase:
        cited_phase = book.cite_phase(project_facts.phase)
        text = wording.phase(project_facts.phase, today)
        claims.append(Claim(kind="phase", text=text, facts=(cited_phase,)))
        if task := _next_task_in(project_facts.phase, project_facts, book.day):
            cited = book.cite_task(task)
            text = wording.next_in_phase(task.title, book.facts[cited], book.day.tense)
            claims.append(Claim(kind="next_in_phase", text=text, facts=(cited,)))
    return claims


def _next_task_in(phase: Phase, project_facts: ProjectFacts, day: Day) -> Task | None:
    workable = [
        [task for task in tasks if task.phase_id == phase.id]
        for name, tasks in project_facts.buckets.items()
        if name not in _NEVER_NEXT_BUCKETS
    ]
    dated = [[task for task in tasks if task.due is not None] for tasks in workable]
    # Each bucket is already in the order of urgency.
    first = [tasks[0] for tasks in dated if tasks] or [tasks[0] for tasks in workable if tasks]
    return min(first, key=lambda task: _by_urgency(task, day), default=None)


def _note_claim(book: FactBook, note: Note) -> Claim:
    noted = note.noted_at.astimezone(book.day.tz)
    text = wording.note(note.title, note.body, noted, book.day.today)
    return Claim(kind="note", text=text, facts=(book.cite_note(note),))


def _group_by_bucket(book: FactBook, tasks: Iterable[Task]) -> dict[Bucket, list[Task]]:
    buckets: dict[Bucket, list[Task]] = {}
    for task in sorted(tasks, key=lambda task: _by_urgency(task, book.day)):
        name = bucket_of(task, book)
        if name is not None:
            buckets.setdefault(name, []).append(task)
    return buckets


def _by_urgency(task: Task, day: Day) -> tuple[datetime, int, str, str]:
    moment = task.due or _start_ahead(task, day)
    begins = day.instant_of(moment) if moment is not None else _NEVER
    return (begins, -task.priority, task.title, str(task.id))


def _start_ahead(task: Task, day: Day) -> Moment | None:
    start = day.date_of(task.start)
    return task.start if start is not None and start >= day.today else None


def _recent_notes(day: Day, notes: Iterable[Note]) -> list[Note]:
    since = day.as_of - timedelta(days=NOTE_DAYS)
    found = [note for note in notes if since <= note.noted_at <= day.as_of]
    return sorted(found, key=lambda note: (note.noted_at, str(note.id)), reverse=True)[:_MAX_NOTES]
