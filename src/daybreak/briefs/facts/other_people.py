"""The open tasks of other people, and those that a team has not assigned, by person.

They are in no bucket and no count of the reader. A brief has one sentence for each person: first come those
who hold up a task of the reader.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """

    person: str | None
    tasks: Sequence[Task]
    overdue: int

    @property
    def key(self) -> str | None:
        """The name for comparison."""
        return None if self.person is None else self.person.casefold()

    @property
    def sort_key(self) -> tuple[bool, int, int, str]:
        """The order: most overdue tasks first, then most tasks, then by name; unassigned tasks last."""
        return (self.person is None, -self.overdue, -len(self.tasks), self.key or "")


def group_by_person(tasks: Iterable[Task], day: Day) -> list[PersonTasks]:
    """Return the open tasks that are not the reader's, by person."""
    found: dict[str | None, list[Task]] = {}
    for task in tasks:
        if task.is_open and not task.is_mine:
            name = people.display_name(task.assignee or "").casefold()
            found.setdefault(name if task.holder is Holder.OTHER else None, []).append(task)
    return sorted((_person_tasks(listed, day) for listed in found.values()), key=lambda one: one.sort_key)


def unite_people(groups_by_project: Sequence[Sequence[PersonTasks]], day: Day) -> list[list[PersonTasks]]:
    """Return the same groups with each person once: in the project in which most of their tasks wait."""
    homes: dict[str, int] = {}
    all_tasks: dict[str, list[Task]] = {}
    for number, group in sorted(
        ((number, group) for number, groups in enumerate(groups_by_project) for group in groups),
        key=lambda pair: pair[1].sort_key,
    ):
        if group.key is not None:
            homes.setdefault(group.key, number)
            all_tasks.setdefault(group.key, []).extend(group.tasks)
    united = []
    for number, groups in enumerate(groups_by_project):
        kept = (
            group
            if group.key is None
            else replace(_person_tasks(all_tasks[group.key], day), person=group.person)
            for group in groups
            if group.key is None or homes[group.key] == number
        )
        united.append(sorted(kept, key=lambda one: one.sort_key))
    return united


def _person_tasks(tasks: list[Task], day: Day) -> PersonTasks:
    tasks.sort(key=lambda task: (-_days_overdue(task, day), task.touched_at, str(task.id)))
    first = tasks[0]
    return PersonTasks(
        person=people.display_name(first.assignee or "") if first.holder is Holder.OTHER else None,
        tasks=tasks,
        overdue=sum(_days_overdue(task, day) > 0 for task in tasks),
    )


def _days_overdue(task: Task, day: Day) -> int:
    due = day.date_of(task.due)
    return 0 if due is None else max(day.today - due, _NO_DAYS).days


def waiting_claims(book: FactBook, project_id: UUID | None, groups: Sequence[PersonTasks]) -> Iterator[Claim]:
    """Yield a sentence for each person, up to a limit, then the numbers of further people and their tasks.

    Those who hold up a task of the reader come first.
    """
    held = book.held_up
    persons = [group for group in groups if group.person is not None]
    persons.sort(key=lambda group: not any(task.id in held for task in group.tasks))
    for number, group in enumerate(persons[:MAX_PEOPLE]):
        yield _person_claim(book, f"{project_id}:{number}", group, held)
    if further := persons[MAX_PEOPLE:]:
        tasks = sum(len(group.tasks) for group in further)
        title, definition = "tasks of further people", "open, assigned to people who are not listed"
        fact = book.cite_stat(f"waiting:{project_id}:more", title, tasks, definition)
        yield Claim(kind="counts", text=people.waiting_for_more(len(further), tasks), facts=(fact,))
    for group in groups:
        if group.person is None:
            yield _person_claim(book, f"{project_id}:unassigned", group, {})


def _person_claim(book: FactBook, key: str, group: PersonTasks, held: Mapping[UUID, Sequence[Task]]) -> Claim:
    tasks = sorted(group.tasks, key=lambda task: task.id not in held)
    stat = Fact(
        kind="stat",
        title="open tasks of a person" if group.person else "unassigned tasks of a team",
        source="Daybreak",
        source_ref=f"open, {group.overdue} of them overdue",
        value=len(tasks),
        assignee=group.person,
        holder=str(tasks[0].holder),
    )
    cited = (book.add(f"stat:waiting:{key}", stat), *map(book.cite_task, tasks))
    if group.person is None:
        return Claim(kind="unassigned", text=people.unassigned(len(tasks), group.overdue), facts=cited)
    blocked = tuple(dict.fromkeys(book.cite_task(one) for task in tasks for one in held.get(task.id, ())))
    first = [one.title for one in held.get(tasks[0].id, ())]
    facts = [book.facts[fact_id] for fact_id in cited[1:]]
    text = people.waiting_for(group.person, facts, first, book.day.today)
    return Claim(kind="waiting_for", text=text, facts=(*cited, *blocked))
