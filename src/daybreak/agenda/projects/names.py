"""Which project names are one: equal when folded, or merged by their owner. Pure.

Of the projects with one name, one is canonical: pages and briefs show all items under it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProject:
    """A project with the name that its source has.

    Attributes:
        canonical_id: the stored id of its canonical project; None if it is canonical.
    """

    id: UUID
    name: str
    source_id: UUID | None
    source: str | None
    source_ref: str
    is_described: bool
    canonical_id: UUID | None

    @property
    def key(self) -> str:
        """The folded name."""
        return fold_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeSuggestion:
    """Two projects whose names differ only by case, spaces, hyphens or the like."""

    project: NamedProject
    into: NamedProject


def fold_name(name: str) -> str:
    """Return the key of a name, which ignores case and the number of spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find_canonical_ids(
    projects: Iterable[NamedProject], aliases: Mapping[str, str]
) -> dict[UUID, UUID | None]:
    """Return the id of the canonical project of each project; None for a canonical one.

    Args:
        projects: all current projects of one owner.
        aliases: the canonical key by the key of each merged name.
    """
    groups: dict[str, list[NamedProject]] = defaultdict(list)
    for project in projects:
        groups[aliases.get(project.key, project.key)].append(project)
    return {
        project.id: None if project.id == canonical.id else canonical.id
        for key, members in groups.items()
        for canonical in [min(members, key=lambda one: _rank(one, key))]
        for project in members
    }


def _rank(project: NamedProject, key: str) -> tuple[bool, bool, bool, str]:
    # An entry of the user can be edited, so it represents those of sources.
    return (project.key != key, project.source_id is not None, not project.is_described, str(project.id))


def suggest_merges(projects: Iterable[NamedProject]) -> Iterator[MergeSuggestion]:
    """Yield pairs of canonical projects whose names differ only by case, spaces and punctuation."""
    groups: dict[str, list[NamedProject]] = defaultdict(list)
    for project in projects:
        loose = _NOT_ALPHANUMERIC.sub("", project.key)
        if loose and project.canonical_id is None:
            groups[loose].append(project)
    for members in groups.values():
        into, *others = sorted(members, key=_readability)
        yield from (MergeSuggestion(project=other, into=into) for other in others)


def _readability(project: NamedProject) -> tuple[bool, bool, str]:
    return (not project.is_described, " " not in project.name, project.name)
