"""The filter of projects that the reader chose: no part of a brief mentions an excluded project.

Events belong to no project and are never excluded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from daybreak.agenda import Agenda, Note, Phase, Project, Task
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
        included_names: whether a project is included, by each of its names.
    """

    agenda: Agenda
    preferences: Preferences
    excluded_open_ids: frozenset[UUID] = frozenset()
    excluded_finished_ids: frozenset[UUID] = frozenset()
    excluded: Excluded | None = None
    included_names: Mapping[str | None, bool] = field(default_factory=dict)

    def filter_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Return an earlier snapshot without the excluded tasks."""
        if self.preferences.project_choice is ProjectChoice.ALL:
            return snapshot
        shown = {str(task.id) for task in (*self.agenda.tasks, *self.agenda.deferred)}
        hidden = set(map(str, self.excluded_open_ids | self.excluded_finished_ids))
        tasks = {
            task_id: task
            for task_id, task in snapshot.tasks.items()
            if task_id in shown or (task_id not in hidden and self._includes(task.project))
        }
        return replace(snapshot, tasks=tasks)

    def _includes(self, name: str | None) -> bool:
        return self.included_names.get(name, self.preferences.includes_project(name))


def filter_agenda(agenda: Agenda, preferences: Preferences) -> FilteredAgenda:
    """Return the agenda without the projects its owner excluded."""
    if preferences.project_choice is ProjectChoice.ALL:
        return FilteredAgenda(agenda, preferences)
    included = {project.id: _is_project_included(preferences, project) for project in agenda.projects}
    includes_loose = preferences.includes_project(None)

    def is_included(thing: Task | Note | Phase) -> bool:
        return included.get(thing.project_id, includes_loose) if thing.project_id else includes_loose

    left = replace(
        agenda,
        projects=tuple(project for project in agenda.projects if included[project.id]),
        phases=tuple(filter(is_included, agenda.phases)),
        tasks=tuple(filter(is_included, agenda.tasks)),
        deferred=tuple(filter(is_included, agenda.deferred)),
        notes=tuple(filter(is_included, agenda.notes)),
    )
    excluded_tasks = [task for task in (*agenda.tasks, *agenda.deferred) if not is_included(task)]
    projects = len(agenda.projects) - len(left.projects)
    loose = sum(task.is_open and task.project_id not in included for task in excluded_tasks)
    return FilteredAgenda(
        left,
        preferences,
        frozenset(task.id for task in excluded_tasks if task.is_open),
        frozenset(task.id for task in excluded_tasks if not task.is_open),
        Excluded(projects=projects, tasks=loose) if projects or loose else None,
        {name: included[one.id] for one in agenda.projects for name in (one.name, *one.other_names)},
    )


def _is_project_included(preferences: Preferences, project: Project) -> bool:
    """Return whether a brief covers a project; a choice by one of its names applies to all of them."""
    found = [preferences.includes_project(name) for name in (project.name, *project.other_names)]
    return any(found) if preferences.project_choice is ProjectChoice.ONLY else all(found)
