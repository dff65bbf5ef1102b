"""What people get wrong: one sentence on standard error, nothing on standard output, a documented code."""

import os

import pytest

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["frob"], 2, ["frob", "daybreak --help"]),
        (["bief"], 2, ["'brief'? See"]),
        (["users"], 2, ["Missing command", "daybreak users --help"]),
        (["brief", "--frob"], 2, ["--frob", "daybreak brief --help"]),
        (["brief", "--format", "pdf"], 2, ["pdf", "json"]),
        (["brief", "--length", "epic"], 2, ["epic", "glance"]),
        (["users", "add"], 2, ["EMAIL", "daybreak users add --help"]),
        (["brief", "nowhere"], 2, ["nowhere", "check the path"]),
        (["brief", "no\nwhere"], 2, ["check the path"]),
        (["brief", "/dev/zero"], 2, ["/dev/zero"]),
        (["brief", "sample", "--date", "someday"], 2, ["someday", "2026-03-29"]),
        (["brief", "sample", "--date", "9999-12-31"], 2, ["out of range"]),
        (["brief", "sample", "--tz", "CEST"], 2, ["CEST", "Europe/Berlin"]),
        (["brief", "sample", "--user", "anna"], 2, ["anna", "name@example.org"]),
        (["brief", "sample", "--output", "."], 2, ["cannot be written"]),
        (
            ["brief", "sample", "--output", "no/such/folder/brief.md"],
            2,
            ["cannot be written", "another path"],
        ),
        (["sample", "/dev/null/x"], 2, ["cannot be written"]),
        (["import", ""], 2, ["empty"]),
        (["brief", "--user="], 2, ["empty"]),
        (["sources", "remove", " "], 2, ["empty"]),
        (["users", "set", "me@localhost", "--name", ""], 2, ["empty"]),
    ],
)
def test_user_mistake_is_a_one_line_error(daybreak, sample, arguments, code, words):
    assert daybreak(*arguments).is_one_line_error(code, *words)


@pytest.mark.parametrize(
    ("variable", "value", "code", "words"),
    [
        ("DAYBREAK_HOEM", "/tmp", 3, ["DAYBREAK_HOEM", "not a setting"]),  # noqa: S108
        ("DAYBREAK_LOG_LEVEL", "loud", 3, ["DAYBREAK_LOG_LEVEL", "'warning'"]),
        ("DAYBREAK_HOME", "/dev/null", 3, ["/dev/null", "DAYBREAK_HOME"]),
        (
            "DAYBREAK_DATABASE_URL",
            "postgresql://daybreak_app@127.0.0.1:1/x",
            6,
            ["does not answer", "Connect call failed"],
        ),
        ("DAYBREAK_DATABASE_URL", "postgresql://daybreak_app@127.0.0.1:port/x", 3, ["postgresql://"]),
        ("DAYBREAK_DATABASE_URL", "here", 3, ["postgresql://"]),
        ("DAYBREAK_DATABASE_URL_FILE", "/no/such/file", 3, ["/no/such/file"]),
    ],
)
def test_invalid_setting_is_named(daybreak, variable, value, code, words):
    assert daybreak.with_environment(**{variable: value})("users", "list").is_one_line_error(code, *words)


def test_every_command_accepts_every_setting(daybreak):
    with_limits = daybreak.with_environment(DAYBREAK_INTAKE_MAX_FILES="10")
    assert with_limits("db", "status").code == 0


def test_folder_name_that_is_not_utf8_is_rejected(daybreak, folder):
    place = folder / os.fsdecode(b"caf\xe9")
    place.mkdir()
    assert daybreak("brief", place).is_one_line_error(2, "UTF-8")


def test_unreadable_new_source_is_not_added(daybreak, folder):
    os.mkfifo(folder / "pipe")
    assert daybreak("import", folder / "pipe").code == 2
    assert "pipe" not in daybreak("sources", "list").out


def test_debug_shows_the_traceback_in_any_position(daybreak):
    for arguments in (["--debug", "brief", "nowhere"], ["brief", "nowhere", "--debug"]):
        answer = daybreak(*arguments)
        assert answer.code != 0
        assert "Traceback" in answer.err
        assert "nowhere" in answer.err


def test_sample_replaces_a_sample_but_no_other_files(daybreak, folder):
    assert daybreak("sample", folder / "new").code == daybreak("sample", folder / "new").code == 0
    (folder / "todo.txt").write_text("Mine\n")
    assert daybreak("sample", folder).is_one_line_error(5, "is not empty", "new folder")
    assert (folder / "todo.txt").read_text() == "Mine\n"


def test_hostile_files_are_warnings_and_other_files_are_read(daybreak, folder):
    (folder / "todo.txt").write_text("Survive due:2026-03-29\n")
    (folder / "rubbish.ics").write_bytes(os.urandom(20_000))
    (folder / "round").symlink_to(folder)
    with (folder / "huge.csv").open("wb") as huge:
        huge.truncate(500_000_000)
    brief = daybreak.brief(folder)
    assert "Survive" in {fact["title"] for fact in brief["facts"].values()}
    warned = str(brief["warnings"])
    assert "rubbish.ics" in warned
    assert "huge.csv" in warned
    assert "round" in warned


def test_unencodable_characters_are_escaped(daybreak, sample):
    answer = daybreak.with_environment(PYTHONIOENCODING="ascii")("brief", sample, "--date", "2026-03-29")
    assert (answer.code, answer.err) == (0, "")
    assert "\\u2013" in answer.out


def test_json_is_utf8_in_every_terminal(daybreak, sample):
    old = daybreak.with_environment(PYTHONIOENCODING="latin-1")
    assert "Malmö" in old("brief", sample, "--date", "2026-03-29", "--format", "json").out
    assert "09:15\u2013" in old("brief", sample, "--date", "2026-03-29", "--format", "html").out


@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_closed_standard_output_is_a_one_line_error(daybreak, closed):
    shell = ("sh", "-c", f'exec "$@" {closed}', "sh")
    assert daybreak("users", "list", before=shell).is_one_line_error(6, "Standard output", "written")


def test_closed_standard_error_preserves_exit_code_and_output(daybreak):
    shell = ("sh", "-c", 'exec "$@" 2>&-', "sh")
    answer = daybreak("brief", "nowhere", before=shell)
    assert (answer.code, answer.out, answer.err) == (2, "", "")


@pytest.mark.parametrize("name", ["Mars/Phobos", "CET-1CEST"])
def test_unnamed_machine_time_zone_is_not_assumed_to_be_utc(daybreak, name):
    email = f"{name[:3].lower()}@example.org"
    astray = daybreak.with_environment(TZ=name)
    assert astray("users", "add", email).is_one_line_error(2, "TZ", name, "Europe/Berlin")
    assert "Asia/Tokyo" in astray("users", "add", email, "--tz", "Asia/Tokyo").out


def test_variable_tz_sets_the_machine_time_zone(daybreak):
    assert "EST5EDT" in daybreak.with_environment(TZ=":EST5EDT")("users", "add", "est@example.org").out


def test_narrow_terminal_truncates_nothing(daybreak, folder, run_in_terminal):
    daybreak("import", folder)
    code, shown = run_in_terminal(daybreak.with_environment(COLUMNS="40"), "sources", "list")
    assert code == 0
    assert "…" not in shown
