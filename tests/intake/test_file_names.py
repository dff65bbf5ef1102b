"""Tests of what the name of a file says: temporary files, conflict copies, copies."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.intake import find_original, normalize_path, split_copy_marker
from daybreak.intake.file_names import is_transient

BESIDE = {normalize_path(path) for path in ("list/todo.txt", "Work.md", "tasks.csv", "Büro.md")}


@pytest.mark.parametrize(
    "name",
    [
        "#todo.txt#",
        "todo.txt~",
        "~$tasks.csv",
        "~syncthing~tasks.csv.tmp",
        "tasks.csv.part",
        "calendar.ics.crdownload",
        "calendar.ics.bak",
        "Work.md.orig",
        "Work.md.swp",
        "todo.txt.icloud",
    ],
)
def test_temporary_files_locks_backups_and_placeholders_are_transient(name: str):
    assert is_transient(name)


@pytest.mark.parametrize("name", ["todo.txt", "C#.md", "#1 Plan.md", "bak.md", "part.csv", "About ~home.txt"])
def test_ordinary_names_are_not_transient(name: str):
    assert not is_transient(name)


@pytest.mark.parametrize(
    ("path", "original"),
    [
        ("list/todo.sync-conflict-20261129-070000-ABCDEFG.txt", "list/todo.txt"),
        ("todo (Anna's conflicted copy 2026-11-29).txt", "todo.txt"),
        ("todo (Anna’s conflicted copy 2026-11-29 (1)).txt", "todo.txt"),
        ("Work (In Konflikt stehende Kopie von Anna 2026-11-29).md", "Work.md"),
        ("Work (Konfliktkopie 2026-11-29).md", "Work.md"),
        ("Work (Copie en conflit de Anna 2026-11-29).md", "Work.md"),
        ("Work (Copia en conflicto de Anna 2026-11-29).md", "Work.md"),
        ("Work (конфликтующая копия 2026-11-29).md", "Work.md"),
        ("Work (Anna 的冲突副本 2026-11-29).md", "Work.md"),
        ("Work (conflicted copy 2026-11-29 070000).md", "Work.md"),
        ("Work (Conflicted copy Pixel 202611290700).md", "Work.md"),
        ("Work (SFConflict anna@example.org 2026-11-29-07-00-00).md", "Work.md"),
        ("Work_conflict-20261129-070000.md", "Work.md"),
        ("Work_ANNA_Nov-29-070000-2026_Conflict.md", "Work.md"),
        ("Work.Conflict.md", "Work.md"),
        ("tasks-DESKTOP-ABC123.csv", "tasks.csv"),
        ("Bu\u0308ro-Annas-MacBook-Pro.md", "Bu\u0308ro.md"),
        ("Work (Bob's conflicted copy).sync-conflict-20261129-070000-ABCDEFG.md", "Work.md"),
    ],
)
def test_conflict_copy_is_recognised_with_its_original(path: str, original: str):
    assert find_original(path, BESIDE) == original


@pytest.mark.parametrize(
    "path",
    [
        "list/todo.txt",
        "plan-DESKTOP-ABC123.csv",
        "tasks-work.csv",
        "Training (conflict resolution).md",
        "How to solve a conflict.md",
        "Family conflict 2026.md",
        "Work (1).md",
        "Work (copy).md",
    ],
)
def test_other_names_are_no_conflict_copies(path: str):
    assert find_original(path, BESIDE) is None


@pytest.mark.parametrize(
    ("stem", "plain", "number"),
    [
        ("tasks", "tasks", 0),
        ("tasks (1)", "tasks", 1),
        ("tasks(12)", "tasks", 12),
        ("tasks - Copy", "tasks", 1),
        ("tasks - Copy (2)", "tasks", 2),
        ("tasks copy 3", "tasks", 3),
        ("Copy of tasks", "tasks", 1),
        ("Kopie von tasks", "tasks", 1),
        ("tasks \u2013 Kopie", "tasks", 1),
        ("(1)", "(1)", 0),
    ],
)
def test_copy_marker_is_separated_from_the_name(stem: str, plain: str, number: int):
    assert split_copy_marker(stem) == (plain, number)


@given(st.text(st.sampled_from("a -_.(1)[]~#’conflictPC"), max_size=300))
def test_any_name_is_classified_quickly(name: str):
    began = thread_time()
    find_original(name or "x", BESIDE)
    split_copy_marker(name)
    is_transient(name)
    assert thread_time() - began < 1
