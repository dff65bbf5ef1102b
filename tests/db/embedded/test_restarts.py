"""The server is started again after an unexpected end."""

import os
import re
import signal
import subprocess

import pytest

from daybreak.db import embedded
from daybreak.db.embedded import postmaster
from daybreak.errors import Unavailable

pytestmark = pytest.mark.integration

ACTIVE = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %'"


@pytest.fixture
def data(home):
    return home / "postgresql" / "data"


@pytest.fixture
def hidden_control(data):
    """Return a function that makes each start of the server fail, until the end of the test."""
    control = data / "global/pg_control"
    yield lambda: control.rename(control.with_name("hidden"))
    control.with_name("hidden").rename(control)


def is_another(data, server) -> bool:
    found = postmaster.read_pid_file(data)
    return bool(found and found.pid != server.pid and found.is_responding())


def read_log(home) -> str:
    return (home / "postgresql" / "server.log").read_text()


def test_killed_server_is_started_again_and_keeps_its_data(home, data, processes, sql):
    with embedded.attach(home) as server:
        supervisor = processes.parent(server.pid)
        assert sql(home, server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)") == ""
        for _ in range(2):
            found = postmaster.read_pid_file(data)
            os.kill(found.pid, signal.SIGKILL)
            assert processes.eventually(lambda found=found: is_another(data, found))
        assert sql(home, server, "SELECT id FROM kept") == "7"
        assert processes.parent(postmaster.read_pid_file(data).pid) == supervisor
    assert processes.has_ended(supervisor)
    pauses = re.findall(r"ended unexpectedly \(signal 9\); it is started again in (\S+) s", read_log(home))
    assert pauses == ["0.5", "1"]


def test_busy_session_of_a_killed_server_does_not_prevent_the_restart(home, data, processes, sql):
    with embedded.attach(home, fsync=False) as server:
        command = [*embedded.psql_command(home, server), "-c", "DO $$ BEGIN LOOP END LOOP; END $$"]
        endless = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert processes.eventually(lambda: sql(home, server, ACTIVE, role="postgres"))
        session = int(sql(home, server, ACTIVE, role="postgres"))
        os.kill(server.pid, signal.SIGKILL)
        assert processes.eventually(lambda: is_another(data, server))
        assert not processes.is_alive(session)
        endless.wait(60)


def test_stop_ends_the_restarts_of_a_kept_server(home, processes, hidden_control):
    started = embedded.start(home)
    supervisor = processes.parent(started.pid)
    hidden_control()
    os.kill(started.pid, signal.SIGKILL)
    assert processes.eventually(lambda: read_log(home).count("ended unexpectedly") >= 2)
    assert not embedded.stop(home).running
    assert not processes.is_alive(supervisor)


def test_attaching_while_the_server_cannot_start_reports_the_reason(
    home, processes, hidden_control, monkeypatch
):
    with embedded.attach(home, fsync=False) as server:
        hidden_control()
        os.kill(server.pid, signal.SIGKILL)
        assert processes.eventually(lambda: read_log(home).count("ended unexpectedly") >= 2)
        monkeypatch.setattr("daybreak.db.embedded.server.START_TIMEOUT_SECONDS", 4)
        with pytest.raises(Unavailable, match=r"does not respond: .*pg_control"):
            embedded.attach(home, fsync=False).__enter__()


def test_watching_process_starts_the_server_after_its_supervisor_is_killed(home, data, processes, sql):
    with embedded.attach(home, fsync=False, watch=True) as server:
        supervisor = processes.parent(server.pid)
        os.kill(supervisor, signal.SIGKILL)
        os.kill(server.pid, signal.SIGKILL)
        assert processes.eventually(lambda: is_another(data, server))
        again = postmaster.read_pid_file(data).pid
        assert processes.parent(again) != supervisor
    assert processes.has_ended(again)
