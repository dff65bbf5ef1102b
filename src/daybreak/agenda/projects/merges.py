"""Merges of projects: a user states that two names are one project, and may separate them again.

A merge is stored by folded name, so it survives imports and moved files and holds in all sources.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from daybreak.agenda.projects.names import NamedProject, find_canonical_ids, fold_name
from daybreak.db import load
from daybreak.errors import InvalidInput, NotFound

_sql = load("daybreak.agenda")
_NO_PROJECT = "This project does not exist."


async def list_named_projects(tx: asyncpg.Connection, owner_id: UUID) -> list[NamedProject]:
    """List all projects by name, merged ones included."""
    return [NamedProject(**row) for row in await tx.fetch(_sql.list_named_projects, owner_id)]


async def lock_projects(tx: asyncpg.Connection, owner_id: UUID) -> None:
    """Lock the projects of an owner: imports and other changes of them wait until this transaction ends."""
    await tx.execute(_sql.lock_projects, owner_id)


async def update_canonical_projects(tx: asyncpg.Connection, owner_id: UUID) -> None:
    """Store the canonical project of each project, after a change of projects or merges.

    The transaction must have locked the projects before that change: with `lock_projects`, or with a source.
    """
    projects = await list_named_projects(tx, owner_id)
    canonical_ids = find_canonical_ids(projects, await _load_aliases(tx, owner_id))
    changed = {one.id: canonical_ids[one.id] for one in projects if canonical_ids[one.id] != one.canonical_id}
    if changed:
        await tx.execute(_sql.set_canonical_projects, owner_id, list(changed), list(changed.values()))


async def merge_projects(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID, into_id: UUID) -> UUID:
    """Merge a project, and those merged into it, into another one; return the id of the canonical project.

    Args:
        tx: a transaction as the owner.
        owner_id: the owner of both projects.
        project_id: the project whose name becomes an alias.
        into_id: the project, or one merged into it, whose name remains.

    Raises:
        NotFound: the owner has no such project.
        InvalidInput: both are one project already, or have one name.
    """
    await lock_projects(tx, owner_id)
    projects, aliases = await list_named_projects(tx, owner_id), await _load_aliases(tx, owner_id)
    one, into = _get(projects, project_id), _get(projects, into_id)
    key, target = aliases.get(one.key, one.key), aliases.get(into.key, into.key)
    if one.key == into.key:
        raise InvalidInput(f"“{one.name}” cannot be merged into itself; choose another project.")
    if key == target:
        raise InvalidInput(f"“{one.name}” and “{into.name}” are one project already.")
    await tx.execute(_sql.move_project_aliases, owner_id, key, target)
    await tx.execute(_sql.insert_project_alias, owner_id, key, one.name, target)
    await update_canonical_projects(tx, owner_id)
    merged = _get(await list_named_projects(tx, owner_id), into_id)
    return merged.canonical_id or merged.id


async def merge_project_names(tx: asyncpg.Connection, owner_id: UUID, name: str, into: str) -> UUID:
    """Merge a project into another one, both by name; return the id of the canonical project.

    Raises:
        NotFound: the owner has no such project.
        InvalidInput: both are one project already.
    """
    projects = await list_named_projects(tx, owner_id)
    one, other = _find_by_name(projects, name), _find_by_name(projects, into)
    return await merge_projects(tx, owner_id, one.id, other.id)


async def list_merged_ids(tx: asyncpg.Connection, owner_id: UUID, project_id: UUID) -> list[UUID]:
    """List the projects that are merged into another one, one for each name."""
    projects = await list_named_projects(tx, owner_id)
    own = _get(projects, project_id).key
    merged = {one.key: one.id for one in projects if one.canonical_id == project_id and one.key != own}
    return list(merged.values())


async def separate_project(
    tx: asyncpg.Connection, owner_id: UUID, project_id: UUID, members: Sequence[UUID] = ()
) -> None:
    """Separate a merged project from its canonical one.

    Args:
        tx: a transaction as the owner.
        owner_id: the owner of the project.
        project_id: the merged project.
        members: the projects that were merged into this one before and are so again.

    Raises:
        NotFound: the owner has no such project.
        InvalidInput: it is not merged.
    """
    projects = await list_named_projects(tx, owner_id)
    for one in (project_id, *members):
        await separate_name(tx, owner_id, _get(projects, one).name)
    for member in members:
        await merge_projects(tx, owner_id, member, project_id)


async def separate_name(tx: asyncpg.Connection, owner_id: UUID, name: str) -> None:
    """Separate a merged name from its canonical project; a project of that name need not exist.

    Raises:
        NotFound: the name is not merged, and the owner has no such project.
        InvalidInput: the name is not merged.
    """
    await lock_projects(tx, owner_id)
    if not await tx.fetchval(_sql.delete_project_alias, owner_id, fold_name(name)):
        _find_by_name(await list_named_projects(tx, owner_id), name)
        raise InvalidInput(f"“{name}” is not merged into another project.")
    await update_canonical_projects(tx, owner_id)


def _find_by_name(projects: Sequence[NamedProject], name: str) -> NamedProject:
    """Return the project of a name, ignoring case; of several the canonical one.

    Raises:
        NotFound: there is none.
    """
    found = [one for one in projects if one.key == fold_name(name)]
    if not found:
        raise NotFound(f"There is no project “{name}”; “daybreak projects list” shows all names.")
    return min(found, key=lambda one: one.canonical_id is not None)


async def _load_aliases(tx: asyncpg.Connection, owner_id: UUID) -> Mapping[str, str]:
    rows = await tx.fetch(_sql.list_project_aliases, owner_id)
    return {row["alias_key"]: row["canonical_key"] for row in rows}


def _get(projects: Sequence[NamedProject], project_id: UUID) -> NamedProject:
    found = next((one for one in projects if one.id == project_id), None)
    if found is None:
        raise NotFound(_NO_PROJECT)
    return found
