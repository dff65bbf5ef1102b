"""The web as its operator meets it: commands, processes, their end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar

import pytest


@pytest.fixture
def port() -> str:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def started(daybreak) -> Iterator[Callable]:
    """Starts a command that goes on; what is left at the end is killed."""
    running: list[subprocess.Popen] = []

    def start(*arguments, **environment) -> subprocess.Popen:
        process = daybreak.with_environment(**environment).start(*arguments, stderr=subprocess.DEVNULL)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate(timeout=60)


def line(process: subprocess.Popen, *words: str) -> str:
    """Wait for the next line with this text, and return it."""
    for line in process.stdout:
        if all(word in line.decode() for word in words):
            return line.decode().strip()
    raise AssertionError(f"the process ended without {words}")


def stopped(process: subprocess.Popen, how: signal.Signals) -> int:
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


def browser() -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")]
    return opener


def test_up_runs_everything_and_its_link_signs_in_once(daybreak, started, port):
    up = started("up", "--port", port)
    address = line(up, "Daybreak is at").split()[-1]
    link = line(up, "Sign-in link").split()[-1]
    assert link.startswith(f"{address}/sign-in/link/")
    me = browser()
    page = me.open(link, data=b"", timeout=60)
    assert (page.status, b"me@localhost" in page.read()) == (200, True)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        browser().open(link, data=b"", timeout=60)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        me.open(urllib.request.Request(f"{address}/settings", b"", {"Sec-Fetch-Site": "cross-site"}))  # noqa: S310
    run = daybreak("brief", "--background").out.strip()
    assert daybreak("runs", "watch", run).code == 0, "a worker runs beside the web"
    assert json.load(me.open(f"{address}/readyz"))["status"] == "ready"
    workers = [int(one["name"].rpartition(":")[2]) for one in _workers(daybreak)]
    assert stopped(up, signal.SIGINT) == 0
    assert [pid for pid in workers if _is_there(pid)] == []


def _workers(daybreak) -> list[dict]:
    return json.loads(daybreak("runs", "workers", "--json").out)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_web_process_has_probes_and_stops_on_a_signal(started, port, admin):
    await admin.execute("DELETE FROM runs_workers")  # a worker that ended a moment ago counts as seen
    web = started("web", "--port", port)
    address = line(web, "Daybreak is at").split()[-1]
    assert json.load(browser().open(f"{address}/healthz"))["status"] == "alive"
    assert json.load(browser().open(f"{address}/readyz")) == {"status": "ready", "database": "ok"}
    with pytest.raises(urllib.error.HTTPError, match="503") as refused:
        browser().open(f"{address}/readyz?workers=1")
    assert json.load(refused.value) == {"status": "not ready", "database": "ok", "worker": "missing"}
    assert stopped(web, signal.SIGTERM) == 0


def test_port_in_use_is_a_one_line_error(daybreak, started, port):
    line(started("web", "--port", port), "Daybreak is at")
    for command in ("web", "up"):
        answer = daybreak(command, "--port", port)
        assert answer.is_one_line_error(3, port, "--port")


def test_public_listening_requires_an_address(daybreak):
    assert daybreak("web", "--host", "0.0.0.0").is_one_line_error(3, "DAYBREAK_WEB_URL")  # noqa: S104
    wrong = daybreak.with_environment(DAYBREAK_WEB_URL="daybreak.example.org")
    assert wrong("web").is_one_line_error(3, "DAYBREAK_WEB_URL", "https://")


@pytest.mark.parametrize("command", ["invite", "reset", "link"])
def test_users_commands_print_links(daybreak, command):
    email = "me@localhost" if command == "link" else f"{command}@example.org"
    if command == "reset":
        daybreak("users", "add", email)
    there = daybreak.with_environment(DAYBREAK_WEB_URL="https://Daybreak.example.org/")
    answer = there("users", command, email)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("https://daybreak.example.org/")
    assert len(answer.out.strip().rpartition("/")[2]) == 43


def test_repeated_invitation_after_a_sign_in_is_a_reset(daybreak, started, port):
    there = daybreak.with_environment(DAYBREAK_WEB_PORT=port)
    assert "/invitation/" in there("users", "invite", "dora@example.org").out
    assert "/invitation/" in there("users", "invite", "dora@example.org").out
    line(started("web", "--port", port), "Daybreak is at")
    link = there("users", "link", "dora@example.org").out.strip()
    assert browser().open(link, data=b"", timeout=60).status == 200
    answer = there("users", "invite", "dora@example.org")
    assert (answer.code, "/reset/" in answer.out) == (0, True)
    assert "dora@example.org has signed in before: this is a password reset link." in answer.err


def test_link_for_an_unknown_user_is_a_one_line_error(daybreak):
    for command in ("reset", "link"):
        assert daybreak("users", command, "nobody@example.org").is_one_line_error(4, "nobody@example.org")


def test_commands_without_pages_do_not_import_fastapi(daybreak):
    program = (
        "import sys; sys.argv = ['daybreak', 'users', 'list']\n"
        "from daybreak.cli import main\n"
        "try: main()\n"
        "finally: assert not {'fastapi', 'starlette', 'uvicorn', 'argon2'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=daybreak._environment(), check=False)
    assert done.returncode == 0
