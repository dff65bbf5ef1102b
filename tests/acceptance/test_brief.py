import json
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from .conftest import DAY_OPTIONS

SCHEMA = Path(__file__).parents[2] / "docs/brief.schema.json"
PARTS = {
    "user", "date", "timezone", "counts", "next_actions", "since_last", "timeline", "sections", "facts",
    "warnings",
}  # fmt: skip


@pytest.fixture(scope="module")
def answer(daybreak, sample):
    return daybreak("brief", sample, "--date", "2026-03-29", "--tz", "Europe/Berlin", "--format", "json")


@pytest.fixture(scope="module")
def brief(answer) -> dict:
    return answer.json()


def titles(brief: dict) -> set[str]:
    """Of what came from files; a brief also has facts that it counted itself."""
    return {fact["title"] for fact in brief["facts"].values() if fact["kind"] in {"task", "event"}}


def test_json_has_every_part_and_matches_the_schema(brief):
    assert brief.keys() >= PARTS
    assert (brief["date"], brief["timezone"]) == ("2026-03-29", "Europe/Berlin")
    jsonschema.validate(brief, json.loads(SCHEMA.read_text()))


def test_json_is_alone_on_standard_output(answer):
    _, end = json.JSONDecoder().raw_decode(answer.out)
    assert (answer.out[end:], answer.err) == ("\n", "")


def test_statements_cite_existing_facts(brief):
    entries = [*brief["timeline"], *brief["next_actions"]]
    assert len(entries) > 4
    for entry in entries:
        assert entry["facts"]
        assert brief["facts"].keys() >= set(entry["facts"])
    for fact in brief["facts"].values():
        assert fact.keys() >= {"kind", "title", "source", "source_ref", "start", "end", "due", "completed"}
        assert fact["source"] == "sample" or fact["kind"] not in {"task", "event", "note"}
    assert {"todo.txt:3", "northlight.md:14"} <= {fact["source_ref"] for fact in brief["facts"].values()}


def test_facts_have_the_dates_of_their_sources(brief):
    due = {fact["title"]: fact["due"] for fact in brief["facts"].values()}
    assert due["Prepare the quarterly tax estimate"] == "2026-04-03"


@pytest.mark.parametrize(
    ("form", "opening"),
    [("text", "Sunday 29 March 2026\n"), ("html", "<!doctype html>")],
)
def test_every_format_starts_with_the_date(daybreak, sample, form, opening):
    answer = daybreak("brief", sample, "--date", "2026-03-29", "--format", form)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.lower().startswith(opening.lower())
    assert "29 March 2026" in answer.out


def test_terminal_gets_its_own_format(daybreak, sample, run_in_terminal):
    code, screen = run_in_terminal(daybreak, "brief", sample, "--date", "2026-03-29")
    assert code == 0
    assert "29 March 2026" in screen
    assert "\x1b[" in screen


def test_folder_with_two_paths_is_one_source(daybreak, folder):
    (folder / "todo.txt").write_text("Once due:2026-03-29\n")
    (folder.parent / "alias").symlink_to(folder)
    assert titles(daybreak.brief(f"./{folder.name}/")) == titles(daybreak.brief("alias")) == {"Once"}
    places = [one["source"]["locator"] for one in daybreak("sources", "list", "--json").json()]
    assert places.count(str(folder)) == 1


@pytest.mark.parametrize("name", ["Pläne “2026” & co", "-dash"])
def test_folder_can_have_any_name(daybreak, folder, name):
    (folder / name).mkdir()
    (folder / name / "todo.txt").write_text("Read me due:2026-03-29\n")
    answer = daybreak("brief", "--format", "json", "--date", "2026-03-29", "--", name, cwd=folder)
    assert titles(answer.json()) == {"Read me"}


