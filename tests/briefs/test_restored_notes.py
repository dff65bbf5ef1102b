from datetime import UTC, datetime, timedelta

import pytest

from daybreak.briefs.facts.restored_notes import find_restored_notes

from .factories import note

NOTE_FILE = "notes/{n}.md"
SYNC = datetime(2026, 3, 30, 12, 0, 7, 123456, tzinfo=UTC)


def notes(moments, path=NOTE_FILE):
    return [note(f"Thought {n}", noted_at=moment, path=path.format(n=n)) for n, moment in enumerate(moments)]


@pytest.mark.parametrize(
    "moments",
    [
        [SYNC] * 5,
        [SYNC + timedelta(milliseconds=3 * n) for n in range(12)],
        [SYNC + timedelta(seconds=1.5 * n) for n in range(100)],
        [SYNC.replace(microsecond=0)] * 5,
    ],
)
def test_notes_written_within_seconds_of_each_other_are_restored(moments):
    found = notes(moments)
    assert find_restored_notes(found) == {one.id for one in found}


@pytest.mark.parametrize(
    ("moments", "path"),
    [
        ([], NOTE_FILE),
        ([SYNC] * 4, NOTE_FILE),
        ([SYNC + timedelta(seconds=30 * n) for n in range(12)], NOTE_FILE),
        ([SYNC.replace(second=0, microsecond=0)] * 12, NOTE_FILE),
        ([SYNC] * 12, ""),
        ([SYNC] * 12, "journal.ics"),
    ],
)
def test_notes_with_a_date_of_their_own_are_not_restored(moments, path):
    assert find_restored_notes(notes(moments, path)) == frozenset()


def test_only_the_notes_of_the_burst_are_restored():
    restored = notes([SYNC] * 6)
    later = note("Written by hand", noted_at=SYNC + timedelta(minutes=3), path="new.md")
    assert find_restored_notes([later, *restored]) == {one.id for one in restored}
