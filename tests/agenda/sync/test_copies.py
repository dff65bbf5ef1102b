"""Tests of copies of one list in a source: the newest counts, in whichever order the files are found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.agenda.model import TaskStatus
from daybreak.agenda.parsed import ImportedEvent, ImportedNote, ImportedTask, ParsedFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sync.copies import keep_newest

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
UUID_ID = "ee000000-0000-4000-8000-00000000000{}"


def list_file(path: str, *tasks: ImportedTask | str, days_old: float = 0, **more) -> ParsedSourceFile:
    """Return a file of tasks; a text is a task without an id."""
    given_tasks = (
        ImportedTask(external_id=f"{path}#{one}", title=one, source_ref=f"{path}:1")
        if isinstance(one, str)
        else replace(one, source_ref=f"{path}:1")
        for one in tasks
    )
    parsed = ParsedFile(tasks=tuple(given_tasks), **more)
    return ParsedSourceFile(path, NOON - timedelta(days=days_old), parsed)


def task_with_id(native_id: str, title: str, **more) -> ImportedTask:
    return ImportedTask(external_id=native_id, native_id=native_id, title=title, source_ref="", **more)


def shown(files) -> set[tuple[str, str, TaskStatus]]:
    """Return the path, title and status of each task that counts."""
    return {(file.path, task.title, task.status) for file in files for task in file.parsed.tasks}


def titles(files) -> list[str]:
    return sorted(task.title for file in files for task in file.parsed.tasks)


def messages(files) -> list[str]:
    return [str(warning) for file in files for warning in file.parsed.warnings]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("tasks.csv", "tasks (1).csv"),
        ("tasks (1).csv", "tasks.csv"),
        ("tasks.csv", "tasks - Copy.csv"),
        ("Copy of tasks.csv", "tasks.csv"),
        ("tasks.csv", "tasks 2.csv"),
        ("tasks-1.csv", "tasks.csv"),
        ("Work [220].csv", "Work [220] (1).csv"),
        ("Asana 2026-03-01.csv", "Asana 2026-03-08.csv"),
        ("export_20260301T0700.csv", "export_20260308T0700.csv"),
        ("plan-old.csv", "plan-new.csv"),
        ("todo.txt", "todo (1).txt"),
        ("a/list.json", "a/list (2).json"),
    ],
)
def test_newer_list_without_ids_counts_alone(older: str, newer: str):
    files = [
        list_file(older, "Buy milk", "Call Anna", "Gone since", days_old=2),
        list_file(newer, "Buy milk", "Call Anna", "New"),
    ]
    for order in permutations(files):
        kept = keep_newest(order)
        assert {path for path, _, _ in shown(kept)} == {newer}
        assert titles(kept) == ["Buy milk", "Call Anna", "New"]
        (message,) = messages(kept)
        assert message.startswith(newer)
        assert f"“{older.rpartition('/')[2]}” is an older copy" in message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna.csv", "bob.csv"),
        ("a/tasks.csv", "b/tasks (1).csv"),
        ("tasks.csv", "tasks (1).json"),
        ("2026-03-27.md", "2026-03-28.md"),
        ("Chapter 1.md", "Chapter 2.md"),
        ("Sprint 2026-03-01.md", "Sprint 2026-03-15.md"),
    ],
)
def test_lists_with_unrelated_names_count_both(one: str, other: str):
    files = [list_file(one, "Draft", "Review", days_old=2), list_file(other, "Draft", "Review")]
    assert keep_newest(files) == files


def test_lists_with_fewer_than_half_of_their_titles_in_common_count_both():
    files = [list_file("tasks.csv", "A", "B", "C", days_old=2), list_file("tasks (1).csv", "C", "D", "E")]
    assert keep_newest(files) == files


def test_empty_newer_file_replaces_no_list():
    files = [list_file("tasks.csv", "A", "B", days_old=2), list_file("tasks (1).csv")]
    assert titles(keep_newest(files)) == ["A", "B"]


def test_cut_newer_file_replaces_no_list():
    files = [
        list_file("tasks.csv", "A", "B", "C", days_old=2),
        list_file("tasks (1).csv", "A", "B", incomplete="It ends in the middle of a row."),
    ]
    kept = keep_newest(files)
    assert {path for path, _, _ in shown(kept)} == {"tasks.csv"}
    assert kept[1].parsed.incomplete


def test_many_older_exports_are_named_in_one_warning():
    files = [list_file(f"Asana 2026-03-0{day}.csv", "A", "B", days_old=9 - day) for day in range(1, 8)]
    kept = keep_newest(files)
    assert {path for path, _, _ in shown(kept)} == {"Asana 2026-03-07.csv"}
    (message,) = messages(kept)
    assert "Asana 2026-03-01.csv" in message
    assert "and 3 more are older copies" in message


@pytest.mark.parametrize("equal_times", [("tasks.csv", "tasks (1).csv"), ("list 1.csv", "list 2.csv")])
def test_of_equally_old_files_the_later_copy_counts(equal_times: tuple[str, str]):
    files = [list_file(path, "A", "B") for path in equal_times]
    files += [list_file("list.csv", "A", "B", days_old=1)] if "list 1.csv" in equal_times else []
    assert {path for path, _, _ in shown(keep_newest(files))} == {equal_times[1]}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Jira 2026-03-26T07_00_12.csv", "Jira 2026-03-28T07_00_12.csv"),
        ("tw-2026-03-28.json", "tw-2026-03-26.json"),
        ("z.json", "a.json"),
        ("pending.json", "all.json"),
    ],
)
@pytest.mark.parametrize("native_id", ["WEB-1", UUID_ID.format(1), "1204567890123456", "pay@example.org"])
def test_newest_state_of_a_task_with_an_id_counts(older: str, newer: str, native_id: str):
    before = task_with_id(native_id, "Fix the login", touched_at=NOON - timedelta(days=3))
    after = task_with_id(
        native_id, "Fix the sign-in", touched_at=NOON - timedelta(days=1), status=TaskStatus.DONE
    )
    # The file times are in the opposite order: the task's own time of change is more certain.
    for order in permutations([list_file(older, before), list_file(newer, after, days_old=5)]):
        kept = keep_newest(order)
        assert shown(kept) == {(newer, "Fix the sign-in", TaskStatus.DONE)}
        assert messages(kept) == []


def test_without_times_of_change_the_file_decides_about_a_task_with_an_id():
    files = [
        list_file("a.json", task_with_id(UUID_ID.format(1), "Water the garden", status=TaskStatus.DONE)),
        list_file("b.json", task_with_id(UUID_ID.format(1), "Water the garden"), days_old=1),
    ]
    assert shown(keep_newest(files)) == {("a.json", "Water the garden", TaskStatus.DONE)}


def test_task_that_only_the_older_of_two_exports_has_is_gone():
    both, gone = task_with_id("WEB-1", "Fix the login"), task_with_id("WEB-2", "Closed since")
    kept = keep_newest(
        [list_file("Jira 2026-03-26.csv", both, gone, days_old=2), list_file("Jira 2026-03-28.csv", both)]
    )
    assert titles(kept) == ["Fix the login"]
    assert "Jira 2026-03-26.csv" in messages(kept)[0]


def test_exports_of_different_tasks_count_both():
    files = [
        list_file("work.json", task_with_id(UUID_ID.format(1), "A"), days_old=1),
        list_file("home.json", task_with_id(UUID_ID.format(2), "A")),
    ]
    assert keep_newest(files) == files


def test_id_that_another_list_uses_for_another_task_is_no_copy():
    files = [
        list_file("todo.txt", task_with_id("1", "Move house"), days_old=1),
        list_file("a.todo.txt", task_with_id("1", "Plan the party")),
    ]
    assert titles(keep_newest(files)) == ["Move house", "Plan the party"]


def test_finished_occurrence_does_not_hide_the_next_one_of_the_same_id():
    files = [
        list_file("done.txt", task_with_id("w", "Water", status=TaskStatus.DONE, recurrence="1d")),
        list_file("todo.txt", task_with_id("w", "Water", recurrence="1d"), days_old=1),
    ]
    assert shown(keep_newest(files)) == {("todo.txt", "Water", TaskStatus.OPEN)}


def calendar_file(path: str, *uids: str, days_old: float = 0) -> ParsedSourceFile:
    events = tuple(
        ImportedEvent(external_id=uid, uid=uid, title=uid, source_ref=uid, start=NOON, end=NOON)
        for uid in uids
    )
    return ParsedSourceFile(path, NOON - timedelta(days=days_old), ParsedFile(events=events))


def test_event_that_only_the_older_of_two_exports_has_is_gone():
    kept = keep_newest(
        [
            calendar_file("calendar.ics", "a", "b", "c", "gone", days_old=2),
            calendar_file("calendar (1).ics", "a", "b", "c"),
        ]
    )
    assert {event.uid for file in kept for event in file.parsed.events} == {"a", "b", "c"}
    assert "calendar.ics" in messages(kept)[0]


def test_equal_calendars_need_no_warning_and_invitations_are_no_lists():
    equal = [
        calendar_file("calendar.ics", "a", "b", "c", days_old=2),
        calendar_file("calendar (1).ics", "a", "b", "c"),
    ]
    assert messages(keep_newest(equal)) == []
    invitations = [calendar_file("invite.ics", "a", "b", days_old=2), calendar_file("invite (1).ics", "a")]
    assert keep_newest(invitations) == invitations


def test_equal_copy_of_a_note_is_left_out():
    def note_file(path: str, body: str) -> ParsedSourceFile:
        note = ImportedNote(external_id=path, title="Ideas", body=body, source_ref=path, noted_at=NOON)
        return ParsedSourceFile(path, NOON, ParsedFile(notes=(note,)))

    kept = keep_newest([note_file("Ideas.md", "One"), note_file("Ideas (1).md", "One")])
    assert [note.body for file in kept for note in file.parsed.notes] == ["One"]
    assert (
        len(
            [
                note
                for file in keep_newest([note_file("I.md", "One"), note_file("I (1).md", "Two")])
                for note in file.parsed.notes
            ]
        )
        == 2
    )


FEW_EXAMPLES = settings(max_examples=60, deadline=None)
NAMES = ("tasks.csv", "tasks (1).csv", "tasks 2.csv", "tasks 2026-03-01.csv", "tw.json", "tw-old.json")
TASKS = st.sampled_from(
    [
        *("Buy milk", "Call Anna", "Pay"),
        *(
            task_with_id(UUID_ID.format(number), f"Task {number}", touched_at=NOON + timedelta(hours=hours))
            for number in (1, 2)
            for hours in (0, 5)
        ),
    ]
)


def title_of(task: ImportedTask | str) -> str:
    return task if isinstance(task, str) else task.title


FOLDERS = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.lists(TASKS, max_size=4, unique_by=title_of), st.integers(0, 3)),
    min_size=2,
)


@FEW_EXAMPLES
@given(FOLDERS, st.randoms(use_true_random=False))
def test_order_of_files_never_changes_what_counts(folder, random):
    files = [list_file(path, *tasks, days_old=age) for path, (tasks, age) in sorted(folder.items())]
    shuffled = random.sample(files, len(files))
    assert sorted(keep_newest(files), key=lambda file: file.path) == sorted(
        keep_newest(shuffled), key=lambda file: file.path
    )


@FEW_EXAMPLES
@given(FOLDERS)
def test_every_task_of_the_newest_file_or_a_newer_state_of_it_counts(folder):
    files = [list_file(path, *tasks, days_old=age) for path, (tasks, age) in folder.items()]
    kept = keep_newest(files)
    assert {file.path for file in kept} == {file.path for file in files}
    assert len({task.title for file in files for task in file.parsed.tasks}) >= len({*titles(kept)})
    by_id = [task.external_id for file in kept for task in file.parsed.tasks if task.native_id]
    assert len(by_id) == len({*by_id})
