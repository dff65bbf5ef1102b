from pathlib import Path

import pytest

from .changed import select_tests


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "db/embedded/test_file_locks.py",
        "db/test_queries.py",
        "runs/worker_cluster.py",
        "test_settings.py",
    ):
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("src/daybreak/db/queries.py", "tests/db/test_queries.py"),
        ("src/daybreak/db/embedded/file_locks.py", "tests/db/embedded/test_file_locks.py"),
        ("src/daybreak/db/embedded/server.py", "tests/db/embedded"),
        ("src/daybreak/runs/sql/claim.sql", "tests/runs"),
        ("src/daybreak/runs/worker/engine.py", "tests/runs"),
        ("src/daybreak/db/migrations/0001_people.sql", "tests/migrations"),
        ("src/daybreak/settings.py", "tests/test_settings.py"),
        ("src/daybreak/cli/commands/brief.py", "tests/acceptance/test_help.py"),
        ("tests/runs/worker_cluster.py", "tests/runs"),
        ("tests/db/test_queries.py", "tests/db/test_queries.py"),
    ],
)
def test_module_is_tested_by_its_mirror(root, changed, tests):
    assert select_tests([Path(changed)], root) == [tests]


def test_files_without_tests_and_deleted_tests_choose_nothing(root):
    assert (
        select_tests([Path("README.md"), Path("bench/engine.py"), Path("tests/db/test_gone.py")], root) == []
    )


def test_test_within_a_chosen_folder_is_not_chosen_twice(root):
    files = [Path("src/daybreak/db/database.py"), Path("tests/db/test_queries.py")]
    assert select_tests(files, root) == ["tests/db"]
