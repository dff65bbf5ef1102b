"""Fixtures of acceptance tests: the installed command, with a DAYBREAK_HOME per module."""

import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from .logged_process import LoggedProcess

PROGRAM = str(Path(sys.executable).with_name("daybreak"))
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a place, no name that others could guess
MIN_FREE_BYTES = 2_000_000_000
SHORT_INTERVALS = {
    "DAYBREAK_RUNS_HEARTBEAT_SECONDS": "0.3",
    "DAYBREAK_RUNS_LEASE_SECONDS": "8",
    "DAYBREAK_RUNS_RESCUE_SECONDS": "0.3",
    "DAYBREAK_RUNS_POLL_SECONDS": "1",
}
DAY_OPTIONS = ("--date", "2026-03-29", "--tz", "Europe/Berlin")


@dataclass(frozen=True)
class CommandOutput:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)

    def is_one_line_error(self, code: int, *words: str) -> bool:
        """Assert that the command failed with one line that contains these texts, and no output."""
        assert (self.code, self.out) == (code, ""), self
        assert self.err.startswith("daybreak: "), self.err
        assert self.err.endswith((".\n", "?\n")), self.err
        assert self.err.count("\n") == 1, self.err
        missing = [word for word in words if word not in self.err]
        assert not missing, f"{missing} not in {self.err}"
        return True


@dataclass(frozen=True)
class DaybreakCommand:
    """The command with its own DAYBREAK_HOME."""

    home: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def with_environment(self, **environment: str) -> "DaybreakCommand":
        return DaybreakCommand(self.home, self.folder, self.environment | environment)

    def start(self, *arguments, before=(), **options) -> subprocess.Popen:
        """Start the command without waiting for its end."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*before, PROGRAM, *map(str, arguments)],
            cwd=self.folder, env=self._environment(), **(pipes | options),
        )  # fmt: skip

    def __call__(self, *arguments, before=(), stdin: str = "", cwd: Path | None = None) -> CommandOutput:
        """Run the command to its end."""
        done = subprocess.run(
            [*before, PROGRAM, *map(str, arguments)],
            cwd=cwd or self.folder, env=self._environment(), input=stdin.encode(),
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        return CommandOutput(done.returncode, done.stdout.decode(), done.stderr.decode())

    def brief(self, *arguments) -> dict:
        """Return the brief of the day on which summer time began, as JSON."""
        answer = self("brief", *arguments, *DAY_OPTIONS, "--format", "json")
        assert answer.code == 0, answer
        return answer.json()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYBREAK_")}
        return kept | {"DAYBREAK_HOME": str(self.home), "TZ": "Europe/Berlin", **self.environment}


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Return a folder that every user can access, unlike pytest's; in memory if there is space."""
    roomy = MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > MIN_FREE_BYTES
    folder = Path(tempfile.mkdtemp(prefix="daybreak-acceptance-", dir=MEMORY_FOLDER if roomy else None))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_home(scratch: Path) -> Path:
    """Return a home with a migrated database and a stopped server."""
    daybreak = DaybreakCommand(scratch / "template", scratch)
    assert daybreak("users", "list").code == 0
    assert daybreak("db", "stop").code == 0
    return daybreak.home


@pytest.fixture(scope="module")
def daybreak(scratch: Path, migrated_home: Path) -> Iterator[DaybreakCommand]:
    """Return the command with a home and a working folder, shared by the tests of a module."""
    place = Path(tempfile.mkdtemp(dir=scratch))
    place.chmod(0o755)
    subprocess.run(["cp", "-a", migrated_home, place / "home"], check=True)
    (place / "work").mkdir()
    daybreak = DaybreakCommand(place / "home", place / "work")
    assert daybreak("db", "start").code == 0
    yield daybreak
    assert "Stopped" in daybreak("db", "stop").out


@pytest.fixture(scope="module")
def sample(daybreak: DaybreakCommand) -> Path:
    """Return a sample folder around the day on which summer time began."""
    assert daybreak("sample", "sample", "--date", "2026-03-29").code == 0
    return daybreak.folder / "sample"


@pytest.fixture
async def admin(daybreak) -> AsyncIterator[asyncpg.Connection]:
    """Return a superuser's connection to the server of the module."""
    folder = daybreak("db", "status", "--json").json()["socket"]
    connection = await asyncpg.connect(host=folder, user="postgres", database="daybreak")
    yield connection
    await connection.close()


@pytest.fixture
def start(daybreak) -> Iterator[Callable[..., LoggedProcess]]:
    """Return a function that starts a command with short intervals; remaining processes are killed."""
    started: list[LoggedProcess] = []

    def start(*arguments, **environment) -> LoggedProcess:
        there = daybreak.with_environment(**SHORT_INTERVALS | environment)
        started.append(LoggedProcess(there.start(*arguments, stdout=subprocess.DEVNULL)))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.wait()


@pytest.fixture
def unused_port() -> str:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def folder(daybreak: DaybreakCommand) -> Path:
    """Return an empty folder for one test."""
    return Path(tempfile.mkdtemp(dir=daybreak.folder))


@pytest.fixture(scope="session")
def run_in_terminal():
    """Return a function that runs a command in a terminal of 80 columns: exit code and output."""
    return _run_in_terminal


def _run_in_terminal(daybreak: DaybreakCommand, *arguments) -> tuple[int, str]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environment = daybreak.with_environment(TERM="xterm-256color")
    command = environment.start(*arguments, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # Linux reports the end of a terminal as an error
        while chunk := os.read(ours, 65536):
            shown += chunk
    os.close(ours)
    return command.wait(60), shown.decode()
