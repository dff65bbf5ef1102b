"""The fact book: what a brief may cite. An item becomes a fact when a claim first cites its id.

Each part of a brief is written in its own scope of the book: a part that fails leaves no facts behind, and
several parts can be written at the same time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from daybreak.agenda import Agenda, Event, Holder, Note, Phase, Priority, Project, Task, TaskStatus
from daybreak.briefs.facts.day import Day, last_day
from daybreak.briefs.facts.predicates import PREDICATES
from daybreak.claims import ClaimLike, Fact, why_unsupported

_PRIORITIES = {one: None if one is Priority.NORMAL else one.name.lower() for one in Priority}
_OWN_SOURCE = "Daybreak"
S = TypeVar("S", bound=ClaimLike)


class FactBook:
    """Facts by id, made from the agenda when they are cited.

    Attributes:
        facts: all that has been cited so far.
        open: the open tasks of the reader, by id.
        all_open: the open tasks of all people, by id.
        held_up: the reader's tasks by the task of another person that blocks them, soonest due first.
        unsorted: ids of tasks of failed projects; tasks blocked by them stay blocked.
        withheld: reasons for which statements were withheld; each is a defect in Daybreak.
    """

    def __init__(self, agenda: Agenda, day: Day, hidden: Collection[UUID] = ()) -> None:
        """Create a book with nothing cited yet.

        Args:
            agenda: the items that can be cited.
            day: the reader's day.
            hidden: ids of excluded tasks; tasks blocked by them stay blocked.
        """
        self.day = day
        self._hidden = frozenset(hidden)
        self.facts: dict[str, Fact] = {}
        self.withheld: list[str] = []
        self.unsorted: set[UUID] = set()
        self._fact_cache: dict[str, Fact] = {}
        self._source_names: dict[UUID | None, str] = {source.id: source.name for source in agenda.sources}
        self._projects = {project.id: project for project in agenda.projects}
        self._project_names: dict[UUID | None, str] = {one.id: one.name for one in agenda.projects}
        self.all_open = {task.id: task for task in agenda.tasks if task.is_open}
        self.open = {task_id: task for task_id, task in self.all_open.items() if task.is_mine}
        snoozed = {task.id: task for task in agenda.deferred if task.decision and task.decision.return_on}
        self._unfinished = self.all_open | snoozed
        self.held_up = self._find_held_up() if len(self.open) < len(self.all_open) else {}

    def _find_held_up(self) -> Mapping[UUID, Sequence[Task]]:
        held: dict[UUID, list[Task]] = {}
        waiting = [task for task in self.open.values() if task.blocked_by]
        for task in sorted(waiting, key=self._urgency):
            for blocker in self.blockers(task):
                if blocker.holder is Holder.OTHER:
                    held.setdefault(blocker.id, []).append(task)
        return held

    def _urgency(self, task: Task) -> tuple[date, int, str, UUID]:
        return self.day.date_of(task.due) or date.max, -task.priority, task.title, task.id

    def new_scope(self) -> "FactBook":
        """Return a scope: the same book with nothing cited yet."""
        page = FactBook.__new__(FactBook)
        page.__dict__ |= self.__dict__ | {"facts": {}, "withheld": []}
        return page

    def keep_supported(self, statements: Iterable[S]) -> tuple[S, ...]:
        """Return the statements that their facts support; withhold the others."""
        admitted = []
        for statement in statements:
            reason = why_unsupported(statement, self.facts, PREDICATES, self.day.today)
            if reason is None:
                admitted.append(statement)
            else:
                self.withheld.append(reason)
        return tuple(admitted)

    def blockers(self, task: Task) -> Sequence[Task]:
        """Return the unfinished tasks that block this one, snoozed ones included."""
        ids, unfinished = dict.fromkeys(task.blocked_by), self._unfinished
        return [unfinished[blocker] for blocker in ids if blocker in unfinished and blocker != task.id]

    def is_waiting(self, task: Task) -> bool:
        """Return whether an unfinished task blocks it, excluded ones included."""
        if not task.blocked_by:
            return False
        return bool(self.blockers(task)) or not self._hidden.isdisjoint(task.blocked_by)

    def is_blocked(self, task: Task) -> bool:
        """Return whether a task cannot be worked on now."""
        return task.status is TaskStatus.BLOCKED or (bool(task.blocked_by) and self.is_waiting(task))

    def cite_task(self, task: Task) -> str:
        """Cite a task; return the id of its fact."""
        fact_id = f"task:{task.id}"
        fact = self._fact_cache.get(fact_id)
        if fact is None:
            fact = self._fact_cache[fact_id] = self._task_fact(task)
        self.facts[fact_id] = fact
        return fact_id

    def _task_fact(self, task: Task) -> Fact:
        # A brief has hundreds of them, most without most of these moments: calls for None would add a tenth.
        localize, tz = self.day.localize, self.day.tz
        return Fact(
            kind="task",
            title=task.title,
            source=self._source_names.get(task.source_id, _OWN_SOURCE),
            source_ref=task.source_ref,
            file=task.path or None,
            project=self._project_names.get(task.project_id),
            status=str(task.status),
            assignee=task.assignee,
            holder=str(task.holder),
            priority=_PRIORITIES[task.priority],
            estimate_minutes=task.estimate_minutes,
            waiting=self.is_waiting(task) if task.blocked_by else False,
            blockers=tuple(f"task:{one.id}" for one in self.blockers(task)) if task.blocked_by else (),
            start=None if task.start is None else localize(task.start),
            due=None if task.due is None else localize(task.due),
            completed=None if task.completed is None else localize(task.completed),
            completion_seen=task.completion_seen_at and task.completion_seen_at.astimezone(tz),
            touched=task.touched_at.astimezone(tz),
        )

    def cite_blockers(self, task: Task) -> Sequence[Fact]:
        """Cite the unfinished tasks that block a task; return their facts."""
        return [self.facts[self.cite_task(blocker)] for blocker in self.blockers(task)]

    def cite_event(self, event: Event) -> str:
        """Cite an event; return the id of its fact, whose end is inclusive."""
        fact_id = f"event:{event.id}"
        fact = self._fact_cache.get(fact_id)
        if fact is None:
            fact = self._fact_cache[fact_id] = Fact(
                kind="event",
                title=event.title,
                source=self.source_name(event.source_id),
                source_ref=event.source_ref,
                file=event.path or None,
                start=self.day.localize_optional(event.start),
                end=last_day(event) if event.all_day else self.day.localize_optional(event.end),
            )
        self.facts[fact_id] = fact
        return fact_id

    def cite_note(self, note: Note) -> str:
        """Cite a note; return the id of its fact."""
        fact_id = f"note:{note.id}"
        self.facts[fact_id] = Fact(
            kind="note",
            title=note.title,
            source=self.source_name(note.source_id),
            source_ref=note.source_ref,
            file=note.path or None,
            project=self._project_names.get(note.project_id),
            touched=note.noted_at.astimezone(self.day.tz),
        )
        return fact_id

    def cite_project(self, project: Project) -> str:
        """Cite a project; return the id of its fact."""
        fact_id = f"project:{project.id}"
        self.facts[fact_id] = Fact(
            kind="project",
            title=project.cited_as or project.name,
            source=self.source_name(project.source_id),
            source_ref=project.source_ref,
        )
        return fact_id

    def cite_phase(self, phase: Phase) -> str:
        """Cite a phase; return the id of its fact."""
        fact_id = f"phase:{phase.id}"
        project = self._projects.get(phase.project_id)
        self.facts[fact_id] = Fact(
            kind="phase",
            title=phase.name,
            source=self.source_name(project.source_id if project else None),
            source_ref=phase.source_ref,
            project=project.name if project else None,
            start=phase.start_on,
            end=phase.end_on,
        )
        return fact_id

    def cite_stat(self, name: str, title: str, value: int, definition: str, of: tuple[str, ...] = ()) -> str:
        """Cite a number; return the id of its fact. ``definition`` is how it was counted."""
        fact_id = f"stat:{name}"
        self.facts[fact_id] = Fact(
            kind="stat", title=title, source="Daybreak", source_ref=definition, value=value, of=of
        )
        return fact_id

    def add(self, fact_id: str, fact: Fact) -> str:
        """Add a fact that does not come from the current agenda; return its id."""
        self.facts[fact_id] = fact
        return fact_id

    def source_name(self, source_id: UUID | None) -> str:
        """Return the name of a source; items without a source are Daybreak's own."""
        return self._source_names.get(source_id, _OWN_SOURCE)
