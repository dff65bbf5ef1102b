"""The access to the socket, and its folder."""

import os
import shutil
import subprocess

import pytest

from daybreak.db import embedded
from daybreak.db.embedded import sockets
from daybreak.errors import Misconfigured

LONG = "long-name-" * 10
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def long_home(place, clone):
    home = clone(place / LONG)
    yield home
    embedded.stop(home)
    short = sockets.choose_folder(home / "postgresql")
    if short.is_symlink():
        short.unlink()
    shutil.rmtree(short, ignore_errors=True)


def test_there_is_no_network_socket(home, sql):
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SHOW listen_addresses") == ""
        assert sql(home, server, "SELECT inet_server_addr() IS NULL") == "t"
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (server.socket / sockets.SOCKET_NAME).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", [LONG, "one,two", 'say "hi"', "back\\slash"])
def test_a_home_with_a_long_path_gets_a_short_private_socket_folder(place, clone, sql, name):
    home = clone(place / name)
    with embedded.attach(home, fsync=False) as server:
        assert len(os.fsencode(server.socket / sockets.SOCKET_NAME)) <= 103
        assert server.socket.parent == sockets._TMP
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert sql(home, server, "SELECT 1") == "1"
    embedded.stop(home)
    shutil.rmtree(server.socket)


@as_root
@pytest.mark.parametrize("trap", ["folder", "link", "open"])
def test_a_short_folder_of_another_user_is_rejected(long_home, place, trap):
    short = sockets.choose_folder(long_home / "postgresql")
    if trap == "link":
        target = place / "target"
        target.mkdir(mode=0o755)
        short.symlink_to(target)
        os.chown(short, 65534, 65534, follow_symlinks=False)
    else:
        short.mkdir(mode=0o700)
        os.chown(short, 65534, 65534)
        short.chmod(0o700 if trap == "folder" else 0o777)
    before = short.lstat()
    with pytest.raises(Misconfigured, match=short.name):
        embedded.attach(long_home, fsync=False).__enter__()
    assert (short.lstat().st_uid, short.lstat().st_mode) == (before.st_uid, before.st_mode)


@as_root
def test_another_user_is_rejected_even_if_the_socket_is_reachable(home, python):
    program, path = python
    with embedded.attach(home, fsync=False) as server:
        server.socket.chmod(0o711)
        (server.socket / sockets.SOCKET_NAME).chmod(0o777)
        code = "import asyncio, asyncpg, sys\nasyncio.run(asyncpg.connect(sys.argv[1]))"
        for role in ("daybreak_app", "daybreak_owner", "postgres"):
            stranger = subprocess.run(
                [program, "-c", code, server.dsn(role)], env={"PYTHONPATH": path}, cwd="/",
                capture_output=True, text=True, check=False, user="nobody", group="nogroup", extra_groups=[],
            )  # fmt: skip
            assert f'Peer authentication failed for user "{role}"' in stranger.stderr
