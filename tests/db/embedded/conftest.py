import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

import daybreak
from daybreak.db import embedded
from daybreak.db.embedded.file_locks import is_locked

SOURCES = Path(daybreak.__file__).parents[1]
PYTHONPATH = os.pathsep.join([str(SOURCES), str(Path(asyncpg.__file__).parents[1])])
LARGE_DISK_BYTES = 4_000_000_000
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a folder, not a predictable file name
ATTACH = """
import sys
from contextlib import suppress
from pathlib import Path
from daybreak.db import embedded
from daybreak.db.embedded.file_locks import is_locked
from daybreak.errors import DaybreakError
try:
    with embedded.attach(Path(sys.argv[1]), fsync=False) as server:
        print(server.pid, flush=True)
        sys.stdin.read()
except DaybreakError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


class AttachedCommand:
    """A process that is attached to a home from its first line of output until `leave`."""

    def __init__(self, home: Path, *, before=(), prelude="", path=PYTHONPATH, **options):
        python = python_for_all() if "user" in options else sys.executable
        self.process = subprocess.Popen(
            [*before, python, "-c", prelude + ATTACH, str(home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd="/", env={**os.environ, "PYTHONPATH": path}, **options,
        )  # fmt: skip

    def wait_until_attached(self) -> int:
        """Wait until it is attached and return the server's process id."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return int(line)

    def leave(self) -> str:
        """Detach it and return its error output, empty on success."""
        return self.process.communicate(timeout=60)[1].strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


def python_for_all() -> str:
    """Return an interpreter of this version that every user may run, and that finds Daybreak."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        with suppress(OSError):
            found = subprocess.run(
                [python, "-c", "import asyncpg, daybreak"], env={"PYTHONPATH": PYTHONPATH}, cwd="/",
                user="nobody", group="nogroup", extra_groups=[], stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            if found.returncode == 0:
                return python
    pytest.skip(f"there is no {name} with Daybreak that other users may run")


def scratch_folder(purpose: str) -> Path:
    """Create a folder that every user may pass through, unlike pytest's; in memory if there is room."""
    roomy = MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > LARGE_DISK_BYTES
    folder = Path(tempfile.mkdtemp(prefix=f"daybreak-{purpose}-", dir=MEMORY_DISK if roomy else None))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def place() -> Iterator[Path]:
    """Create a folder for the test; servers in it are stopped at its end."""
    place = scratch_folder("test")
    yield place
    for lock in place.rglob("postgresql/serving"):
        lock.with_name("keep").unlink(missing_ok=True)
        assert ProcessProbe().eventually(lambda lock=lock: not is_locked(lock))
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """Create a home that has been started once."""
    place = scratch_folder("template")
    with embedded.attach(place / "home", fsync=False):
        pass
    embedded.stop(place / "home")
    yield place / "home"
    shutil.rmtree(place)


@pytest.fixture
def clone(place: Path, template: Path):
    def clone(home: Path) -> Path:
        subprocess.run(["cp", "-a", template, home], check=True)
        return home

    return clone


@pytest.fixture
def home(place: Path, clone) -> Path:
    return clone(place / "home")


@pytest.fixture
def command():
    """Return a function that starts a `Command`; commands still running after the test are killed."""
    started: list[AttachedCommand] = []

    def start(*arguments, **options) -> AttachedCommand:
        started.append(AttachedCommand(*arguments, **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.returncode is None:
            one.kill()


@pytest.fixture(scope="session")
def sql():
    """Return a function that runs a statement through psql and returns its output, errors included."""
    return _sql


class ProcessProbe:
    def is_alive(self, pid: int) -> bool:
        """Return whether a process runs; a zombie does not."""
        state = self._ps("stat", pid)
        return bool(state) and not state.startswith("Z")

    def parent(self, pid: int) -> int:
        return int(self._ps("ppid", pid))

    def eventually(self, condition, seconds: float = 60) -> bool:
        deadline = time.monotonic() + seconds
        while not (met := condition()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return bool(met)

    def has_ended(self, pid: int, seconds: float = 60) -> bool:
        return self.eventually(lambda: not self.is_alive(pid), seconds)

    def _ps(self, column: str, pid: int) -> str:
        answer = subprocess.run(
            ["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip()


@pytest.fixture(scope="session")
def processes():
    return ProcessProbe()


@pytest.fixture(scope="session")
def python():
    """Return an interpreter that every user may run, and the path on which it finds Daybreak."""
    return python_for_all(), PYTHONPATH


def _sql(home: Path, server: embedded.EmbeddedServer, statement: str, role: str = "daybreak_owner") -> str:
    command = [*embedded.psql_command(home, server, role), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return answer.stdout.strip() or answer.stderr.strip()
