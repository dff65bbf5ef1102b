"""Tests of the decision whether an item that a reading did not find is gone."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from daybreak.agenda import SourceKind
from daybreak.agenda.sync.absence import (
    Absence,
    AbsencePlan,
    FileReading,
    Reading,
    StoredItem,
    decide_absence,
)

NOW = datetime.fromisoformat("2026-12-01T06:00:00+00:00")
TODAY = date(2026, 12, 1)
NAMESPACE = UUID(int=7)


def make_item(path: str, name: str, *, found: bool = False, **more) -> StoredItem:
    values = {"table": "tasks", "is_listed": True, "entry": name} | more
    return StoredItem(id=uuid5(NAMESPACE, path + name), path=path, is_found=found, **values)


def make_list(path: str, gone: int, found: int = 0, **more) -> list[StoredItem]:
    return [make_item(path, str(number), found=number >= gone, **more) for number in range(gone + found)]


def make_reading(**more) -> Reading:
    values = {"kind": SourceKind.FOLDER, "source_name": "plans", "today": TODAY, "at": NOW, "files": {}}
    return Reading(**values | more)


def read_again(plan: AbsencePlan, items: list[StoredItem]) -> list[StoredItem]:
    """Return the items as stored after a plan was carried out."""
    marks = {one.item.id: one for one in plan.absent}
    removed = {row_id for ids in plan.removed.values() for row_id in ids}
    return [
        replace(
            item,
            absence=marks[item.id].absence,
            absent_on=marks[item.id].absent_on,
            absent_since=marks[item.id].absent_since,
        )
        if item.id in marks
        else item
        for item in items
        if item.id not in removed
    ]


def count_removed(plan: AbsencePlan) -> int:
    return sum(map(len, plan.removed.values()))


OTHER_FILE = {"other.md": FileReading(3)}
EMPTY_LIST = OTHER_FILE | {"todo.txt": FileReading(0)}
WHOLE_LIST = OTHER_FILE | {"todo.txt": FileReading(9)}


@pytest.mark.parametrize(
    ("items", "more", "kind"),
    [
        (make_list("todo.txt", 4), {"files": EMPTY_LIST}, Absence.EMPTIED),
        (make_list("todo.txt", 1), {"files": EMPTY_LIST}, Absence.EMPTIED),
        (
            make_list("export.json", 2),
            {"files": OTHER_FILE, "ignored": {"export.json": None}},
            Absence.EMPTIED,
        ),
        (make_list("team.ics", 2, table="events"), {"files": {"team.ics": FileReading(0)}}, Absence.EMPTIED),
        (make_list("diary.md", 1, table="notes"), {"files": {"diary.md": FileReading(0)}}, Absence.EMPTIED),
        (make_list("todo.txt", 4), {"files": OTHER_FILE}, Absence.MISSING),
        (make_list("a/b/todo.txt", 1), {"files": OTHER_FILE}, Absence.MISSING),
        (make_list("team.ics", 3, table="events"), {"files": OTHER_FILE}, Absence.MISSING),
        (make_list("todo.txt", 3, 1), {"files": WHOLE_LIST}, Absence.SHRUNK),
        (make_list("todo.txt", 4), {"files": WHOLE_LIST}, Absence.SHRUNK),
        (
            make_list("team.ics", 5, 4, table="events"),
            {"files": {"team.ics": FileReading(9)}},
            Absence.SHRUNK,
        ),
        (make_list("todo.txt", 6, 5), {"files": OTHER_FILE}, Absence.SHRUNK),
        (
            make_list("Team", 1, 9),
            {"kind": SourceKind.ADDRESS, "files": {"Team": FileReading(9)}},
            Absence.UNCONFIRMED,
        ),
        (
            make_list("Team", 2),
            {"kind": SourceKind.ADDRESS, "files": {"Team": FileReading(0)}},
            Absence.EMPTIED,
        ),
        (
            make_list("todo.txt", 2),
            {"files": {"todo.txt": FileReading(0, "It is a web page.")}},
            Absence.DAMAGED,
        ),
        (
            make_list("todo.txt", 1, 9),
            {"files": {"todo.txt": FileReading(9, "It is cut off.")}},
            Absence.DAMAGED,
        ),
        (
            make_list("a.json", 2),
            {"files": OTHER_FILE, "ignored": {"a.json": "It is a web page."}},
            Absence.DAMAGED,
        ),
        (make_list("a/b.md", 2), {"files": OTHER_FILE, "unreadable": {"a": "is closed."}}, Absence.DAMAGED),
        (make_list("a.md", 2), {"unreadable": {".": "took too long."}}, Absence.DAMAGED),
        (make_list("a.md", 2) + make_list("b.md", 1), {}, Absence.DAMAGED),
    ],
)
def test_items_stay_after_a_reading_that_is_no_proof(items, more, kind):
    plan = decide_absence(items, make_reading(**more))
    assert count_removed(plan) == 0
    assert {one.absence for one in plan.absent} == {kind}
    assert {one.item.id for one in plan.absent} == {one.id for one in items if not one.is_found}
    assert {(one.absent_on, one.absent_since) for one in plan.absent} == {(TODAY, NOW)}


@pytest.mark.parametrize(
    ("items", "more"),
    [
        (make_list("todo.txt", 1, 3), {"files": WHOLE_LIST}),
        (make_list("todo.txt", 2, 2), {"files": WHOLE_LIST}),
        (make_list("todo.txt", 3), {"files": WHOLE_LIST}),
        (make_list("todo.txt", 50, 50), {"files": WHOLE_LIST}),
        # Most entries were found in another file: the file moved, and one entry was deleted.
        (make_list("todo.txt", 1, 5), {"files": OTHER_FILE}),
        # A deleted note or event of a file of its own is a deletion.
        (make_list("note.md", 1, table="notes") + make_list("b.md", 0, 4), {"files": OTHER_FILE}),
        (make_list("x.ics", 1, table="events") + make_list("y.ics", 0, 1), {"files": OTHER_FILE}),
        # Finished tasks are no loss.
        (make_list("todo.txt", 9, is_listed=False), {"files": EMPTY_LIST}),
        # Uploading again states what the files contain.
        (make_list("todo.txt", 7, 1), {"kind": SourceKind.UPLOAD, "files": WHOLE_LIST}),
        (make_list("todo.txt", 7), {"kind": SourceKind.UPLOAD, "files": OTHER_FILE}),
    ],
)
def test_items_deleted_from_a_whole_list_are_removed_at_once(items, more):
    plan = decide_absence(items, make_reading(**more))
    assert count_removed(plan) == sum(not one.is_found for one in items)
    assert not plan.absent


def test_occurrences_of_a_series_count_as_one_entry():
    series = [make_item("team.ics", str(day), table="events", entry="daily") for day in range(30)]
    others = make_list("team.ics", 0, 3, table="events")
    plan = decide_absence(series + others, make_reading(files={"team.ics": FileReading(3)}))
    assert count_removed(plan) == 30


def test_most_single_notes_of_a_folder_gone_at_once_need_a_second_reading():
    items = [make_item(f"{number}.md", "note", table="notes", found=number > 2) for number in range(5)]
    plan = decide_absence(items, make_reading(files=OTHER_FILE))
    assert {one.absence for one in plan.absent} == {Absence.SHRUNK}


@pytest.mark.parametrize(
    ("kind", "path", "files"),
    [
        (SourceKind.FOLDER, "todo.txt", WHOLE_LIST),
        (SourceKind.ADDRESS, "Team", {"Team": FileReading(2)}),
    ],
)
@pytest.mark.parametrize(
    ("days", "minutes", "is_current", "is_removed"),
    [
        (0, 0, True, False),
        (0, 59, True, False),
        (0, 60, True, True),
        (1, 1, True, True),
        (-1, 30, True, False),
        (1, 600, False, False),
    ],
)
def test_second_reading_confirms_later(kind, path, files, days, minutes, is_current, is_removed):
    items = make_list(path, 5, 2)
    first = make_reading(kind=kind, files=files)
    stored = read_again(decide_absence(items, first), items)
    second = replace(
        first,
        today=TODAY + timedelta(days=days),
        at=NOW + timedelta(minutes=minutes),
        is_current=is_current,
    )
    assert count_removed(decide_absence(stored, second)) == (5 if is_removed else 0)


@pytest.mark.parametrize("files", [EMPTY_LIST, OTHER_FILE])
def test_emptied_or_missing_list_stays_for_three_days_of_the_reader(files):
    stored = make_list("todo.txt", 4)
    for days in range(3):
        reading = make_reading(files=files, today=TODAY + timedelta(days=days), at=NOW + timedelta(days=days))
        plan = decide_absence(stored, reading)
        assert [one.since for one in plan.groups] == [TODAY]
        stored = read_again(plan, stored)
    last = make_reading(files=files, today=TODAY + timedelta(days=3), at=NOW + timedelta(days=3))
    assert len(stored) == 4
    assert count_removed(decide_absence(stored, last)) == 4


def test_damaged_list_stays_without_a_limit_and_does_not_count_as_a_first_reading():
    stored = make_list("todo.txt", 4)
    damaged = {"todo.txt": FileReading(0, "It is a web page.")}
    for days in (0, 1, 30):
        reading = make_reading(files=damaged, today=TODAY + timedelta(days=days))
        plan = decide_absence(stored, reading)
        stored = read_again(plan, stored)
    assert [(one.since, one.reason) for one in plan.groups] == [(TODAY, "It is a web page.")]
    later = TODAY + timedelta(days=31)
    shrunk = decide_absence(stored, make_reading(files=WHOLE_LIST, today=later))
    assert {(one.absence, one.absent_on) for one in shrunk.absent} == {(Absence.SHRUNK, later)}


def test_items_found_again_are_returned():
    items = make_list("todo.txt", 4)
    stored = read_again(decide_absence(items, make_reading(files=EMPTY_LIST)), items)
    again = [replace(one, is_found=True) for one in stored]
    plan = decide_absence(again, make_reading(files=WHOLE_LIST))
    assert set(plan.returned) == {one.id for one in items}
    assert not plan.absent
    assert not plan.groups


def test_empty_folder_is_one_group():
    items = make_list("a/todo.txt", 2) + make_list("b.ics", 3, table="events") + make_list("c.md", 1)
    (group,) = decide_absence(items, make_reading()).groups
    assert (group.path, dict(group.counts), group.total) == (".", {"tasks": 3, "events": 3}, 6)
