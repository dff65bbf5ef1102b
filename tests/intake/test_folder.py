import os
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak.errors import InvalidInput
from daybreak.intake import FoundFile, IntakeSettings, RejectedFile, read_file, walk_folder

LIMITS = IntakeSettings()
NOBODY_UID = 65534
TMPFS = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


def walk_by_path(root: Path, limits: IntakeSettings = LIMITS) -> dict[str, FoundFile | str]:
    """Return the results of a walk by path: a file, or the message of a rejection."""
    return {
        thing.path: thing.message if isinstance(thing, RejectedFile) else thing
        for thing in walk_folder(root, limits)
    }


def walk_single(root: Path, limits: IntakeSettings = LIMITS) -> FoundFile:
    (thing,) = walk_folder(root, limits)
    assert isinstance(thing, FoundFile)
    return thing


def write_file(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Create a folder that every user of the machine can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


def test_files_come_sorted_with_posix_paths_sizes_and_times(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b/c.ics", "B.txt"):
        write_file(tmp_path / name, b"12345")
    os.utime(tmp_path / "b.txt", (1_700_000_000, 1_700_000_000))

    files = walk_by_path(tmp_path)

    assert list(files) == ["B.txt", "a/b/c.ics", "a/z.md", "b.txt"]
    file = files["b.txt"]
    assert isinstance(file, FoundFile)
    assert (file.size, file.modified_at) == (5, datetime.fromtimestamp(1_700_000_000, UTC))


def test_a_file_is_read_unchanged(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b.txt", b"one\r\ntwo\0\xff")

    assert read_file(walk_single(tmp_path), LIMITS) == b"one\r\ntwo\0\xff"


def test_hidden_files_and_node_modules_are_ignored_without_a_message(tmp_path: Path) -> None:
    for name in (".git/config", ".obsidian/app.json", ".hidden", "node_modules/x/readme.md", "kept.md"):
        write_file(tmp_path / name)

    assert list(walk_by_path(tmp_path)) == ["kept.md"]


def test_a_hidden_root_folder_is_walked(tmp_path: Path) -> None:
    write_file(tmp_path / ".vault" / "a.md")

    assert list(walk_by_path(tmp_path / ".vault")) == ["a.md"]


def test_the_root_may_be_a_single_file(tmp_path: Path) -> None:
    write_file(tmp_path / "todo.txt", b"(A) call")
    write_file(tmp_path / "other.txt")

    file = walk_single(tmp_path / "todo.txt")

    assert (file.path, read_file(file, LIMITS)) == ("todo.txt", b"(A) call")


def test_a_single_file_may_be_named_by_a_link(tmp_path: Path) -> None:
    write_file(tmp_path / "real" / "todo.txt", b"(A) call")
    (tmp_path / "link.txt").symlink_to("real/todo.txt")

    assert read_file(walk_single(tmp_path / "link.txt"), LIMITS) == b"(A) call"


@pytest.mark.parametrize("name", ["absent", "absent/deeper", "pipe", "circle"])
def test_a_root_that_is_neither_folder_nor_file_is_named_in_the_error(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")

    with pytest.raises(InvalidInput, match=name):
        walk_folder(tmp_path / name, LIMITS)


def test_a_link_to_its_own_folder_is_rejected_and_the_walk_continues(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "note.md")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to("self")
    write_file(tmp_path / "z.md")

    files = walk_by_path(tmp_path)

    assert list(files) == ["a/loop", "a/note.md", "a/self", "z.md"]
    assert "one of its parent folders" in str(files["a/loop"])
    assert "broken link" in str(files["a/self"])


def test_a_link_out_of_the_folder_is_rejected(tmp_path: Path) -> None:
    secret = write_file(tmp_path / "outside" / "secret.txt")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "file.txt").symlink_to(secret)
    (inside / "folder").symlink_to("../outside")
    (inside / "system").symlink_to("/etc")

    files = walk_by_path(inside)

    assert list(files) == ["file.txt", "folder", "system"]
    assert all("link to outside the folder" in str(message) for message in files.values())


def test_a_file_in_the_folder_is_not_found_again_through_a_link(tmp_path: Path) -> None:
    write_file(tmp_path / "days" / "2026-03-29.md")
    (tmp_path / "again").symlink_to("days")
    (tmp_path / "today.md").symlink_to("days/2026-03-29.md")

    assert list(walk_by_path(tmp_path)) == ["days/2026-03-29.md"]


def test_a_link_to_a_hidden_folder_inside_is_followed_once(tmp_path: Path) -> None:
    write_file(tmp_path / ".data" / "deep" / "todo.txt", b"(A) call")
    (tmp_path / "data").symlink_to(".data")
    (tmp_path / "deep").symlink_to(".data/deep")
    (tmp_path / "todo.txt").symlink_to(".data/deep/todo.txt")

    file = walk_single(tmp_path)

    assert (file.path, read_file(file, LIMITS)) == ("data/deep/todo.txt", b"(A) call")


def test_pipes_and_sockets_are_rejected_without_being_opened(open_folder: Path) -> None:
    os.mkfifo(open_folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(open_folder / "socket.ics"))
        files = walk_by_path(open_folder)

    assert "named pipe" in str(files["pipe.txt"])
    assert "socket" in str(files["socket.ics"])


def test_a_file_over_the_limit_is_rejected_with_both_sizes_and_the_setting(tmp_path: Path) -> None:
    with write_file(tmp_path / "huge.ics").open("wb") as file:
        file.truncate(500 * 1024**2)

    (message,) = walk_by_path(tmp_path).values()

    assert "500 MiB" in str(message)
    assert "32 MiB" in str(message)
    assert "DAYBREAK_INTAKE_MAX_FILE_SIZE" in str(message)


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    limits = IntakeSettings(max_file_size=10)
    write_file(tmp_path / "a", b"0123456789")

    assert read_file(walk_single(tmp_path, limits), limits) == b"0123456789"


def test_a_file_that_grows_over_the_limit_is_rejected(tmp_path: Path) -> None:
    limits = IntakeSettings(max_file_size=10)
    path = write_file(tmp_path / "a", b"0123456789")
    file = walk_single(tmp_path, limits)
    path.write_bytes(b"0123456789A")

    content = read_file(file, limits)

    assert isinstance(content, RejectedFile)
    assert "11 bytes" in content.message


@pytest.mark.parametrize("swap", ["file_for_link", "folder_for_link", "file_for_pipe", "gone"])
def test_a_file_swapped_after_it_was_found_is_rejected_and_not_followed(tmp_path: Path, swap: str) -> None:
    write_file(tmp_path / "outside" / "todo.txt", b"secret")
    path = write_file(tmp_path / "inside" / "sub" / "todo.txt")
    file = walk_single(tmp_path / "inside")
    path.unlink()
    if swap == "file_for_link":
        path.symlink_to(tmp_path / "outside" / "todo.txt")
    elif swap == "folder_for_link":
        path.parent.rmdir()
        path.parent.symlink_to(tmp_path / "outside")
    elif swap == "file_for_pipe":
        os.mkfifo(path)

    content = read_file(file, LIMITS)

    assert isinstance(content, RejectedFile)
    assert content.path == "sub/todo.txt"


def test_files_over_the_count_limit_are_skipped_with_one_message(tmp_path: Path) -> None:
    for number in range(6):
        write_file(tmp_path / f"{number}.txt")

    files = walk_by_path(tmp_path, IntakeSettings(max_files=3))

    assert list(files) == ["0.txt", "1.txt", "2.txt", "."]
    assert "more than 3 files" in str(files["."])


def test_files_over_the_total_size_limit_are_skipped_with_one_message(tmp_path: Path) -> None:
    for number in range(6):
        write_file(tmp_path / f"{number}.txt", b"x" * 10)

    files = walk_by_path(tmp_path, IntakeSettings(max_total_size=25))

    assert list(files) == ["0.txt", "1.txt", "."]
    assert "DAYBREAK_INTAKE_MAX_TOTAL_SIZE" in str(files["."])


def test_a_forest_of_empty_folders_ends_the_walk(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}").mkdir()

    assert list(walk_by_path(tmp_path, IntakeSettings(max_files=2))) == ["."]


def test_only_folders_over_the_depth_limit_are_rejected(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "c" / "deep.txt")
    write_file(tmp_path / "a" / "b" / "z.txt")

    files = walk_by_path(tmp_path, IntakeSettings(max_depth=2))

    assert list(files) == ["a/b/c", "a/b/z.txt"]
    assert "DAYBREAK_INTAKE_MAX_DEPTH" in str(files["a/b/c"])


def test_names_that_are_not_text_or_not_printable_are_shown_as_escapes_and_read(tmp_path: Path) -> None:
    names = [
        b"caf\xe9.txt",
        b"line\nbreak.txt",
        b"\x1b[31mred.txt",
        "\u202etxt.exe".encode(),
        "ä👩\u200d👧.md".encode(),
    ]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:  # noqa: PTH118, PTH123 - bytes
            file.write(b"x")

    files = walk_by_path(tmp_path)

    assert set(files) == {
        r"caf\xe9.txt",
        r"line\nbreak.txt",
        r"\x1b[31mred.txt",
        r"\u202etxt.exe",
        "ä👩\u200d👧.md",
    }
    assert {read_file(file, LIMITS) for file in files.values() if isinstance(file, FoundFile)} == {b"x"}


@pytest.mark.skipif(not TMPFS.is_dir(), reason="only tmpfs stores times after the year 9999")
def test_an_out_of_range_timestamp_does_not_end_the_walk() -> None:
    with tempfile.TemporaryDirectory(dir=TMPFS) as name:
        os.utime(write_file(Path(name) / "future.txt"), (2**40, 2**40))

        assert walk_single(Path(name)).modified_at.year == 9999


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_unreadable_files_are_rejected_and_the_rest_is_found(open_folder: Path) -> None:
    write_file(open_folder / "closed" / "a.txt")
    write_file(open_folder / "mine.txt").chmod(0o600)
    write_file(open_folder / "ours.txt").chmod(0o644)
    (open_folder / "closed").chmod(0o700)
    os.seteuid(NOBODY_UID)
    try:
        files = walk_by_path(open_folder)
        contents = {
            path: read_file(file, LIMITS) for path, file in files.items() if isinstance(file, FoundFile)
        }
    finally:
        os.seteuid(0)

    assert files["closed"] == "cannot be read: permission denied."
    assert contents == {
        "mine.txt": RejectedFile("mine.txt", "cannot be read: permission denied."),
        "ours.txt": b"x",
    }


def test_filtered_files_count_towards_no_limit(tmp_path: Path) -> None:
    write_file(tmp_path / "holiday.jpg", b"x" * 2000)
    write_file(tmp_path / "todo.txt", b"x")
    limits = IntakeSettings(max_file_size=1000, max_files=1)
    finds = list(walk_folder(tmp_path, limits, lambda path, head: not path.endswith(".jpg") and head == b"x"))
    assert [thing.path for thing in finds if isinstance(thing, FoundFile)] == ["todo.txt"]
    assert len(finds) == 1