@pytest.mark.usefixtures("answer")
def test_unknown_user_is_created_without_data_of_others(daybreak):
    brief = daybreak.brief("--user", "Anna@Example.org")
    assert brief["user"]["name"] == "anna"
    assert brief["counts"]["projects"] == 0
    users = {one["email"] for one in daybreak("users", "list", "--json").json()}
    assert users >= {"anna@example.org", "me@localhost"}


def test_brief_without_sources_explains_once_how_to_add_some(daybreak):
    answer = daybreak("brief", "--user", "new@example.org")
    assert (answer.code, answer.err) == (0, "")
    assert "Nothing to brief you on yet." in answer.out
    assert "daybreak brief FOLDER" in answer.out


def test_brief_in_the_background_without_sources_explains_how_to_add_some(daybreak):
    answer = daybreak("brief", "--user", "new@example.org", "--background")
    assert answer.code == 0
    assert "daybreak brief FOLDER" in answer.err


def test_folder_without_supported_files_is_reported(daybreak, folder):
    (folder / "photo.png").write_bytes(b"\x89PNG")
    answer = daybreak("brief", folder)
    assert answer.code == 0
    assert "(1 file ignored)" in answer.err


def test_tomorrow_is_relative_to_the_users_time_zone(daybreak, folder):
    def tomorrow() -> str:
        return f"{datetime.now(ZoneInfo('Pacific/Kiritimati')) + timedelta(days=1):%Y-%m-%d}"

    before = tomorrow()
    arguments = ("--date", "tomorrow", "--tz", "Pacific/Kiritimati", "--format", "json")
    assert daybreak("brief", folder, *arguments).json()["date"] in {before, tomorrow()}


def test_output_replaces_a_file_atomically(daybreak, sample, folder):
    target = folder / "brief.md"
    target.write_text("yesterday's")
    target.chmod(0o640)
    answer = daybreak("brief", sample, *DAY_OPTIONS, "--format", "md", "--output", target)
    assert (answer.code, answer.out) == (0, "")
    assert target.read_text().startswith("# Sunday 29 March 2026\n")
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(folder.iterdir()) == [target]


def test_output_to_a_device_preserves_the_device(daybreak, sample):
    assert daybreak("brief", sample, "--output", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_brief_is_listed_as_a_run(daybreak, sample):
    daybreak("import", sample, "--user", "seen@example.org")
    daybreak.brief("--user", "seen@example.org")
    runs = daybreak("runs", "list", "--user", "seen@example.org", "--json").json()
    assert [(run["kind"], run["status"], run["done"]) for run in runs] == [("briefs.compose", "succeeded", 7)]
    shown = daybreak("runs", "show", runs[0]["id"], "--user", "seen@example.org")
    assert "result due_today" in shown.out


async def test_failed_project_is_a_gap_of_the_brief_and_its_run(daybreak, folder, admin):
    (folder / "todo.txt").write_text(
        "Water the cactus +Garden due:2026-03-29\nFix the roof +House due:2026-03-30\n"
    )
    user = ("--user", "gap@example.org")
    daybreak("import", folder, *user)
    # The file stays as it is, so reading it again leaves the row alone.
    await admin.execute("UPDATE agenda_tasks SET due_on = '0001-01-01' WHERE title = 'Fix the roof'")
    answer = daybreak("brief", *user, *DAY_OPTIONS)
    assert answer.code == 0
    assert "Not included" in answer.out
    assert "House: its 1 task is not in this brief or its numbers" in " ".join(answer.out.split())
    assert "Water the cactus" in answer.out
    assert json.loads(answer.err.splitlines()[-1])["event"] == "briefs.part_failed"
    latest = daybreak("runs", "list", *user, "--json").json()[0]
    assert (latest["status"], latest["gaps"]) == ("partial", ["House"])


def test_brief_needs_no_network(daybreak, sample):
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root can take the network away")
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this container may not take the network away")
    answer = daybreak("brief", sample, "--date", "2026-03-29", before=["unshare", "-n"])
    assert (answer.code, answer.err) == (0, "")
