"""Notes whose only date is that of a program which wrote many files at once.

A note without a date of its own has the modification time of its file. A first sync, a clone or an export
sets that of all files to the present, whenever the notes were written.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from daybreak.agenda import Note

_MIN_NOTES: Final = 5
_MAX_GAP = timedelta(seconds=2)
_DATED_FORMATS = (".ics", ".ical", ".icalendar")


def find_restored_notes(notes: Iterable[Note]) -> frozenset[UUID]:
    """Return the ids of notes that were written within seconds of each other, at least 5 in a row."""
    ordered = sorted(filter(_may_be_restored, notes), key=lambda note: note.noted_at)
    groups = (group for group in _split_at_gaps(ordered) if len(group) >= _MIN_NOTES)
    return frozenset(note.id for group in groups for note in group)


def _split_at_gaps(ordered: list[Note]) -> Iterator[list[Note]]:
    group: list[Note] = []
    for note in ordered:
        if group and note.noted_at - group[-1].noted_at > _MAX_GAP:
            yield group
            group = []
        group.append(note)
    yield group


def _may_be_restored(note: Note) -> bool:
    """Return whether the note may be dated by its file: people write no seconds."""
    is_file = bool(note.path) and not note.path.lower().endswith(_DATED_FORMATS)
    return is_file and not _is_whole_minute(note.noted_at)


def _is_whole_minute(moment: datetime) -> bool:
    return moment.second == 0 and moment.microsecond == 0
