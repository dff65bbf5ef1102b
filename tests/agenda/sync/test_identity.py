"""Tests of the identity of tasks: what stays the same task between two readings, and what is another one."""

import json
import unicodedata

import pytest

from .memory_source import MemorySource


def ids_by_title(files: dict[str, str], found: dict) -> dict[str, object]:
    """Return the ids by the text of the line in which each task stands."""
    lines = {path: text.split("\n") for path, text in files.items()}
    return {lines[path][int(line) - 1]: row_id for (path, _, line), row_id in _split(found)}


def _split(found: dict) -> list:
    return [(ref.rpartition(":"), row_id) for ref, row_id in found.items()]


def read_twice(before: dict[str, str], after: dict[str, str]) -> tuple[dict, dict]:
    source = MemorySource()
    first = ids_by_title(before, source.read(before))
    return first, ids_by_title(after, source.read(after))


def _to_taskwarrior(first: int, *titles: str) -> str:
    return json.dumps(
        [
            {
                "uuid": UUIDS[first + number],
                "status": "pending",
                "entry": "20261101T100000Z",
                "description": title,
            }
            for number, title in enumerate(titles)
        ]
    )


UUIDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(9)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"inbox/a.md": "- [ ] Pack"}, {"projects/a.md": "- [ ] Pack"}, id="folder"),
        pytest.param(
            {"a.md": "- [ ] Pack\n- [ ] Book"}, {"b.md": "- [ ] Book\n- [ ] Pack"}, id="renamed, shuffled"
        ),
        pytest.param({"a.todo.txt": "Pack +Move"}, {"archive/todo.txt": "Pack +Move"}, id="other name"),
        pytest.param(
            {"a.csv": "ID,Title\n1,Pack\n2,Book"}, {"b.csv": "ID,Title\n1,Pack\n2,Book"}, id="ids of a table"
        ),
        pytest.param(
            {unicodedata.normalize("NFC", "Büro.md"): "- [ ] Pack"},
            {unicodedata.normalize("NFD", "Büro.md"): "- [ ] Pack"},
            id="decomposed name",
        ),
        pytest.param(
            {"a.md": "- [ ] Pack\n- [ ] Book"}, {"a.md": "- [ ] Pack", "b.md": "- [ ] Book"}, id="split"
        ),
        pytest.param(
            {"a.md": "- [ ] Pack", "b.md": "- [ ] Book"}, {"c.md": "- [ ] Pack\n- [ ] Book"}, id="merged"
        ),
        pytest.param(
            {"a.md": "- [ ] Call\n- [ ] Pack", "b.md": "- [ ] Call\n- [ ] Book"},
            {"b.md": "- [ ] Call\n- [ ] Pack", "a.md": "- [ ] Call\n- [ ] Book"},
            id="swapped names",
        ),
    ],
)
def test_moved_task_keeps_its_id(before, after):
    source = MemorySource()
    first = titles_by_id(source, before)
    assert titles_by_id(source, after) == first


