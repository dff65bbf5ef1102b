"""Run the tests of what has changed since the branch left main, uncommitted files included, for a minute.

A module's tests are those of the same name in the mirrored folder of ``tests``, or else that folder's.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 60
PYTEST = (
    "-m",
    "pytest",
    "-m",
    "not integration",
    "--exitfirst",
    "--quiet",
    "--numprocesses=2",
    "--dist=loadfile",
)
NOTHING_COLLECTED = 5
# Modules whose folder is not mirrored, or is mirrored by tests that take longer.
ELSEWHERE = {
    "src/daybreak/cli": "tests/acceptance/test_help.py",
    "src/daybreak/db/migrations": "tests/migrations",
}


def changed() -> list[Path]:
    """Return the changed files, relative to the root."""
    base = _git("merge-base", "HEAD", "origin/main") or _git("merge-base", "HEAD", "main") or ["HEAD"]
    names = _git("diff", "--name-only", base[0]) + _git("ls-files", "--others", "--exclude-standard")
    return [Path(name) for name in names]


def select_tests(files: Iterable[Path], root: Path) -> list[str]:
    """Return the test files and folders of these files, without those that are in another one."""
    found = {test for file in files if (test := _test_of(file, root))}
    return sorted(str(test) for test in found if not found & set(test.parents))


def _test_of(file: Path, root: Path) -> Path | None:
    for folder, test in ELSEWHERE.items():
        if file.is_relative_to(folder):
            return Path(test)
    if file.is_relative_to("tests"):
        if file.name.startswith("test_"):
            return file if (root / file).exists() else None
        folder = file.parent
    elif file.is_relative_to("src/daybreak"):
        folder = Path("tests") / file.relative_to("src/daybreak").parent
    else:
        return None
    while not (root / folder).is_dir():
        folder = folder.parent
    own = folder / f"test_{file.stem}.py"
    if (root / own).exists():
        return own
    # The root has no tests of a kind: those at its top are few and quick.
    return folder if folder != Path("tests") else Path("tests/test_settings.py")


def _git(*arguments: str) -> list[str]:
    listed = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.splitlines() if listed.returncode == 0 else []


def main() -> int:
    """Run them; the exit code is pytest's, or 0 when the time is up and nothing has failed."""
    chosen = sorted({"tests/guards", *select_tests(changed(), ROOT)})
    print("Testing", *chosen, flush=True)  # noqa: T201 - a script
    with subprocess.Popen([sys.executable, *PYTEST, *chosen], cwd=ROOT) as running:
        try:
            code = running.wait(SECONDS)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)
            running.wait()
            print(f"Stopped after {SECONDS} s without a failure; “make test” runs them all.")  # noqa: T201
            return 0
    return 0 if code == NOTHING_COLLECTED else code


if __name__ == "__main__":
    sys.exit(main())
