"""The open tasks of other people, and those that a team has not assigned, by person.

They are in no bucket and no count of the reader: a section has one sentence for each person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from daybreak.agenda import Holder, Task
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import people
from daybreak.claims import Claim, Fact

MAX_PEOPLE = 5
_NO_DAYS = timedelta(0)


@dataclass(frozen=True, slots=True)
class PersonTasks:
    """The open tasks of one person, or the unassigned ones, the one that has waited longest first.

    Attributes:
        person: the name or address as the source writes it; None for unassigned tasks.
        overdue: the number of tasks that are overdue.
        oldest_days: the days by which the first task is overdue; if none is, the days since its last change.
    """

    person: str | None
    tasks: Sequence[Task]
    overdue: int
    oldest_days: int

    @property
    def sort_key(self) -> tuple[bool, int, int, str]:
        """The order: most overdue tasks first, then most tasks, then by name; unassigned tasks last."""
        return (self.person is None, -self.overdue, -len(self.tasks), (self.person or "").casefold())


def group_by_person(tasks: Iterable[Task], day: Day) -> list[PersonTasks]:
    """Return the open tasks that are not the reader's, by person."""
    found: dict[str | None, list[Task]] = {}
    for task in tasks:
        if task.is_open and not task.is_mine:
            name = people.display_name(task.assignee or "").casefold()
            found.setdefault(name if task.holder is Holder.OTHER else None, []).append(task)
    return sorted((_person_tasks(listed, day) for listed in found.values()), key=lambda one: one.sort_key)


def _person_tasks(tasks: list[Task], day: Day) -> PersonTasks:
    tasks.sort(key=lambda task: (-_days_overdue(task, day), -_days_unchanged(task, day), str(task.id)))
    first = tasks[0]
    return PersonTasks(
        person=people.display_name(first.assignee or "") if first.holder is Holder.OTHER else None,
        tasks=tasks,
        overdue=sum(_days_overdue(task, day) > 0 for task in tasks),
        oldest_days=_days_overdue(first, day) or _days_unchanged(first, day),
    )


def _days_overdue(task: Task, day: Day) -> int:
    due = day.date_of(task.due)
    return 0 if due is None else max(day.today - due, _NO_DAYS).days


def _days_unchanged(task: Task, day: Day) -> int:
    return max(day.today - task.touched_at.astimezone(day.tz).date(), _NO_DAYS).days


def waiting_claims(book: FactBook, project_id: UUID | None, groups: Sequence[PersonTasks]) -> Iterator[Claim]:
    """Yield a sentence for each person, up to a limit, then the numbers of further people and their tasks."""
    persons = [group for group in groups if group.person is not None]
    for number, group in enumerate(persons[:MAX_PEOPLE]):
        yield _person_claim(book, f"{project_id}:{number}", group)
    if further := persons[MAX_PEOPLE:]:
        tasks = sum(len(group.tasks) for group in further)
        title, definition = "tasks of further people", "open, assigned to people who are not listed"
        fact = book.cite_stat(f"waiting:{project_id}:more", title, tasks, definition)
        yield Claim(kind="counts", text=people.waiting_for_more(len(further), tasks), facts=(fact,))
    for group in groups:
        if group.person is None:
            yield _person_claim(book, f"{project_id}:unassigned", group)


def _person_claim(book: FactBook, key: str, group: PersonTasks) -> Claim:
    stat = Fact(
        kind="stat",
        title="open tasks of a person" if group.person else "unassigned tasks of a team",
        source="Daybreak",
        source_ref=f"open, {group.overdue} of them overdue",
        value=len(group.tasks),
        assignee=group.person,
        holder=str(group.tasks[0].holder),
    )
    cited = (book.add(f"stat:waiting:{key}", stat), *map(book.cite_task, group.tasks))
    numbers = (len(group.tasks), group.overdue, group.oldest_days)
    if group.person is None:
        return Claim(kind="unassigned", text=people.unassigned(*numbers), facts=cited)
    return Claim(kind="waiting_for", text=people.waiting_for(group.person, *numbers), facts=cited)
