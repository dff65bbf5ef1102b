"""PostgreSQL is lost and comes back: one log line each for every process, at the default log level."""

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from daybreak.db.embedded import postmaster

from .conftest import DaybreakCommand
from .logged_process import LoggedProcess, is_listening
from .process_tree import parent_of
from .test_killed_server import kill_server
from .waiting import wait_until

pytestmark = pytest.mark.integration

# The interval is the time limit of a heartbeat, too: a late one on a busy machine is no outage.
RARE_HEARTBEATS = {"DAYBREAK_RUNS_HEARTBEAT_SECONDS": "3", "DAYBREAK_RUNS_LEASE_SECONDS": "60"}


def events(process: LoggedProcess) -> list[tuple[str, str]]:
    return [(one["event"], one["level"]) for one in process.events()]


def test_each_process_logs_an_outage_once(daybreak: DaybreakCommand, sample, start, unused_port):
    # Through a link: without it no process reconnects, even if the server is started again immediately.
    socket = daybreak("db", "status", "--json").json()["socket"]
    link = daybreak.folder / "socket"
    link.symlink_to(socket)
    url = {"DAYBREAK_DATABASE_URL": f"postgresql://daybreak_app@/daybreak?host={link}"}
    processes = {
        "web": start("web", "--port", unused_port, **url),
        "worker": start("worker", **RARE_HEARTBEATS, DAYBREAK_SCHEDULE_TICK_SECONDS="1", **url),
        "scheduler": start("scheduler", DAYBREAK_SCHEDULE_TICK_SECONDS="1", **url),
    }
    wait_until(lambda: is_listening(unused_port))
    assert daybreak("import", sample).code == 0
    answer = daybreak("brief", "--date", "2026-03-29", "--background")
    assert daybreak("runs", "watch", answer.out.strip()).code == 0
    pids = {str(processes[name].process.pid) for name in ("worker", "scheduler")}
    wait_until(lambda: pids <= scheduler_pids(daybreak))
    with paused_supervisor(daybreak):
        kill_server(daybreak.home)
        link.unlink()
    for process in processes.values():
        wait_until(lambda one=process: one.count("db.lost"))
    wait_until_each_loop_has_failed()
    assert daybreak("db", "start").code == 0
    link.symlink_to(socket)
    for name, process in processes.items():
        wait_until(lambda one=process: one.count("db.restored"))
        assert events(process) == [("db.lost", "warning"), ("db.restored", "warning")], (name, process.lines)
        lost, restored = (one["message"] for one in process.events())
        assert lost == "Lost the connection to PostgreSQL; retrying."
        assert restored.startswith("PostgreSQL is back after ")
    answer = daybreak("brief", "--date", "2026-03-30", "--background")
    assert daybreak("runs", "watch", answer.out.strip()).code == 0
    with urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/sign-in", timeout=60) as page:
        assert page.status == 200


def scheduler_pids(daybreak: DaybreakCommand) -> set[str]:
    sql = "COPY (SELECT name FROM schedule_schedulers) TO STDOUT"
    return {name.rpartition(":")[2] for name in daybreak("db", "shell", stdin=sql).out.splitlines()}


@contextmanager
def paused_supervisor(daybreak: DaybreakCommand) -> Iterator[None]:
    """Pause the supervisor, so that it cannot start the server again before the link is gone."""
    server = postmaster.read_pid_file(daybreak.home / "postgresql" / "data")
    assert server
    supervisor = parent_of(server.pid)
    os.kill(supervisor, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def wait_until_each_loop_has_failed() -> None:
    """Wait longer than the intervals of all loops, so that each of them has noticed the outage."""
    end = time.monotonic() + 5
    wait_until(lambda: time.monotonic() > end)
