"""Ctrl-C, readers who leave early, full disks, and everybody at once."""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .database_server import count_editions, lock_table, wait_for_lock
from .waiting import wait_until

pytestmark = pytest.mark.integration

MANY = 400


@pytest.fixture(scope="module")
def many_files(daybreak) -> Path:
    """Return a folder with many files, slow to read."""
    folder = daybreak.folder / "many"
    folder.mkdir()
    entries = "".join(f"- [ ] Task {number} 📅 2026-04-01\n" for number in range(3))
    for number in range(MANY):
        (folder / f"list {number}.md").write_text(entries)
    return folder


def test_ctrl_c_while_python_starts_loses_nothing(daybreak, many_files):
    command = daybreak.start("brief", many_files, "--user", "hasty@example.org")
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=60)
    # Python itself handles the signal, before any of our code runs; its complaint is not ours to choose.
    assert command.returncode != 0
    assert daybreak("sources", "list").code == 0


@pytest.mark.parametrize("library", ["_pydantic_core", "pgproto", "_multiprocessing"])
def test_ctrl_c_ends_a_command_quietly_and_the_next_one_works(daybreak, many_files, library):
    """The libraries are loaded when it starts, connects and reads; a moment of the clock fits no machine."""
    command = daybreak.start("brief", many_files, "--user", "hasty@example.org")
    wait_until(lambda: library in Path(f"/proc/{command.pid}/maps").read_text(), every=0.01)
    interrupt(command)
    assert daybreak("sources", "list").code == 0


def test_ctrl_c_does_not_wait_for_files_that_are_being_read(daybreak, folder):
    entries = "".join(f"- [ ] Task {number} 📅 2026-04-01\n" for number in range(20_000))
    for number in range(20):
        (folder / f"long list {number}.md").write_text(entries)
    command = daybreak.start("import", folder)
    time.sleep(3)
    interrupt(command)


async def test_ctrl_c_rolls_back_an_import(daybreak, sample, admin):
    async with lock_table(admin, "agenda_tasks"):
        command = daybreak.start("import", sample, "--user", "held@example.org")
        await wait_for_lock(admin, "agenda_tasks")
        interrupt(command)
    left = daybreak("sources", "list", "--user", "held@example.org", "--json").json()
    assert [(one["tasks"], one["events"], one["source"]["last_read_at"]) for one in left] == [(0, 0, None)]


async def test_ctrl_c_during_composing_leaves_no_brief(daybreak, sample, admin):
    daybreak("import", sample, "--user", "composed@example.org")
    async with lock_table(admin, "briefs_editions"):
        command = daybreak.start("brief", "--user", "composed@example.org")
        await wait_for_lock(admin, "briefs_editions")
        interrupt(command)
    assert await count_editions(admin, "composed@example.org") == 0
    assert statuses(daybreak, "composed@example.org") == ["cancelled"]
    assert daybreak("brief", "--user", "composed@example.org").code == 0
    assert await count_editions(admin, "composed@example.org") == 1
    assert statuses(daybreak, "composed@example.org") == ["succeeded", "cancelled"]


async def test_next_command_works_after_a_kill_during_composing(daybreak, sample, admin):
    daybreak("import", sample, "--user", "killed@example.org")
    async with lock_table(admin, "briefs_editions"):
        command = daybreak.start("brief", "--user", "killed@example.org")
        await wait_for_lock(admin, "briefs_editions")
        command.kill()
        command.communicate(timeout=60)
    answer = daybreak("brief", "--user", "killed@example.org")
    assert (answer.code, answer.err) == (0, "")
    assert await count_editions(admin, "killed@example.org") == 1
    assert statuses(daybreak, "killed@example.org") == ["succeeded", "failed"]


def test_closed_pipe_is_no_error(daybreak, sample):
    command = daybreak.start("brief", sample, "--format", "json")
    command.stdout.close()
    assert command.stderr.read() == b""
    command.stderr.close()
    assert command.wait(60) == 0


def test_full_standard_output_is_a_one_line_error(daybreak, sample):
    for arguments in (["version"], ["brief", sample]):
        with Path("/dev/full").open("w") as full:
            command = daybreak.start(*arguments, stdout=full)
            _, complaint = command.communicate(timeout=60)
        assert command.returncode == 6
        assert (
            complaint
            == b"daybreak: Standard output cannot be written (No space left on device); check its target.\n"
        )


def test_full_disk_is_a_one_line_error(daybreak, scratch):
    disk = scratch / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", disk], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("only root can make a small disk")
    try:
        answer = daybreak.with_environment(DAYBREAK_HOME=str(disk / "home"))("users", "list")
        assert answer.is_one_line_error(6, "MB", "free some space")
    finally:
        subprocess.run(["umount", disk], check=True)


async def test_concurrent_commands_return_the_same_brief_and_one_edition(daybreak, sample, admin):
    assert daybreak("import", sample, "--user", "six@example.org").code == 0
    arguments = ("brief", "--user", "six@example.org", "--date", "2026-03-29", "--format", "json")
    with ThreadPoolExecutor(6) as threads:
        answers = [one.result() for one in [threads.submit(daybreak, *arguments) for _ in range(6)]]
    assert [(answer.code, answer.err) for answer in answers] == [(0, "")] * 6
    assert len({essence(answer.json()) for answer in answers}) == 1
    assert await count_editions(admin, "six@example.org") == 1


def test_import_shows_progress_on_a_terminal_only(daybreak, many_files, run_in_terminal):
    code, screen = run_in_terminal(daybreak, "import", many_files)
    assert code == 0
    assert "Reading" in screen
    assert f"{MANY} files read" in screen
    answer = daybreak("import", many_files)
    assert (answer.err, answer.out.count("\n")) == ("", 1)


def statuses(daybreak, user: str) -> list[str]:
    """Return the statuses of a user's runs, newest first."""
    return [run["status"] for run in daybreak("runs", "list", "--user", user, "--json").json()]


def interrupt(command: subprocess.Popen) -> None:
    """Press Ctrl-C; the command must end soon, and without a word."""
    command.send_signal(signal.SIGINT)
    assert command.communicate(timeout=60) == (b"", b"")
    assert command.returncode == 130


def essence(brief: dict) -> str:
    """Return a brief without its timestamp and its comparison with an earlier one."""
    del brief["as_of"]
    for section in brief["sections"]:
        del section["reused"]
    return json.dumps(brief, sort_keys=True)
