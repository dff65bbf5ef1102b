"""Processes that are killed under a server in use: the rest continues, or ends with them."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import asyncpg
import pytest

from daybreak import briefs, people
from daybreak.db import Database
from daybreak.db.embedded import binaries, config, postmaster, sockets
from daybreak.db.embedded.data_directory import DataDirectory
from daybreak.db.embedded.os_user import OsUser

from .conftest import DaybreakCommand
from .process_tree import is_alive, list_family, parent_of
from .waiting import BOUND_SECONDS, wait_until

pytestmark = pytest.mark.integration

QUEUED_BRIEFS = 150
QUICK = {
    "DAYBREAK_RUNS_LEASE_SECONDS": "6",
    "DAYBREAK_RUNS_HEARTBEAT_SECONDS": "1",
    "DAYBREAK_RUNS_RESCUE_SECONDS": "1",
    "DAYBREAK_RUNS_POLL_SECONDS": "1",
}
EDITIONS = """
SELECT count(*) AS briefs, count(DISTINCT owner_id) AS readers,
    (SELECT count(*) FROM runs_finished WHERE kind = 'briefs.compose' AND status <> 'succeeded') AS failed
FROM briefs_editions WHERE brief_date = $1
"""
DAY = date(2026, 3, 29)


@dataclass(frozen=True)
class RunningUp:
    """``daybreak up`` with its address and its log."""

    process: subprocess.Popen
    port: int
    log: Path

    def is_ready(self, query: str = "") -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/readyz{query}", timeout=60
            ) as response:
                return response.status == 200
        except OSError:
            return False

    def log_entries(self, event: str) -> list[dict]:
        entries = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == event]


@pytest.fixture
def alone(scratch: Path, migrated_home: Path) -> Iterator[DaybreakCommand]:
    """Return the command with a home of its own, whose server runs only while it is in use."""
    place = Path(tempfile.mkdtemp(dir=scratch))
    place.chmod(0o755)
    subprocess.run(["cp", "-a", migrated_home, place / "home"], check=True)
    yield DaybreakCommand(place / "home", place, QUICK)
    assert DaybreakCommand(place / "home", place)("db", "stop").code == 0
    shutil.rmtree(place)


@pytest.fixture
def start_up(alone) -> Iterator[Callable[[], RunningUp]]:
    """Return a function that starts ``daybreak up`` and waits until it is ready, with a worker."""
    started: list[subprocess.Popen] = []

    def start() -> RunningUp:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = alone.folder / "up.log"
        with log.open("wb") as stderr:
            process = alone.start("up", "--port", port, stdout=subprocess.DEVNULL, stderr=stderr)
        started.append(process)
        running = RunningUp(process, port, log)
        wait_until(lambda: running.is_ready("?workers=1") or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        return running

    yield start
    for process in started:
        process.kill()
        process.wait(BOUND_SECONDS)


def read_postmaster(daybreak: DaybreakCommand) -> postmaster.Postmaster:
    found = postmaster.read_pid_file(daybreak.home / "postgresql" / "data")
    assert found
    return found


def app_dsn(daybreak: DaybreakCommand, role: str = "daybreak_app") -> str:
    return f"postgresql://{role}@/daybreak?host={quote(str(read_postmaster(daybreak).socket), safe='')}"


async def enqueue_briefs(dsn: str) -> list[UUID]:
    """Queue a brief for each of many new users."""
    async with Database.connect(dsn) as database:
        users = [
            await people.create_user(database, f"queued-{number}@example.org", timezone="UTC")
            for number in range(QUEUED_BRIEFS)
        ]
        for user in users:
            async with database.transaction([user.id]) as tx:
                await briefs.enqueue_compose(
                    tx, user.id, briefs.ComposeParameters(date=DAY, requested_by_user=True)
                )
    return [user.id for user in users]


async def count_briefs(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return dict(await connection.fetchrow(EDITIONS, DAY))
    finally:
        await connection.close()


@pytest.mark.parametrize("killed", ["postmaster", "supervisor", "both"])
async def test_up_continues_after_its_database_server_is_killed(alone, start_up, killed):
    up = start_up()
    server = read_postmaster(alone)
    supervisor = parent_of(server.pid)
    await enqueue_briefs(app_dsn(alone))
    if killed != "postmaster":
        os.kill(supervisor, signal.SIGKILL)
    if killed != "supervisor":
        os.kill(server.pid, signal.SIGKILL)
    await asyncio.to_thread(wait_until, lambda: up.log_entries("database.restarted"))
    await asyncio.to_thread(wait_until, lambda: up.is_ready("?workers=1"))
    assert read_postmaster(alone).pid != server.pid
    deadline = time.monotonic() + BOUND_SECONDS
    while (found := await count_briefs(app_dsn(alone, "postgres")))["readers"] < QUEUED_BRIEFS:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)
    assert found == {"briefs": QUEUED_BRIEFS, "readers": QUEUED_BRIEFS, "failed": 0}
    [message] = {entry["message"] for entry in up.log_entries("database.restarted")}
    assert message == "The database server ended unexpectedly; it was started again."
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(BOUND_SECONDS) == 0


def test_up_stops_while_its_database_server_cannot_start(alone, start_up):
    up = start_up()
    server = read_postmaster(alone)
    control = alone.home / "postgresql/data/global/pg_control"
    control.rename(control.with_name("hidden"))
    os.kill(server.pid, signal.SIGKILL)
    log = alone.home / "postgresql/server.log"
    wait_until(lambda: log.read_text().count("the server ended unexpectedly") >= 2)
    wait_until(lambda: not up.is_ready())
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(BOUND_SECONDS) == 0
    assert alone("db", "stop").code == 0
    assert not alone("db", "status", "--json").json()["running"]
    control.with_name("hidden").rename(control)
    assert alone("users", "list").code == 0


@pytest.mark.parametrize("arguments", [("up",), ("worker", "--processes", "2")], ids=lambda them: them[0])
def test_killed_parent_leaves_no_process(alone, start_up, arguments):
    if arguments == ("up",):
        parent = start_up().process
    else:
        parent = alone.start(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: len(json.loads(alone("runs", "workers", "--json").out)) == 2)
    family = list_family(parent.pid) | list_family(parent_of(read_postmaster(alone).pid))
    assert len(family) > 5
    parent.kill()
    parent.wait(BOUND_SECONDS)
    wait_until(lambda: not [pid for pid in family if is_alive(pid)])


@contextmanager
def server_in_recovery(home: Path, log: Path) -> Iterator[subprocess.Popen]:
    """Run a server that rejects connections, like one in recovery, until it is promoted."""
    folder = DataDirectory.in_home(home)
    user = OsUser.for_server(folder.data)
    programs = binaries.find(user, folder.binaries)
    config.write_config(folder.conf, sockets.prepare_folder(folder, user), fsync=False)
    (folder.data / "standby.signal").touch()
    command = [programs.program("postgres"), *config.server_arguments(folder.conf, folder.data)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "-c", "hot_standby=off"],
            stdout=output,
            stderr=output,
            cwd="/",
            **user.popen_arguments(),
        )
    yield server
    server.send_signal(signal.SIGINT)
    server.wait(BOUND_SECONDS)
    folder.data.joinpath("standby.signal").unlink(missing_ok=True)


@pytest.mark.parametrize("arguments", [("users", "list"), ("db", "migrate"), ("web",)], ids=" ".join)
def test_command_waits_for_a_server_in_recovery(alone, arguments):
    log = alone.folder / "server.log"
    with server_in_recovery(alone.home, log) as server:
        wait_until(lambda: "entering standby mode" in log.read_text())
        folder = quote(str(sockets.choose_folder(DataDirectory.in_home(alone.home).root)), safe="")
        urls = {
            f"DAYBREAK_DATABASE{name}_URL": f"postgresql://daybreak_{role}@/daybreak?host={folder}"
            for name, role in (("", "app"), ("_OWNER", "owner"))
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            more = ("--port", probe.getsockname()[1]) if arguments == ("web",) else ()
        command = alone.with_environment(**urls).start(*arguments, *more)
        wait_until(lambda: "not accepting connections" in log.read_text() or command.poll() is not None)
        (alone.home / "postgresql/data/promote").touch()
        server.send_signal(signal.SIGUSR1)
        if arguments == ("web",):
            assert b"Daybreak is at" in command.stdout.readline()
            command.terminate()
        _, complaint = command.communicate(timeout=BOUND_SECONDS)
        assert (command.returncode, complaint.decode()) == (0, "")
