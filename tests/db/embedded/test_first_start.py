"""The first start creates everything or nothing."""

import os
import shutil
import time

import asyncpg
import pytest

from daybreak.db import embedded
from daybreak.db.embedded import initdb
from daybreak.errors import DaybreakError, Unavailable

pytestmark = pytest.mark.integration

ROLES = """
SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles
WHERE rolname LIKE 'daybreak%' AND rolcanlogin
  AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
"""


def test_it_creates_two_unprivileged_roles_and_a_database_owned_by_one_of_them(home, sql):
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, ROLES) == "daybreak_app daybreak_owner"
        owner = "SELECT datdba::regrole, datcollate, pg_encoding_to_char(encoding) FROM pg_database"
        assert sql(home, server, f"{owner} WHERE datname = 'daybreak'") == "daybreak_owner|C|UTF8"
        assert sql(home, server, "CREATE TABLE mine ()", role="daybreak_owner") == ""
        assert "permission denied for schema public" in sql(
            home, server, "CREATE TABLE mine2 ()", role="daybreak_app"
        )


def test_text_sorts_by_code_point_and_knows_the_case_of_every_letter(home, sql):
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, "SELECT lower('ÄÉŁ'), 'Z' < 'a'") == "äéł|t"
        assert sql(home, server, "SHOW data_checksums; SHOW timezone; SHOW jit") == "on\nUTC\noff"


@pytest.mark.parametrize("after", [0.1, 0.25, 0.35, 0.5, 0.65])
def test_a_start_after_a_killed_first_start_works(place, command, sql, after):
    home = place / "home"
    interrupted = command(home)
    time.sleep(after)
    interrupted.kill()
    with embedded.attach(home, fsync=False) as server:
        assert sql(home, server, ROLES) == "daybreak_app daybreak_owner"
    assert not list((home / "postgresql").glob("initdb-*"))


def test_a_cluster_that_could_not_be_finished_leaves_nothing(place, monkeypatch):
    monkeypatch.setattr(initdb, "_SETUP_SQL", "CREATE ROLE daybreak_owner;\nCREATE NONSENSE;\n")
    with pytest.raises(Unavailable, match="syntax error at or near"):
        embedded.attach(place / "home", fsync=False).__enter__()
    remaining = {path.name for path in (place / "home" / "postgresql").iterdir()}
    assert not remaining & {"data"}
    assert not [name for name in remaining if name.startswith("initdb-")]


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="only root may mount a small disk"
)
@pytest.mark.parametrize(
    ("mount", "message"),
    [
        ("mount -t tmpfs -o size=30m tmpfs", "Unavailable: The disk of"),
        ("mount -t tmpfs -o size=1m,ro tmpfs", "Misconfigured: "),
    ],
    ids=["full", "read-only"],
)
def test_an_unwritable_disk_is_one_sentence(place, command, mount, message):
    home = place / "home"
    home.mkdir()
    before = ("unshare", "-m", "sh", "-c", f'{mount} "$0" && exec "$@"', str(home))
    complaint = command(home, before=before).leave()
    assert complaint.startswith(message)
    assert "DAYBREAK_HOME" in complaint
    assert "\n" not in complaint


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="only root may mount a small disk"
)
def test_a_disk_that_fills_up_is_one_sentence(place, command):
    home = place / "home"
    home.mkdir()
    mount = 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"'
    code = "from daybreak.db.embedded import data_directory; data_directory._FIRST_START_FREE_BYTES = 0\n"
    complaint = command(home, before=("unshare", "-m", "sh", "-c", mount, str(home)), prelude=code).leave()
    assert complaint.startswith("Unavailable: ")
    assert "No space left on device" in complaint
    assert "\n" not in complaint


async def test_asyncpg_accepts_the_address_of_a_home_with_blanks_umlauts_and_quotes(place, clone):
    with embedded.attach(clone(place / "Müllers 100%20 „Zeug“ & #1?"), fsync=False) as server:
        connection = await asyncpg.connect(server.dsn("daybreak_app"))
        try:
            assert await connection.fetchval("SELECT current_user") == "daybreak_app"
        finally:
            await connection.close()


def test_a_failed_start_is_reported_with_its_reason_and_the_log(home):
    (home / "postgresql" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(DaybreakError, match=r"pg_control.*server\.log"):
        embedded.attach(home, fsync=False).__enter__()
