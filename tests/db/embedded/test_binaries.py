"""The choice of a PostgreSQL installation, and the errors if none fits."""

import sys
from pathlib import Path

import pytest

from daybreak.db import embedded
from daybreak.db.embedded import binaries
from daybreak.db.embedded.os_user import OsUser
from daybreak.errors import Misconfigured

NOWHERE = Path("/nowhere")


@pytest.fixture
def account(place):
    return OsUser.for_server(place / "data")


@pytest.fixture
def no_system(monkeypatch):
    monkeypatch.setattr(binaries, "_DEBIAN_ROOT", NOWHERE)
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(binaries, "_wheel", lambda: None)


def test_the_wheel_is_preferred_and_none_of_its_code_is_run(home):
    with embedded.attach(home, fsync=False) as server:
        assert "pginstall18" in str(Path("/proc", str(server.pid), "exe").readlink())
    assert not [name for name in sys.modules if name.startswith("pixeltable")]


def test_without_any_postgresql_the_message_has_two_fixes(account, place, no_wheel, no_system):
    with pytest.raises(
        Misconfigured, match=r"No PostgreSQL ≥ 15 runs .* install one .* DAYBREAK_DATABASE_URL"
    ):
        binaries.find(account, place)


def test_data_of_another_major_version_is_one_sentence(home, no_system):
    (home / "postgresql" / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(
        Misconfigured,
        match=r"created by PostgreSQL 14, and this machine has 18\.\d+.*; install PostgreSQL 14",
    ):
        embedded.attach(home, fsync=False).__enter__()


def test_a_wheel_that_does_not_run_here_is_skipped(account, place, monkeypatch, no_system):
    broken = place / "pginstall18" / "bin"
    broken.mkdir(parents=True)
    (broken / "postgres").write_text("not a program of this machine")
    (broken / "postgres").chmod(0o755)
    monkeypatch.setattr(binaries, "_wheel", lambda: place)
    with pytest.raises(Misconfigured, match="No PostgreSQL"):
        binaries.find(account, place)


def test_a_system_postgresql_works_the_same_way(place, account, no_wheel, sql):
    try:
        programs = binaries.find(account, place)
    except Misconfigured:
        pytest.skip("no PostgreSQL is installed on this system")
    home = place / "home"
    with embedded.attach(home, fsync=False) as server:
        assert embedded.status(home).version == programs.major
        assert sql(home, server, "SELECT lower('ÄÉŁ'), 'Z' < 'a', current_user") == "äéł|t|daybreak_owner"
        assert sql(home, server, "SHOW data_checksums") == "on"
