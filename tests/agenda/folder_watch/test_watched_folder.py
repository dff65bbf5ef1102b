"""Tests of the rules of the watcher: which paths count, which file systems, and how often."""

import itertools
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from daybreak.agenda.folder_watch.file_systems import parse_remote_mounts
from daybreak.agenda.folder_watch.pace import Pace
from daybreak.agenda.folder_watch.watched_folder import WatchedFolder, find_changed

HOME = "/home/anna/daybreak"


def make_folder(path: str) -> WatchedFolder:
    return WatchedFolder(owner_id=uuid4(), id=uuid4(), path=Path(path), is_confined=False)


def find(path: str, *roots: str) -> set[str]:
    """Return the roots to which a changed path belongs."""
    folders = {one.id: one for one in map(make_folder, roots)}
    return {str(folders[id_].path) for id_ in find_changed(folders.values(), [path], HOME)}


@pytest.mark.parametrize(
    "path",
    [
        "/home/anna/plans/todo.txt",
        "/home/anna/plans/work/deep/plan.md",
        "/home/anna/plans/work",
        "/home/anna/plans",
        "/home/anna/plans/A file with spaces and ü.md",
    ],
)
def test_visible_paths_of_a_source_count(path):
    assert find(path, "/home/anna/plans") == {"/home/anna/plans"}


@pytest.mark.parametrize(
    "path",
    [
        "/home/anna/plans/.git/index",
        "/home/anna/plans/.plan.md.swp",
        "/home/anna/plans/plan.md~",
        "/home/anna/plans/~$plan.docx",
        "/home/anna/plans/node_modules/x/readme.md",
        "/home/anna/plans/work/.obsidian/workspace.json",
        "/home/anna/plans/export.csv.part",
        "/home/anna/plans-old/todo.txt",
        "/home/anna/other.md",
        "/home/anna/daybreak",
        "/home/anna/daybreak/postgresql/pg_wal/1",
    ],
)
def test_other_paths_do_not_count(path):
    assert find(path, "/home/anna/plans", "/home/anna/plan") == set()


def test_home_of_daybreak_does_not_count_in_a_folder_around_it():
    assert find(f"{HOME}/postgresql/base/1", "/home/anna") == set()
    assert find("/home/anna/todo.txt", "/home/anna") == {"/home/anna"}


def test_path_counts_for_nested_sources_and_for_single_files():
    roots = ("/srv", "/srv/team", "/srv/team/team.ics", "/srv/other")
    assert find("/srv/team/team.ics", *roots) == {"/srv", "/srv/team", "/srv/team/team.ics"}


def test_hidden_root_counts_and_hides_its_files_from_the_source_around_it():
    assert find("/home/anna/.notes/a.md", "/home/anna/.notes", "/home/anna") == {"/home/anna/.notes"}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("36 35 0:40 / /mnt/nas rw,relatime shared:1 - nfs4 nas:/plans rw", "/mnt/nas"),
        ("37 35 0:41 / /mnt/My\\040Share rw - cifs //nas/share rw", "/mnt/My Share"),
        ("38 35 0:42 / /home/anna/remote rw,nosuid - fuse.sshfs anna@host: rw", "/home/anna/remote"),
        ("39 35 0:43 / /mnt/c rw - 9p C: rw", "/mnt/c"),
    ],
)
def test_remote_file_systems_are_recognised(line, path):
    assert parse_remote_mounts([line]) == (Path(path),)


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "xfs", "tmpfs", "overlay", "fuseblk"])
def test_local_file_systems_are_watched_by_events(kind):
    assert parse_remote_mounts([f"36 35 8:1 / /home rw - {kind} /dev/sda1 rw", "", "no mount"]) == ()


def test_first_change_is_due_at_once_and_later_ones_after_five_seconds():
    pace = Pace()
    assert pace.due_at(100) == 100
    pace.record(100)
    assert pace.due_at(101) == 105
    assert pace.due_at(200) == 200


def test_folder_that_changes_all_the_time_is_read_every_half_minute():
    pace, now, readings = Pace(), 0.0, []
    while now < 600:
        now = pace.due_at(now)
        readings.append(now)
        pace.record(now)
    steps = [after - before for before, after in itertools.pairwise(readings)]
    assert steps[:3] == [5, 10, 20]
    assert set(steps[3:]) == {30}
    assert pace.due_at(now + 1000) == now + 1000
    pace.record(now + 1000)
    assert pace.due_at(now + 1001) == now + 1005


def test_owners_with_the_same_folder_are_both_found():
    folders = [make_folder("/srv/team"), make_folder("/srv/team")]
    found: set[UUID] = find_changed(folders, ["/srv/team/a.md"], HOME)
    assert found == {one.id for one in folders}