def titles_by_id(source: MemorySource, files: dict[str, str]) -> dict:
    found = source.read(files)
    return {row_id: source.stored["tasks"][row_id]["title"] for row_id in found.values()}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Wirte to the bank", "Write to the bank"),
        ("call anna", "Call Anna"),
        ("Call Anna", "Call Anna about the offer"),
        ("Buy bred due:2026-12-01", "Buy bread due:2026-12-01"),
        ("Send the reprot due:2026-12-01", "x 2026-11-30 Send the report due:2026-12-01"),
        ("Cafe in Paris", "Café in Paris!"),
        ("Order 15 chairs", "Order 15 chairs and tables"),
        ("Pay rent due:2026-12-01", "Pay rent due:2026-12-03"),
        ("Pay rent", "(A) Pay rent @home"),
    ],
)
def test_changed_task_keeps_its_id(before, after):
    first, second = read_twice(
        {"todo.txt": f"Iron shirts\n{before}\nSort books"}, {"todo.txt": f"Sort books\n{after}\nIron shirts"}
    )
    assert second[after] == first[before]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Buy bread due:2026-12-01", "Buy milk due:2026-12-01"),
        ("🧹 due:2026-12-01", "🛒 due:2026-12-01"),
        ("Chapter 1", "Chapter 2"),
        ("Call Anna", "Call Anne"),
        ("Pay invoice 4711", "Pay invoice 4712"),
        ("買牛奶", "買牛油"),
        ("Move house id:1", "Plan the party id:1"),
        ("Buy bread for the party id:1", "Buy wine for the party id:1"),
        ("Call Anna @phone due:2026-12-01", "Call Anna @mail due:2026-12-09"),
        (f"Call Anna uuid:{UUIDS[1]}", f"Call Anna uuid:{UUIDS[2]}"),
        ("x 2026-11-30 Pay rent due:2026-11-30", "Pay rent due:2026-12-30"),
        ("Water the plants rec:1d due:2026-11-30", "Water the plants rec:1d due:2026-12-01"),
    ],
)
def test_other_task_in_the_same_line_has_another_id(before, after):
    first, second = read_twice({"todo.txt": f"Iron shirts\n{before}"}, {"todo.txt": f"Iron shirts\n{after}"})
    assert second["Iron shirts"] == first["Iron shirts"]
    assert second[after] != first[before]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"a.md": "- [ ] Water 🔁 every day 📅 2026-11-30"},
            {
                "a.md": "- [ ] Water 🔁 every day 📅 2026-12-01\n"
                "- [x] Water 🔁 every day 📅 2026-11-30 ✅ 2026-11-30"
            },
            id="next one above",
        ),
        pytest.param(
            {"a.md": "- [ ] Water 🔁 every day 📅 2026-11-30"},
            {
                "a.md": "- [x] Water 🔁 every day 📅 2026-11-30 ✅ 2026-11-30\n"
                "- [ ] Water 🔁 every day 📅 2026-12-01"
            },
            id="next one below",
        ),
        pytest.param(
            {"todo.txt": "Water rec:1d due:2026-11-30"},
            {
                "todo.txt": "Water rec:1d due:2026-12-01",
                "done.txt": "x 2026-11-30 Water rec:1d due:2026-11-30",
            },
            id="archived",
        ),
        pytest.param(
            {"todo.txt": "Water rec:1d due:2026-11-30"},
            {"todo.txt": "Water rec:1d due:2026-12-01", "done.txt": "x 2026-11-30 Water"},
            id="archived without its date",
        ),
        pytest.param(
            {"todo.txt": "Water rec:1d id:1 due:2026-11-30"},
            {"todo.txt": "x 2026-11-30 Water rec:1d id:1 due:2026-11-30\nWater rec:1d id:1 due:2026-12-01"},
            id="with the same id",
        ),
        pytest.param(
            {"todo.txt": "Water rec:1d"},
            {"todo.txt": "Water rec:1d\nx 2026-11-30 Water rec:1d"},
            id="without a date",
        ),
    ],
)
def test_completed_occurrence_is_the_task_and_the_next_one_is_another(before, after):
    source = MemorySource()
    (task_id,) = source.read(before).values()
    found = source.read(after).values()
    assert len(set(found)) == 2
    statuses = {row_id: source.stored["tasks"][row_id]["status"] for row_id in found}
    assert statuses.pop(task_id) == "done"
    assert set(statuses.values()) == {"open"}


@pytest.mark.parametrize(
    ("lines", "deleted"),
    [
        (["Follow up +Lind due:2026-11-30", "Follow up +Oak due:2026-12-04"], 0),
        (["Follow up +Lind", "Follow up +Oak"], 0),
        (["Follow up @phone", "Follow up @mail"], 0),
        (["Iron", "Follow up", "Sort", "Follow up", "Cook"], 1),
        (["(A) Follow up", "(B) Follow up"], 0),
        (["Follow up due:2026-12-01", "Follow up due:2026-12-02", "Follow up due:2026-12-03"], 1),
    ],
)
def test_of_equal_titles_the_remaining_one_keeps_its_id(lines, deleted):
    source = MemorySource()
    before = source.read({"todo.txt": "\n".join(lines)})
    rest = [line for at, line in enumerate(lines) if at != deleted]
    after = source.read({"todo.txt": "\n".join(rest)})
    expected = [row_id for at, row_id in enumerate(before.values()) if at != deleted]
    assert list(after.values()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Pack +Move due:2026-12-01\nBook\nBook",
        "Pack id:1\nBook id:2",
        "🧹\n🛒",
        "Water rec:1d due:2026-12-01\nx 2026-11-30 Pack",
    ],
)
def test_restored_tasks_have_their_former_ids(text):
    source = MemorySource()
    before = source.read({"todo.txt": text})
    assert source.read({"todo.txt": ""}) == {}
    assert source.read({"todo.txt": text}) == before


