"""The filter of projects that the reader chose: no part of a brief mentions an excluded project.

Events belong to no project and are never excluded.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from daybreak.agenda import Agenda, Note, Phase, Task
from daybreak.briefs.document.model import LeftOut
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.people import Preferences, ProjectChoice


@dataclass(frozen=True, slots=True)
class Chosen:
    """An agenda without the excluded projects.

    Attributes:
        hidden: ids of the excluded unfinished tasks.
        finished: ids of the excluded finished tasks.
        left_out: the number of excluded items; None if nothing is excluded.
    """

    agenda: Agenda
    preferences: Preferences
    hidden: frozenset[UUID] = frozenset()
    finished: frozenset[UUID] = frozenset()
    left_out: LeftOut | None = None

    def of(self, last: Snapshot) -> Snapshot:
        """Return an earlier snapshot without the excluded tasks."""
        if self.preferences.project_choice is ProjectChoice.ALL:
            return last
        shown = {str(task.id) for task in (*self.agenda.tasks, *self.agenda.put_off)}
        hidden = set(map(str, self.hidden | self.finished))
        tasks = {
            task_id: task
            for task_id, task in last.tasks.items()
            if task_id in shown or (task_id not in hidden and self.preferences.wants(task.project))
        }
        return replace(last, tasks=tasks)


def choose(agenda: Agenda, preferences: Preferences) -> Chosen:
    """Return the agenda without the projects its owner excluded."""
    if preferences.project_choice is ProjectChoice.ALL:
        return Chosen(agenda, preferences)
    names = {project.id: project.name for project in agenda.projects}

    def is_wanted(thing: Task | Note | Phase) -> bool:
        return preferences.wants(names.get(thing.project_id) if thing.project_id else None)

    left = replace(
        agenda,
        projects=tuple(project for project in agenda.projects if preferences.wants(project.name)),
        phases=tuple(filter(is_wanted, agenda.phases)),
        tasks=tuple(filter(is_wanted, agenda.tasks)),
        put_off=tuple(filter(is_wanted, agenda.put_off)),
        notes=tuple(filter(is_wanted, agenda.notes)),
    )
    gone = [task for task in (*agenda.tasks, *agenda.put_off) if not is_wanted(task)]
    projects = len(agenda.projects) - len(left.projects)
    loose = sum(task.is_open and task.project_id not in names for task in gone)
    return Chosen(
        left,
        preferences,
        frozenset(task.id for task in gone if task.is_open),
        frozenset(task.id for task in gone if not task.is_open),
        LeftOut(projects=projects, tasks=loose) if projects or loose else None,
    )
