"""The fact book: what a brief may cite. A thing becomes a fact when the first claim asks for its id.

Each part of a brief is written on a page of its own, so that one that fails leaves no facts behind and
several can be written at the same time.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from daybreak.agenda import Agenda, Event, Note, Phase, Project, Task, TaskStatus
from daybreak.briefs.day import Day, last_day
from daybreak.briefs.kinds import PREDICATES
from daybreak.claims import Fact, Statement, unsupported

S = TypeVar("S", bound=Statement)


class FactBook:
    """Facts by id, made from the agenda as they are cited.

    Attributes:
        facts: all that has been cited so far.
        open: the tasks that still have to be done, by id.
        set_aside: ids of tasks of which nothing can be said; what waits for them waits all the same.
        withheld: why statements were not let through, if any: each is a defect of ours.
    """

    def __init__(self, agenda: Agenda, day: Day, hidden: Collection[UUID] = ()) -> None:
        """Open a book.

        Args:
            agenda: what can be cited.
            day: the reader's day.
            hidden: tasks of which nothing can be said; what waits for them waits all the same.
        """
        self.day = day
        self._hidden = frozenset(hidden)
        self.facts: dict[str, Fact] = {}
        self.withheld: list[str] = []
        self.set_aside: set[UUID] = set()
        self._made: dict[str, Fact] = {}
        self._sources: dict[UUID | None, str] = {source.id: source.name for source in agenda.sources}
        self._projects = {project.id: project for project in agenda.projects}
        self._project_names: dict[UUID | None, str] = {one.id: one.name for one in agenda.projects}
        self.open = {task.id: task for task in agenda.tasks if task.is_open}
        snoozed = {task.id: task for task in agenda.put_off if task.decision and task.decision.return_on}
        self._unfinished = self.open | snoozed

    def page(self) -> "FactBook":
        """The same book with nothing cited yet."""
        page = FactBook.__new__(FactBook)
        page.__dict__ |= self.__dict__ | {"facts": {}, "withheld": []}
        return page

    def admit(self, statements: Iterable[S]) -> tuple[S, ...]:
        """The statements that follow from their facts; the others are withheld."""
        admitted = []
        for statement in statements:
            reason = unsupported(statement, self.facts, PREDICATES, self.day.today)
            if reason is None:
                admitted.append(statement)
            else:
                self.withheld.append(reason)
        return tuple(admitted)

    def blockers(self, task: Task) -> Sequence[Task]:
        """The tasks that have to be done before this one, be they snoozed."""
        ids, unfinished = dict.fromkeys(task.blocked_by), self._unfinished
        return [unfinished[blocker] for blocker in ids if blocker in unfinished and blocker != task.id]

    def is_waiting(self, task: Task) -> bool:
        """Whether something has to be done before it, be it hidden."""
        if not task.blocked_by:
            return False
        return bool(self.blockers(task)) or not self._hidden.isdisjoint(task.blocked_by)

    def is_blocked(self, task: Task) -> bool:
        """Whether a task cannot be worked on now."""
        return task.status is TaskStatus.BLOCKED or self.is_waiting(task)

    def task(self, task: Task) -> str:
        """The id under which a task can be cited."""
        fact_id = f"task:{task.id}"
        fact = self._made.get(fact_id)
        if fact is None:
            fact = self._made[fact_id] = Fact(
                kind="task",
                title=task.title,
                source=self.source(task.source_id),
                place=task.place,
                file=task.path or None,
                project=self._project_names.get(task.project_id),
                status=str(task.status),
                waiting=self.is_waiting(task),
                start=self.day.local(task.start),
                due=self.day.local(task.due),
                completed=self.day.local(task.completed),
                touched=task.touched_at.astimezone(self.day.tz),
            )
        self.facts[fact_id] = fact
        return fact_id

    def event(self, event: Event) -> str:
        """The id under which an event can be cited; the fact's end is inclusive."""
        fact_id = f"event:{event.id}"
        fact = self._made.get(fact_id)
        if fact is None:
            fact = self._made[fact_id] = Fact(
                kind="event",
                title=event.title,
                source=self.source(event.source_id),
                place=event.place,
                file=event.path or None,
                start=self.day.local(event.start),
                end=last_day(event) if event.all_day else self.day.local(event.end),
            )
        self.facts[fact_id] = fact
        return fact_id

    def note(self, note: Note) -> str:
        """The id under which a note can be cited."""
        fact_id = f"note:{note.id}"
        self.facts[fact_id] = Fact(
            kind="note",
            title=note.title,
            source=self.source(note.source_id),
            place=note.place,
            project=self._project_names.get(note.project_id),
            touched=note.noted_at.astimezone(self.day.tz),
        )
        return fact_id

    def project(self, project: Project) -> str:
        """The id under which a project can be cited."""
        fact_id = f"project:{project.id}"
        self.facts[fact_id] = Fact(
            kind="project", title=project.name, source=self.source(project.source_id), place=project.place
        )
        return fact_id

    def phase(self, phase: Phase) -> str:
        """The id under which a phase can be cited."""
        fact_id = f"phase:{phase.id}"
        project = self._projects.get(phase.project_id)
        self.facts[fact_id] = Fact(
            kind="phase",
            title=phase.name,
            source=self.source(project.source_id if project else None),
            place=phase.place,
            project=project.name if project else None,
            start=phase.start_on,
            end=phase.end_on,
        )
        return fact_id

    def stat(self, name: str, title: str, value: int, definition: str, of: tuple[str, ...] = ()) -> str:
        """The id under which a number can be cited; ``definition`` says how it was counted."""
        fact_id = f"stat:{name}"
        self.facts[fact_id] = Fact(
            kind="stat", title=title, source="Daybreak", place=definition, value=value, of=of
        )
        return fact_id

    def other(self, fact_id: str, fact: Fact) -> str:
        """Enter a fact that does not come from the agenda as it is now."""
        self.facts[fact_id] = fact
        return fact_id

    def source(self, source_id: UUID | None) -> str:
        """The name of a source; what has none came from Daybreak itself."""
        return self._sources.get(source_id, "Daybreak")
