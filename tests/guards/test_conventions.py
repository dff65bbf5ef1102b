"""Test conventions that no linter checks."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRY = re.compile(r"https?://[^\s\"')]*(/simple\b|pypi\.|npmjs|artifactory)")
# The paths of this checkout and of the home folder.
LOCAL_PATHS = (f"{ROOT}/", f"{Path.home()}/")
# Tests of slow servers, and of processes killed at a random time.
ALLOWED_SLEEPS = {
    "test_http_fetch.py",
    "test_pool.py",
    "test_first_start.py",
    "test_interruptions.py",
    "test_killed_server.py",
    "test_stale_files.py",
    "test_sharing.py",
}

# Modules that use asyncio's default executor, which all users share: each computes for milliseconds.
SHORT_COMPUTATIONS = {"briefs/archive.py", "briefs/brief_state.py"}

# A limit in a test ends a hang, on a machine as busy as it may be; what is to be fast is measured in bench/.
HANG_SECONDS = 60
LIMITS = {"timeout", "within", "wait_for", "set_default_timeout", "wait", "result"}
# Limits that are what the test is about: of a statement, and of a wait in which nothing is to happen.
LIMITED_ON_PURPOSE = {"execute", "asyncio.wait"}


def list_tracked_files() -> list[Path]:
    """Return the files that are committed or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no checkout of git")
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_test_sleeps():
    sleeping = re.compile(r"\btime\.sleep\(|from time import .*\bsleep\b")
    tests = sorted(path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    found = {path.name for path in tests if sleeping.search(path.read_text(encoding="utf-8"))}
    assert found <= ALLOWED_SLEEPS


def test_no_file_contains_local_paths_or_registries():
    found = []
    for path in list_tracked_files():
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{path.relative_to(ROOT)}: {place}" for place in LOCAL_PATHS if place in text]
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRY.finditer(text)]
    assert found == []


def test_connections_are_opened_in_one_module_that_reports_their_loss():
    opening = re.compile(r"asyncpg\.(connect|create_pool)\(")
    source = ROOT / "src/daybreak"
    found = {
        path.relative_to(source).parts[0] for path in source.rglob("*.py") if opening.search(path.read_text())
    }
    assert found == {"db"}


def test_default_executor_runs_short_computations_only():
    using = re.compile(r"to_thread|run_in_executor\(None|run_in_threadpool|iterate_in_threadpool")
    source = ROOT / "src/daybreak"
    found = {str(path.relative_to(source)) for path in source.rglob("*.py") if using.search(path.read_text())}
    assert found <= SHORT_COMPUTATIONS, "work that can wait has threads of its own: daybreak/threads.py"


def test_no_limit_in_a_test_is_shorter_than_a_minute():
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for line, seconds in limits(ast.parse(path.read_text(encoding="utf-8"))):
            if seconds < HANG_SECONDS:
                found.append(f"{path.relative_to(ROOT)}:{line}: {seconds:g} s")
    assert found == []


def limits(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Return the lines and seconds of the limits that are written as numbers."""
    in_vain = {
        id(call)
        for block in ast.walk(tree)
        if isinstance(block, ast.With | ast.AsyncWith)
        and any("raises(TimeoutError" in ast.unparse(item.context_expr) for item in block.items)
        for call in ast.walk(block)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or id(call) in in_vain:
            continue
        full, name = ast.unparse(call.func), getattr(call.func, "attr", getattr(call.func, "id", ""))
        if {full, name} & LIMITED_ON_PURPOSE:
            continue
        given = [keyword.value for keyword in call.keywords if keyword.arg in {"timeout", "within"}]
        given += call.args[-1:] if name in LIMITS else []
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                is_playwright = name in {"set_default_timeout", "set_options"}
                yield call.lineno, value.value / 1000 if is_playwright else value.value
