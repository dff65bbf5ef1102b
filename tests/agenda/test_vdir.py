"""Tests of folders with one calendar file per entry."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.parsed import ImportContext, SourceFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources import parser_pool
from daybreak.agenda.sources.uploads import _is_supported
from daybreak.intake import IntakeSettings

CONTEXT = ImportContext(
    tz=ZoneInfo("Europe/Berlin"),
    today=date(2026, 3, 25),
    expand_from=date(2026, 3, 1),
    expand_until=date(2026, 5, 1),
)
UUID_NAMES = ["5f3a0c1e-8f4b-4c7e-9a51-0d2f6f1c2b3a", "6b7d9e2f-1a2b-4c3d-8e4f-5a6b7c8d9e0f"]


def todo(uid: str, title: str, kind: str = "VTODO", head: str = "") -> str:
    start = "DTSTART:20260325\r\n" if kind == "VJOURNAL" else "DUE:20260325\r\n"
    entry = f"BEGIN:{kind}\r\nUID:{uid}\r\n{start}SUMMARY:{title}\r\nEND:{kind}\r\n"
    return f"BEGIN:VCALENDAR\r\n{head}{entry}END:VCALENDAR\r\n"


def read(files: dict[str, str], root_name: str | None = "source") -> parser_pool.SourceContents:
    """Return the contents of a source with these files, read in this process."""
    contents = parser_pool.SourceContents()
    for path, content in files.items():
        file = SourceFile(path, content.encode(), datetime(2026, 3, 25, tzinfo=UTC))
        if contents.accepts(path, file.content):
            parsed = parser_pool.parse_file((file, CONTEXT))
            contents.files.append(ParsedSourceFile(path, file.modified_at, parsed))
    contents.apply_collections(root_name)
    return contents


def projects(contents: parser_pool.SourceContents) -> set[str | None]:
    parsed = [file.parsed for file in contents.files]
    listed = {one.name for file in parsed for one in file.projects}
    of_entries = {one.project for file in parsed for one in (*file.tasks, *file.notes)}
    assert listed == of_entries - {None}
    return of_entries


@pytest.mark.parametrize("kind", ["VTODO", "VJOURNAL"])
@pytest.mark.parametrize(
    ("names", "uids"),
    [
        (UUID_NAMES, UUID_NAMES),
        (UUID_NAMES, ["a@example", "b@example"]),
        (["call-bank-1", "buy milk"], ["call-bank-1@example.org", "Buy_Milk"]),
        (["d41d8cd98f00b204e9800998ecf8427e", "20260301-4711"], ["x", "y"]),
        (["groceries", "bank"], ["x", "y"]),
    ],
)
def test_one_list_has_the_display_name_of_its_folder(kind, names, uids):
    files = {f"tasks/{name}.ics": todo(uid, name, kind) for name, uid in zip(names, uids, strict=True)}
    contents = read(files | {"tasks/displayname": "Household\n", "tasks/color": "#ff0000"})
    assert projects(contents) == {"Household"}
    assert not contents.ignored
    assert not contents.ignored_damage


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("home", "home"), ("calendars/home", "home"), (f"home/{UUID_NAMES[1]}", "home"), (".", "Private tasks")],
)
def test_without_a_display_name_the_list_is_named_like_its_folder(folder, expected):
    files = {f"{folder}/{name}.ics".removeprefix("./"): todo(name, name) for name in UUID_NAMES}
    assert projects(read(files, "Private tasks")) == {expected}


def test_several_collections_are_several_lists():
    contents = read(
        {
            f"home/{UUID_NAMES[0]}.ics": todo(UUID_NAMES[0], "Buy milk"),
            "home/displayname": "Zuhause",
            f"work/{UUID_NAMES[1]}.ics": todo(UUID_NAMES[1], "Call bank"),
        },
    )
    assert projects(contents) == {"Zuhause", "work"}


def test_a_calendar_with_a_name_or_several_tasks_is_a_list_of_its_own():
    two = todo("a", "A").replace("END:VCALENDAR\r\n", "") + todo("b", "B").partition("\r\n")[2]
    contents = read(
        {
            "garden.ics": two,
            f"{UUID_NAMES[0]}.ics": todo(UUID_NAMES[0], "C", head="X-WR-CALNAME:Club\r\n"),
            "groceries.ics": todo("c@example", "D"),
        },
    )
    assert projects(contents) == {"garden", "Club", "groceries"}


@pytest.mark.parametrize("names", [UUID_NAMES, ["d41d8cd98f00b204e9800998ecf8427e"]])
def test_no_list_is_named_like_a_uid(names):
    assert projects(read({f"{name}.ics": todo(name, name) for name in names}, None)) == {None}
    assert projects(read({f"{name}.ics": todo(name, name) for name in names}, names[0])) == {None}


def test_a_folder_on_disk_and_an_upload_are_named_alike(tmp_path):
    files = {f"{name}.ics": todo(name, name).encode() for name in UUID_NAMES} | {"displayname": b"Household"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert projects(parser_pool.read_folder(tmp_path, CONTEXT, IntakeSettings())) == {"Household"}
    at = datetime(2026, 3, 25, tzinfo=UTC)
    assert all(_is_supported(name, content) for name, content in files.items())
    uploaded = [SourceFile(name, content, at) for name, content in files.items()]
    assert projects(parser_pool.read_files(uploaded, CONTEXT, IntakeSettings())) == {"Household"}


def test_a_file_with_such_a_name_elsewhere_is_skipped_as_before():
    contents = read({"todo.txt": "Buy milk", "color": "#ff0000", "displayname": "x"})
    assert sorted(contents.ignored) == ["color", "displayname"]
