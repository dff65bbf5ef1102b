"""Stale files of a killed machine, a restarted container or a user in the folder."""

import os
import subprocess
import time

import pytest

from daybreak.db import embedded
from daybreak.db.embedded import binaries, postmaster, supervisor
from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Conflict

pytestmark = pytest.mark.integration

SLEEP = ["sleep", "60"]


@pytest.fixture
def data(home):
    return home / "postgresql" / "data"


@pytest.fixture
def account(data):
    return OsUser.for_server(data)


@pytest.fixture
def as_account(account):
    started = []

    def start(command):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            **account.popen_arguments(),
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(60)


def write_pid_file(home, data, pid, account):
    run = home / "postgresql" / "run"
    (data / "postmaster.pid").write_text(
        f"{pid}\n{data}\n{int(time.time())}\n5432\n{run}\n\n  1 2\nready   \n"
    )
    os.chown(data / "postmaster.pid", account.uid, account.gid)


def test_a_pid_file_that_names_a_living_stranger_is_removed(home, data, account, as_account, sql):
    stranger = as_account(SLEEP)
    write_pid_file(home, data, stranger.pid, account)
    with embedded.attach(home, fsync=False) as server:
        assert server.pid != stranger.pid
        assert sql(home, server, "SELECT 1") == "1"
    assert stranger.poll() is None


def test_postgresql_itself_would_have_rejected_that_pid_file(home, data, account, as_account):
    write_pid_file(home, data, as_account(SLEEP).pid, account)
    programs = binaries.find(account, home / "postgresql" / "binaries")
    assert as_account([programs.program("postgres"), "-D", str(data)]).wait(60) != 0


def test_a_server_started_by_hand_is_not_touched(home, data, account, as_account, processes):
    programs = binaries.find(account, home / "postgresql" / "binaries")
    options = ["-c", "listen_addresses=", "-k", str(home / "postgresql" / "run"), "-F"]
    by_hand = as_account([programs.program("postgres"), "-D", str(data), *options])
    assert processes.eventually(lambda: (found := postmaster.read_pid_file(data)) and found.is_responding())
    with pytest.raises(Conflict, match=f"not started by Daybreak \\(process {by_hand.pid}\\)"):
        embedded.attach(home, fsync=False).__enter__()
    assert by_hand.poll() is None


@pytest.mark.parametrize("rubbish", ["", "\n", "12", "not a number\n" * 9])
def test_a_malformed_pid_file_is_removed(home, data, sql, rubbish):
    (data / "postmaster.pid").write_text(rubbish)
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SELECT 1") == "1"


def test_stale_socket_files_do_not_matter(home, account, sql):
    run = home / "postgresql" / "run"
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (run / name).write_text("1\n")
        os.chown(run / name, account.uid, account.gid)
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SELECT 1") == "1"


def test_fsync_is_on_unless_a_test_asks_for_speed(home, sql):
    with embedded.attach(home) as server:
        assert sql(home, server, "SHOW fsync; SHOW full_page_writes; SHOW synchronous_commit") == "on\non\non"
    embedded.stop(home)
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SHOW fsync") == "off"


def test_the_log_is_bounded(place, monkeypatch):
    monkeypatch.setattr(supervisor, "LOG_LIMIT", 1000)
    log = place / "server.log"
    for number in range(100):
        supervisor.append_log(log, f"line {number:04}{'.' * 90}\n".encode())
    written = log.read_text() + log.with_name("server.log.old").read_text()
    assert len(written) <= 2000
    assert "line 0099" in written


@pytest.mark.parametrize("after", [0.06, 0.1, 0.14, 0.18, 0.25])
def test_a_killed_start_does_not_block_the_next(home, command, sql, after):
    interrupted = command(home)
    time.sleep(after)
    interrupted.kill()
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SELECT 1") == "1"
