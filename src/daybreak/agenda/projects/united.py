"""Projects that are one, as one project with all names. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from daybreak.agenda.model import Project


def unite_projects(projects: Sequence[Project]) -> tuple[tuple[Project, ...], Mapping[UUID | None, UUID]]:
    """Return the projects, those that are one united, and the ids by which the others are replaced.

    The canonical project may be missing, such as that of a source that was not read; another one then
    represents them.
    """
    groups: dict[UUID, list[Project]] = {}
    for project in projects:
        groups.setdefault(project.canonical_id or project.id, []).append(project)
    if len(groups) == len(projects):
        return tuple(projects), {}
    united = {key: _unite(members) for key, members in groups.items()}
    replaced: dict[UUID | None, UUID] = {
        project.id: united[key].id
        for key, members in groups.items()
        for project in members
        if project.id != united[key].id
    }
    return tuple(united.values()), replaced


def _unite(members: Sequence[Project]) -> Project:
    first = min(members, key=lambda one: one.canonical_id is not None)
    if len(members) == 1:
        return first
    described = first if first.description else next((one for one in members if one.description), first)
    return replace(
        first,
        source_id=described.source_id,
        description=described.description,
        source_ref=described.source_ref,
        cited_as=described.name,
        other_names=_other_names(first, members),
    )


def _other_names(first: Project, members: Iterable[Project]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in members if one.name != first.name))
