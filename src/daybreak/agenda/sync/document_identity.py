"""The identity of notes and groups of tasks, whose ids carry no decisions.

A note is the same while its file or its text is; a project or phase while its name is, or while most of its
tasks are now in one new project or phase.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from uuid import UUID

from daybreak.agenda.sync.compared_item import ComparedItem
from daybreak.agenda.sync.matcher import Matcher


def match_notes(stored: Sequence[ComparedItem], parsed: Sequence[ComparedItem]) -> dict[UUID, UUID]:
    """Return the id of the stored note for each parsed note that is one, by its derived id."""
    matcher = Matcher((item for item in stored if item.is_current), parsed)
    _match_notes(matcher)
    matcher.stored = {item.row_id: item for item in stored if not item.is_current}
    _match_notes(matcher)
    return matcher.matches


def _match_notes(matcher: Matcher) -> None:
    for key in (
        lambda note: (note.path, note.content),
        lambda note: (note.words, note.content),
        lambda note: _fold_path(note.path),
        lambda note: (note.words, PurePosixPath(_fold_path(note.path)).name),
        lambda note: (note.words, note.when),
    ):
        matcher.match_keys(key, key, _is_any)


def match_groups(
    stored: Sequence[ComparedItem],
    parsed: Sequence[ComparedItem],
    votes: Iterable[tuple[UUID | None, UUID | None]],
) -> dict[UUID, UUID]:
    """Return the id of the stored project or phase for each parsed one that is one, by its derived id.

    Args:
        stored: stored groups that were not found with equal content, and removed ones.
        parsed: parsed groups that were not found with equal content.
        votes: the stored and the parsed group of each task that was found.
    """
    matcher = Matcher((item for item in stored if item.is_current), parsed)
    for key in (lambda group: group.external_id, lambda group: (group.project, group.words)):
        matcher.match_keys(key, key, _is_any)
    for old_id, new_id in _elect(votes).items():
        if old_id in matcher.stored and new_id in matcher.parsed:
            matcher.match(matcher.parsed[new_id], matcher.stored[old_id])
    matcher.stored = {item.row_id: item for item in stored if not item.is_current}
    matcher.match_keys(lambda old: old.external_id, lambda new: new.external_id, _is_any)
    return matcher.matches


def _elect(votes: Iterable[tuple[UUID | None, UUID | None]]) -> Mapping[UUID, UUID]:
    """Return the new group to which over half of the tasks of each old group have moved."""
    counts: dict[UUID, Counter[UUID | None]] = defaultdict(Counter)
    for old_id, new_id in votes:
        if old_id is not None:
            counts[old_id][new_id] += 1
    elected = {}
    for old_id, counter in counts.items():
        new_id, count = counter.most_common(1)[0]
        if new_id is not None and 2 * count > counter.total():
            elected[old_id] = new_id
    return elected


def _fold_path(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _is_any(_old: ComparedItem, _new: ComparedItem) -> bool:
    return True