@pytest.mark.parametrize(
    ("removed", "added"),
    [
        ("Follow up due:2026-11-30", "Follow up due:2027-01-04"),
        ("Move house id:1", "Plan the party id:1"),
        ("🧹", "🛒"),
        ("Water rec:1d due:2026-11-30", "Water rec:1d due:2026-12-01"),
        ("x 2026-11-30 Pay rent", "Pay rent"),
    ],
)
def test_removed_task_does_not_return_as_another_one(removed, added):
    source = MemorySource()
    (before,) = source.read({"todo.txt": removed}).values()
    source.read({"todo.txt": ""})
    (after,) = source.read({"todo.txt": added}).values()
    assert after != before


def test_references_follow_the_ids():
    source = MemorySource()
    source.read({"todo.txt": "Paint id:1\nBook a van id:2 dep:1"})
    source.read({"todo.txt": "Plan the party id:1\nBook a van id:2 dep:1"})
    tasks = {row["title"]: row for row in source.stored["tasks"].values() if row["is_current"]}
    assert tasks["Book a van"]["blocked_by"] == [tasks["Plan the party"]["id"]]


def test_renamed_project_keeps_its_id():
    source = MemorySource()
    source.read({"a.md": "# Move\n- [ ] Pack\n- [ ] Book a van"})
    (project,) = source.stored["projects"]
    source.read({"b.md": "# Relocation\n- [ ] Pack\n- [ ] Book a van"})
    assert [row["name"] for row in source.stored["projects"].values()] == ["Relocation"]
    assert list(source.stored["projects"]) == [project]


def to_calendar(*todos: str, uids: str) -> str:
    """Return a calendar of tasks, each “title” or “title due-date”, with UIDs of this series."""
    entries = []
    for todo in todos:
        title, _, due = todo.partition(" due ")
        entries += ["BEGIN:VTODO", f"UID:{uids}-{title}@example.org", f"SUMMARY:{title}"]
        entries += ([f"DUE;VALUE=DATE:{due}"] if due else []) + ["END:VTODO"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *entries, "END:VCALENDAR", ""])


def read_calendars(source: MemorySource, files: dict[str, str]) -> dict[str, object]:
    source.read(files)
    return {row["title"]: row_id for row_id, row in source.stored["tasks"].items() if row["is_current"]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"a.ics": to_calendar("Pack", "Book due 20261204", uids="old")},
            {"a.ics": to_calendar("Book due 20261204", "Pack", uids="new")},
            id="shuffled",
        ),
        pytest.param(
            {"a.ics": to_calendar("Pack", "Book due 20261204", "Call", uids="old")},
            {"b.ics": to_calendar("Pack", "Book due 20261209", "Call", uids="new")},
            id="renamed file, another date",
        ),
        pytest.param(
            {"a/1.ics": to_calendar("Pack", uids="old"), "a/2.ics": to_calendar("Book", uids="old")},
            {"b/8.ics": to_calendar("Book", uids="new"), "b/9.ics": to_calendar("Pack", uids="new")},
            id="one file each",
        ),
        pytest.param(
            {"a.ics": to_calendar("Pack", "Book", uids="old"), "b.ics": to_calendar("Call", uids="old")},
            {"a.ics": to_calendar("Pack", "Book", uids="new"), "b.ics": to_calendar("Call", uids="old")},
            id="beside a calendar with stable UIDs",
        ),
        pytest.param(
            {"a.ics": to_calendar("Book due 20261204", uids="old")},
            {"a.ics": to_calendar("Book due 20261204", uids="new")},
            id="one task with a date",
        ),
        pytest.param(
            {"a.json": _to_taskwarrior(0, "Pack", "Book")},
            {"a.json": _to_taskwarrior(5, "Pack", "Book")},
            id="imported again by the program",
        ),
    ],
)
def test_list_with_new_ids_for_each_export_has_the_same_tasks(before, after):
    source = MemorySource()
    first = read_calendars(source, before)
    assert read_calendars(source, after) == first


