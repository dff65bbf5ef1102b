"""The filter of projects that the reader chose: no part of a brief mentions an excluded project.

Events belong to no project and are never excluded.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from daybreak.agenda import Agenda, Note, Phase, Task
from daybreak.briefs.document.model import Excluded
from daybreak.briefs.facts.snapshot import Snapshot
from daybreak.people import Preferences, ProjectChoice


@dataclass(frozen=True, slots=True)
class FilteredAgenda:
    """An agenda without the excluded projects.

    Attributes:
        excluded_open_ids: ids of the excluded unfinished tasks.
        excluded_finished_ids: ids of the excluded finished tasks.
        excluded: the number of excluded items; None if nothing is excluded.
    """

    agenda: Agenda
    preferences: Preferences
    excluded_open_ids: frozenset[UUID] = frozenset()
    excluded_finished_ids: frozenset[UUID] = frozenset()
    excluded: Excluded | None = None

    def filter_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Return an earlier snapshot without the excluded tasks."""
        if self.preferences.project_choice is ProjectChoice.ALL:
            return snapshot
        shown = {str(task.id) for task in (*self.agenda.tasks, *self.agenda.deferred)}
        hidden = set(map(str, self.excluded_open_ids | self.excluded_finished_ids))
        tasks = {
            task_id: task
            for task_id, task in snapshot.tasks.items()
            if task_id in shown or (task_id not in hidden and self.preferences.includes_project(task.project))
        }
        return replace(snapshot, tasks=tasks)


def filter_agenda(agenda: Agenda, preferences: Preferences) -> FilteredAgenda:
    """Return the agenda without the projects its owner excluded."""
    if preferences.project_choice is ProjectChoice.ALL:
        return FilteredAgenda(agenda, preferences)
    names = {project.id: project.name for project in agenda.projects}

    def is_included(thing: Task | Note | Phase) -> bool:
        return preferences.includes_project(names.get(thing.project_id) if thing.project_id else None)

    left = replace(
        agenda,
        projects=tuple(project for project in agenda.projects if preferences.includes_project(project.name)),
        phases=tuple(filter(is_included, agenda.phases)),
        tasks=tuple(filter(is_included, agenda.tasks)),
        deferred=tuple(filter(is_included, agenda.deferred)),
        notes=tuple(filter(is_included, agenda.notes)),
    )
    excluded_tasks = [task for task in (*agenda.tasks, *agenda.deferred) if not is_included(task)]
    projects = len(agenda.projects) - len(left.projects)
    loose = sum(task.is_open and task.project_id not in names for task in excluded_tasks)
    return FilteredAgenda(
        left,
        preferences,
        frozenset(task.id for task in excluded_tasks if task.is_open),
        frozenset(task.id for task in excluded_tasks if not task.is_open),
        Excluded(projects=projects, tasks=loose) if projects or loose else None,
    )
