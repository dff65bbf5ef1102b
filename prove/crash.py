"""Proof: ``kill -9`` at any moment of ``daybreak brief FOLDER`` costs nothing but that command.

Each run prepares a home (empty, migrated, or with the folder imported) and starts the command. At a random
moment it kills the process group, the database server, or all of it. The next command must succeed and print
the brief of an undisturbed home. Writes prove/results/crash.json after every run and resumes from it;
``--check`` exits 1 on any failure, ``--quick`` makes a dozen runs and writes nothing.
"""

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from zones import describe_machine

PROGRAM = str(Path(sys.executable).with_name("daybreak"))
RESULT = Path(__file__).parent / "results" / "crash.json"
BRIEF = ("brief", "sample", "--date", "2026-03-29", "--tz", "Europe/Berlin", "--format", "json")
STAGES = ("first start", "importing", "composing")
TARGETS = ("the command", "the command", "the server", "everything")
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder, not a predictable file name
TIMEOUT_SECONDS = 120
QUICK_RUNS = 12


@dataclass(frozen=True)
class CrashWorkspace:
    """A working folder with the sample, and homes at each stage that are copied for every run."""

    root: Path

    def run(self, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [PROGRAM, *arguments], cwd=self.root, env=clean_environment(home),
            capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip

    def start(self, home: Path) -> "subprocess.Popen[str]":
        """Start the command to be killed, as the leader of a process group."""
        return subprocess.Popen(
            [PROGRAM, *BRIEF], cwd=self.root, env=clean_environment(home), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @contextmanager
    def home_at(self, stage: str) -> Iterator[Path]:
        """Copy the home of that stage, and remove the copy afterwards."""
        home = self.root / "home"
        if stage != "first start":
            subprocess.run(["cp", "-a", self.root / stage, home], check=True)
        yield home
        self.wait_until_stopped(home)
        shutil.rmtree(home)

    def wait_until_stopped(self, home: Path) -> None:
        """Wait until the server has stopped, which it does without attached commands."""
        deadline = monotonic() + TIMEOUT_SECONDS
        while server_pids(home):
            assert monotonic() < deadline, "the server does not stop"
            sleep(0.02)


def clean_environment(home: Path) -> dict[str, str]:
    remaining = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
    return remaining | {"DAYBREAK_HOME": str(home)}


@contextmanager
def prepare_workspace() -> Iterator[tuple[CrashWorkspace, str, dict[str, float]]]:
    """Prepare the workspace, the undisturbed brief, and the seconds of the command from each stage on."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder, not a predictable file name
    with tempfile.TemporaryDirectory(
        prefix="daybreak-crash-", dir=memory if memory.is_dir() else None
    ) as name:
        place = CrashWorkspace(Path(name))
        place.root.chmod(0o755)
        place.run(place.root, "sample", "sample", "--date", "2026-03-29")
        importing, composing = place.root / "importing", place.root / "composing"
        place.run(importing, "users", "list")
        place.wait_until_stopped(importing)
        subprocess.run(["cp", "-a", importing, composing], check=True)
        place.run(composing, "users", "add", "me@localhost", "--tz", "Europe/Berlin")
        place.run(composing, "import", "sample")
        place.wait_until_stopped(composing)
        briefs, seconds = set(), {}
        for stage in STAGES:
            with place.home_at(stage) as home:
                started = monotonic()
                briefs.add(normalize_brief(place.run(home, *BRIEF).stdout))
                seconds[stage] = monotonic() - started
        assert len(briefs) == 1, "undisturbed homes differ"
        yield place, briefs.pop(), seconds


def normalize_brief(text: str) -> str:
    """Return a brief without what differs between homes and moments: ids, hashes, instants, reuse."""
    document = json.loads(text)
    for key, fact in document["facts"].items():
        text = text.replace(
            key, f"{fact['kind']} {fact['source_ref']} {fact['title']} {fact['start']} {fact['end']}"
        )
    document = json.loads(text)
    del document["as_of"], document["user"], document["fingerprint"]
    for section in document["sections"]:
        del section["reused"], section["content_hash"]
    return json.dumps(document, sort_keys=True)


def crash(
    workspace: CrashWorkspace, stage: str, target: str, delay_seconds: float, expected: str
) -> tuple[bool, str]:
    """Make one run; return whether the command was still running when it was hit, and the failure, if any."""
    with workspace.home_at(stage) as home:
        command = workspace.start(home)
        sleep(delay_seconds)
        running = command.poll() is None
        kill(command, home, target)
        _, output = command.communicate(timeout=TIMEOUT_SECONDS)
        if command.returncode not in {0, 6, -signal.SIGKILL} or "Traceback" in output:
            return running, f"the disturbed command ended with {command.returncode}: {output[-400:]}"
        then = workspace.run(home, *BRIEF)
        if then.returncode != 0 or then.stderr:
            return running, f"the next command ended with {then.returncode}: {then.stderr[-400:]}"
        return running, "" if normalize_brief(then.stdout) == expected else "the next brief differs"


def kill(command: "subprocess.Popen[str]", home: Path, target: str) -> None:
    server = server_pids(home)
    if target != "the server":
        with suppress(ProcessLookupError):
            os.killpg(command.pid, signal.SIGKILL)
    if target != "the command":
        for process in server:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            if target == "the server":
                break


def server_pids(home: Path) -> list[int]:
    """Return the processes of the postmaster and of its supervisor; none while there is no server."""
    with suppress(OSError, ValueError, IndexError):
        pid = int((home / "postgresql/data/postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if os.fsencode(home) in command:
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            return [pid, parent] if parent > 1 else [pid]
    return []


def prove(runs: int, seed: int, *, save: bool) -> dict[str, object]:
    result = load_or_create_result(seed, runs, save=save)
    with prepare_workspace() as (place, expected, seconds):
        for number in range(result["runs"], runs):
            dice = random.Random(f"{seed}:{number}")
            stage, target = STAGES[number % len(STAGES)], dice.choice(TARGETS)
            after = dice.uniform(0, 1.05 * seconds[stage])
            running, wrong = crash(place, stage, target, after, expected)
            result["runs"] = number + 1
            hits = Counter(result["hit_under_way"])
            hits.update([f"{target}, {stage}"] if running else [])
            result["hit_under_way"] = dict(sorted(hits.items()))
            if wrong:
                result["failures"] += [f"run {number}: {target}, {stage}, after {after:.3f} s: {wrong}"]
                print(result["failures"][-1], flush=True)
            if save:
                RESULT.parent.mkdir(exist_ok=True)
                RESULT.write_text(json.dumps(result, indent=2) + "\n")
    return result


def load_or_create_result(seed: int, runs: int, *, save: bool) -> dict[str, Any]:
    """Return an unfinished result of the same seed, or a new one."""
    if save and RESULT.exists():
        found: dict[str, Any] = json.loads(RESULT.read_text())
        if found["seed"] == seed and found["runs"] < runs:
            return found
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": describe_machine(),
        "python": platform.python_version(),
    }
    return {**about, "seed": seed, "runs": 0, "hit_under_way": {}, "failures": []}


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills daybreak brief at random moments.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="exit with 1 when anything failed")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_RUNS} runs at most; writes no result")
    arguments = parser.parse_args()
    runs = min(arguments.runs, QUICK_RUNS) if arguments.quick else arguments.runs
    result = prove(runs, arguments.seed, save=not arguments.quick)
    print(json.dumps(result, indent=2))
    return 1 if arguments.check and result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