def test_series_in_a_list_with_new_ids_have_new_occurrences():
    source = MemorySource()
    first, second = (
        to_calendar(f"Water due {day}", f"Feed due {day}", "Call due 20261205", uids=uids).replace(
            f"{day}\r\n", f"{day}\r\nRRULE:FREQ=DAILY\r\n"
        )
        for uids, day in (("old", 20261130), ("new", 20261201))
    )
    before, after = read_calendars(source, {"a.ics": first}), read_calendars(source, {"a.ics": second})
    assert {title for title in before if before[title] == after[title]} == {"Call"}


@pytest.mark.parametrize("kept", ["Pack", "Book"])
def test_new_id_is_another_task_if_the_list_has_stable_ids(kept):
    source = MemorySource()
    entries = {title: to_calendar(title, uids="old") for title in ("Pack", "Book", "Call")}
    first = read_calendars(source, {"a.ics": _join(entries)})
    renewed = {title: to_calendar(title, uids="old" if title == kept else "new") for title in entries}
    second = read_calendars(source, {"a.ics": _join(renewed)})
    assert {title for title in entries if first[title] == second[title]} == {kept}


def _join(calendars: dict[str, str]) -> str:
    bodies = [
        text.partition("VERSION:2.0\r\n")[2].removesuffix("END:VCALENDAR\r\n") for text in calendars.values()
    ]
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(bodies) + "END:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a.txt": "Call\nwith Anna"}, {"notes/b.txt": "Call\nwith Anna"}),
        ({"a.txt": "Call\nwith Anna"}, {"a.txt": "Call\nwith Anna and Berta"}),
        ({"a.txt": "Call\nwith Anna"}, {"old/a.txt": "Call\nwith Anna and Berta"}),
        ({"a.txt": "One\n1", "b.txt": "Two\n2"}, {"a.txt": "Two\n2", "b.txt": "One\n1"}),
    ],
)
def test_note_keeps_its_id(before, after):
    source = MemorySource()
    source.read(before)
    known = {row_id: row["title"] for row_id, row in source.stored["notes"].items()}
    source.read(after)
    assert {row_id: row["title"] for row_id, row in source.stored["notes"].items()} == known


def test_unchanged_reading_needs_no_details():
    source = MemorySource()
    files = {"todo.txt": "Pack\nPack\nBook id:1", "a.md": "# Move\n- [ ] Pack"}
    source.read(files)
    source.read({"todo.txt": "Pack\nBook id:1", "b.md": "# Move\n- [ ] Pack"})
    statements = source.statements
    source.read({"todo.txt": "Pack\nBook id:1", "b.md": "# Move\n- [ ] Pack"})
    assert source.statements == statements


@pytest.mark.parametrize(
    "after",
    [
        pytest.param("Wash\nCall\nPack\nBook", id="line on top"),
        pytest.param("Book\nCall\nPack", id="shuffled"),
        pytest.param("# a comment\n\nCall\nPack\nBook\nWash", id="lines without tasks on top"),
        pytest.param("Pack\nBook\nCall\nWash\nRest", id="moved to the end"),
    ],
)
def test_moved_lines_need_no_details(after):
    source, fetched = MemorySource(), []
    fetch = source.fetch

    async def record(sql, owner, source_id, ids, *rest):
        fetched.extend(ids)
        return await fetch(sql, owner, source_id, ids, *rest)

    source.fetch = record
    former = ids_by_title({"todo.txt": "Call\nPack\nBook"}, source.read({"todo.txt": "Call\nPack\nBook"}))
    found = ids_by_title({"todo.txt": after}, source.read({"todo.txt": after}))
    assert {title: found[title] for title in former} == former
    assert not fetched


@pytest.mark.parametrize("above", ["Wash\n", "Wash\nRest\n", "Pay\nWash\nRest\n", "Rest\nWash\nPay\nAsk\n"])
def test_neighbours_of_equal_titles_are_those_of_the_former_lines(above):
    before = {"todo.txt": "Pack\nCall\nBook\nPaint\nCall\nSew"}
    after = {"todo.txt": f"{above}Pack\nBook\nPaint\nCall\nSew"}
    source = MemorySource()
    first, second = source.read(before), source.read(after)
    assert second[f"todo.txt:{above.count(chr(10)) + 4}"] == first["todo.txt:5"]
