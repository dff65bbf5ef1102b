"""The database server killed under a command: one sentence, exit code 6, and the next command works.

The server is started again, so a command that repeats what failed may also succeed.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from daybreak.db.embedded import postmaster

from .conftest import DaybreakCommand
from .database_server import lock_table, wait_for_lock

pytestmark = pytest.mark.integration

SOON = 120


def kill_server(home: Path) -> None:
    """Send SIGKILL to the server and to all its processes."""
    found = postmaster.read_pid_file(home / "postgresql" / "data")
    if found is None:  # it has ended by itself
        return
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(found.pid)], capture_output=True, text=True, check=False
    )
    for pid in [found.pid, *map(int, listed.stdout.split())]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def outcome(command: subprocess.Popen) -> tuple[int, str]:
    _, complaint = command.communicate(timeout=SOON)
    return command.returncode, complaint.decode()


def is_unavailable(command: subprocess.Popen) -> bool:
    code, complaint = outcome(command)
    assert (code, complaint.count("\n")) == (6, 1), (code, complaint)
    return complaint.startswith("daybreak: ")


@pytest.mark.parametrize("after", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_server_killed_at_first_start_is_one_sentence(scratch, after):
    place = scratch / f"first-{after}"
    place.mkdir(mode=0o755)
    daybreak = DaybreakCommand(place / "home", place)
    command = daybreak.start("users", "list")
    data = daybreak.home / "postgresql" / "data"
    deadline = time.monotonic() + SOON
    while not ((found := postmaster.read_pid_file(data)) and found.is_responding()):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    time.sleep(after)
    kill_server(daybreak.home)
    code, complaint = outcome(command)
    # It may have ended before.
    assert (code, complaint) == (0, "") or (code, complaint.count("\n")) == (6, 1), (code, complaint)
    assert daybreak("users", "list").code == 0


@pytest.mark.parametrize(
    ("table", "arguments"),
    [
        ("agenda_tasks", ("import", "sample", "--user", "importing@example.org")),
        ("people_users", ("users", "add", "added@example.org")),
    ],
)
async def test_server_killed_under_a_command_is_one_sentence(daybreak, sample, admin, table, arguments):
    command = None
    with suppress(Exception):  # our own connection is lost as well
        async with lock_table(admin, table):
            command = daybreak.start(*arguments)
            await wait_for_lock(admin, table)
            kill_server(daybreak.home)
    assert is_unavailable(command)
    assert daybreak("db", "start").code == 0


async def test_brief_survives_a_killed_server_or_is_one_sentence(daybreak, sample, admin):
    command = None
    daybreak("import", sample, "--user", "composing@example.org")
    with suppress(Exception):  # our own connection is lost as well
        async with lock_table(admin, "briefs_editions"):
            command = daybreak.start("brief", "--user", "composing@example.org")
            await wait_for_lock(admin, "briefs_editions")
            kill_server(daybreak.home)
    code, complaint = outcome(command)
    assert (code, complaint) == (0, "") or (code, complaint.count("\n")) == (6, 1), (code, complaint)
    again = daybreak("brief", "--user", "composing@example.org")
    assert (again.code, again.err) == (0, "")
