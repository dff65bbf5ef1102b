"""Test conventions that no linter checks."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRY = re.compile(r"https?://[^\s\"')]*(/simple\b|pypi\.|npmjs|artifactory)")
# The paths of this checkout and of the home folder.
HERE = (f"{ROOT}/", f"{Path.home()}/")
# Tests of slow servers, and of processes killed at a random time.
SLEEP_ON_PURPOSE = {
    "test_address.py",
    "test_bounded.py",
    "test_first_start.py",
    "test_interruptions.py",
    "test_left_behind.py",
    "test_sharing.py",
}


def tracked() -> list[Path]:
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
    assert found <= SLEEP_ON_PURPOSE


def test_no_file_contains_local_paths_or_registries():
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{path.relative_to(ROOT)}: {place}" for place in HERE if place in text]
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRY.finditer(text)]
    assert found == []
