"""Starting, sharing and stopping the server."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from daybreak.db import embedded
from daybreak.db.embedded import control

pytestmark = pytest.mark.integration


def test_two_commands_share_one_server_and_the_last_to_detach_stops_it(home, command, processes):
    first = command(home)
    pid = first.wait_until_attached()
    second = command(home)
    assert second.wait_until_attached() == pid
    assert first.leave() == ""
    assert embedded.status(home).running
    assert second.leave() == ""
    assert processes.has_ended(pid)
    assert not embedded.status(home).running


def test_a_server_outlives_the_killed_command_that_started_it_while_another_uses_it(
    home, command, processes, sql
):
    starter = command(home)
    pid = starter.wait_until_attached()
    with embedded.attach(home) as server:
        starter.kill()
        time.sleep(0.3)
        assert server.pid == pid
        assert sql(home, server, "SELECT 1") == "1"
    assert processes.has_ended(pid)


def test_killing_every_command_stops_the_server(home, command, processes):
    commands = [command(home) for _ in range(3)]
    pids = {one.wait_until_attached() for one in commands}
    assert len(pids) == 1
    for one in commands:
        one.kill()
    assert processes.has_ended(pids.pop())


def test_killing_the_supervisor_shuts_the_server_down_and_the_next_attach_has_the_data(home, processes, sql):
    with embedded.attach(home) as server:
        assert sql(home, server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)") == ""
        os.kill(processes.parent(server.pid), signal.SIGKILL)
        assert processes.has_ended(server.pid)
    with embedded.attach(home) as server:
        assert sql(home, server, "SELECT id FROM kept") == "7"
    assert "database system was not properly shut down" not in _log(home)


def test_while_a_killed_supervisors_server_still_ends_attaching_never_fails(home, processes):
    def is_another() -> bool:
        with embedded.attach(home, fsync=False) as again:
            return again.pid != server.pid

    with embedded.attach(home, fsync=False) as server:
        os.kill(server.pid, signal.SIGSTOP)
        os.kill(processes.parent(server.pid), signal.SIGKILL)
        resume = threading.Timer(0.3, os.kill, (server.pid, signal.SIGCONT))
        resume.start()
        assert processes.eventually(is_another)
        resume.join()


def test_after_a_kill_of_the_postmaster_the_next_attach_recovers(home, sql):
    with embedded.attach(home) as server:
        assert sql(home, server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)") == ""
        os.kill(server.pid, signal.SIGKILL)
    with embedded.attach(home) as again:
        assert again.pid != server.pid
        assert sql(home, again, "SELECT id FROM kept") == "7"
    assert "automatic recovery in progress" in _log(home)


def test_twenty_commands_at_the_same_instant_get_one_server(home, command):
    commands = [command(home) for _ in range(20)]
    assert len({one.wait_until_attached() for one in commands}) == 1
    assert [one.leave() for one in commands] == [""] * 20


def test_attaching_while_the_server_stops_waits_and_starts_it_again(home, sql):
    pids = set()
    for turn in range(8):
        with embedded.attach(home, fsync=False) as server:
            pids.add(server.pid)
            assert sql(home, server, "SELECT 1") == "1"
        time.sleep(turn / 200)
    assert len(pids) > 1


def test_a_started_server_stays_until_it_is_stopped(home, command, processes, monkeypatch):
    # Its supervisor ends it; without that it would be interrupted from outside after a while.
    monkeypatch.setattr(control, "_INTERRUPT_AFTER_SECONDS", 3600)
    started = embedded.start(home)
    assert (started.running, started.kept, started.used, started.version) == (True, True, False, 18)
    one = command(home)
    assert one.wait_until_attached() == started.pid
    one.leave()
    time.sleep(0.5)
    assert embedded.status(home) == started
    ended = embedded.stop(home)
    assert not ended.running
    assert not ended.kept
    assert not processes.is_alive(started.pid)


def test_stop_of_a_server_in_use_waits_for_the_last_command(home, command, processes):
    started = embedded.start(home)
    one = command(home)
    one.wait_until_attached()
    asked = embedded.stop(home)
    assert (asked.running, asked.used, asked.kept) == (True, True, False)
    one.leave()
    assert processes.has_ended(started.pid)


def test_stop_and_status_of_a_home_without_a_server_touch_nothing(place):
    home = place / "nothing"
    assert not embedded.stop(home).running
    assert embedded.status(home) == embedded.ServerStatus(home / "postgresql" / "data")
    assert not home.exists()


def test_stop_ends_the_server_itself_when_the_supervisor_hangs(home, processes, monkeypatch):
    monkeypatch.setattr(control, "_INTERRUPT_AFTER_SECONDS", 0.1)
    started = embedded.start(home)
    supervisor = processes.parent(started.pid)
    os.kill(supervisor, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        stopping = pool.submit(embedded.stop, home)
        ended = processes.has_ended(started.pid)
        os.kill(supervisor, signal.SIGCONT)
        assert ended
        assert not stopping.result(60).running


def test_a_failed_command_leaves_no_lock_behind(home, processes):
    with pytest.raises(ZeroDivisionError), embedded.attach(home) as server:
        _ = 1 / 0
    assert processes.has_ended(server.pid)


def _log(home):
    return (home / "postgresql" / "server.log").read_text()
