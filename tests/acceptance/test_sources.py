import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

pytestmark = pytest.mark.integration

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n"
    "DTSTAMP:20260301T000000Z\r\nDTSTART:20260329T100000Z\r\nDTEND:20260329T110000Z\r\n"
    "SUMMARY:Choir practice\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def address() -> Iterator[str]:
    """A calendar at an address of this machine."""

    class Calendar(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar")
            self.end_headers()
            self.wfile.write(CALENDAR.encode())

        def log_message(self, *_arguments):
            return

    with HTTPServer(("127.0.0.1", 0), Calendar) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/secret-token/team.ics"
        server.shutdown()
        thread.join(10)


def test_second_import_changes_nothing(daybreak, sample):
    first = daybreak("import", sample, "--json").json()
    second = daybreak("import", sample, "--json").json()
    assert first["changes"]["added"] > 0
    assert second["changes"] == {
        "added": 0, "updated": 0, "removed": 0, "unchanged": first["changes"]["added"],
    }  # fmt: skip


def test_import_prints_a_one_line_summary(daybreak, folder):
    (folder / "todo.txt").write_text("One due:2026-03-29\nTwo due:2026-13-29\n")
    answer = daybreak("import", folder)
    assert answer.out == (
        f"{folder.name}: 1 file read: 2 added, 0 updated, 0 removed, 0 unchanged, 1 warning.\n"
    )
    assert answer.err.startswith("warning: todo.txt:2: ")


def test_projects_are_merged_and_separated_by_name(daybreak, folder):
    (folder / "todo.txt").write_text("Call the printer +Spring_fair due:2026-03-29\n")
    (folder / "fair.md").write_text("# Spring fair\n- [ ] Book a stand\n")
    daybreak("import", folder)
    assert daybreak("projects", "merge", "spring_fair", "Spring fair").code == 0
    names = {"Spring_fair": "Spring fair", "Spring fair": None}
    known = daybreak("projects", "list", "--json").json()
    ids = {one["name"]: one["id"] for one in known if one["name"] in names}
    merged = {one["id"]: one["canonical_id"] for one in known}
    assert (merged[ids["Spring_fair"]], merged[ids["Spring fair"]]) == (ids["Spring fair"], None)
    again = daybreak("projects", "merge", "Spring fair", "Spring_fair")
    assert again.is_one_line_error(2, "one project already")
    assert daybreak("projects", "merge", "Nowhere", "Spring fair").is_one_line_error(4, "Nowhere")
    assert daybreak("projects", "separate", "Spring_fair").code == 0
    assert daybreak("projects", "separate", "Spring_fair").is_one_line_error(2, "not merged")
    assert daybreak("projects", "separate", "Nosuch").is_one_line_error(4, "no project “Nosuch”")


def test_private_address_is_rejected_unless_allowed(daybreak, address):
    refused = daybreak("sources", "add", address)
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert "127.0.0.1" not in daybreak("sources", "list").out

    allowed = daybreak.with_environment(DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES="1")
    added = allowed("sources", "add", address, "--name", "Choir")
    assert added.code == 0, added
    shown = allowed("sources", "show", "Choir")
    assert "1 event" in shown.out
    assert "secret-token" not in added.out + shown.out + allowed("sources", "list", "--json").out
    brief = allowed.brief()
    assert "Choir practice" in {fact["title"] for fact in brief["facts"].values()}

    forgotten = allowed("sources", "remove", "Choir")
    assert "daybreak sources add URL --name Choir" in forgotten.out
    assert "Choir" not in daybreak("sources", "list").out


def test_source_is_shown_with_warnings_and_times(daybreak, folder):
    (folder / "todo.txt").write_text("One due:2026-02-30\n")
    daybreak("sources", "add", folder, "--name", "My plans")
    shown = daybreak("sources", "show", "My plans")
    assert "warning\ttodo.txt:1: " in shown.out
    assert re.search(r"last synced\t\d", shown.out)
    as_json = daybreak("sources", "show", "My plans", "--json").json()
    assert as_json["tasks"] == 1
    assert as_json["warnings"][0].startswith("todo.txt:1: ")


def test_removing_a_source_prints_how_to_add_it_again(daybreak, folder):
    place = folder / "my plans"
    place.mkdir()
    daybreak("sources", "add", place)
    answer = daybreak("sources", "remove", place)
    assert f"daybreak sources add '{place}' --name 'my plans'" in answer.out
    assert daybreak("sources", "remove", place).is_one_line_error(4, "No source")


def test_unknown_source_is_not_found(daybreak):
    assert daybreak("sources", "show", "nothing").is_one_line_error(4, "nothing")
    assert daybreak("sources", "list", "--user", "nobody@example.org").is_one_line_error(4, "users add")


def test_folder_name_cannot_control_the_terminal(daybreak, folder):
    (folder / "a\x1b[31mred").mkdir()
    assert "\x1b" not in daybreak("import", folder / "a\x1b[31mred").out
    listed = daybreak("sources", "list").out
    assert "[31mred" in listed
    assert "\x1b" not in listed


def test_emptied_list_is_shown_as_it_was_until_it_is_accepted(daybreak, folder):
    (folder / "todo.txt").write_text("One due:2026-03-29\nTwo\n")
    daybreak("sources", "add", folder, "--name", "My errands")
    (folder / "todo.txt").write_text("")
    warning = daybreak("import", folder).err
    assert "its 2 open tasks are shown as they were" in warning
    assert "“daybreak sources accept 'My errands'”" in warning
    assert "missing\t2 items" in daybreak("sources", "show", "My errands").out
    assert daybreak("sources", "accept", "My errands").out == "Removed 2 items from My errands.\n"
    assert daybreak("sources", "accept", "My errands").out == "No item is missing from My errands.\n"
    assert daybreak("sources", "list", "--json").json()[0]["tasks"] == 0


def test_unassigned_tasks_of_a_board_are_the_teams_after_that_choice(daybreak, folder):
    (folder / "board.csv").write_text("Task,Status,Owner\nOne,open,Bob\nTwo,open,Eve\nThree,open,\n")
    daybreak("import", folder)
    assert "mine" in daybreak("sources", "show", folder).out
    assert daybreak("sources", "set", folder, "--unassigned", "team").out == (
        f"Unassigned tasks on team boards of {folder.name} are the team’s.\n"
    )
    brief = daybreak("brief", folder, "--date", "2026-03-29", "--length", "full").out
    for sentence in ("Waiting for Bob (1)", "Waiting for Eve (1)", "Unassigned (1)"):
        assert sentence in brief
    assert "Start here" not in brief
    daybreak("sources", "set", folder, "--unassigned", "mine")
    brief = daybreak("brief", folder, "--date", "2026-03-29", "--length", "full").out
    assert ("Three" in brief, "Unassigned" in brief) == (True, False)
