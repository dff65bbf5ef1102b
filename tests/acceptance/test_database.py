"""Test ``daybreak db`` and external PostgreSQL databases."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest


@pytest.fixture(scope="module")
def url(daybreak):
    """Return URLs of the embedded server, used as an external one."""
    socket = quote(daybreak("db", "status", "--json").json()["socket"], safe="")
    return lambda role, database="daybreak": f"postgresql://{role}@/{database}?host={socket}&port=5432"


@pytest.fixture(scope="module")
def elsewhere(daybreak, url):
    """Return the command with the URL of an external database for these roles."""

    def elsewhere(role: str = "daybreak_app", database: str = "daybreak", **more: str):
        return daybreak.with_environment(DAYBREAK_DATABASE_URL=url(role, database), **more)

    return elsewhere


def test_db_status_shows_the_server(daybreak):
    status = daybreak("db", "status", "--json").json()
    assert (status["running"], status["kept"]) == (True, True)
    assert Path(status["data"]).is_relative_to(daybreak.home)
    assert f"running, process {status['pid']}" in daybreak("db", "status").out


def test_db_shell_reads_standard_input(daybreak):
    answer = daybreak("db", "shell", stdin="\\t on\nSELECT current_user;\n")
    assert "daybreak_owner" in answer.out
    assert answer.code == 0


def test_second_migration_does_nothing(daybreak):
    assert daybreak("db", "migrate").out == "The schema is up to date.\n"


def test_external_database_is_used_with_the_application_role(elsewhere, sample):
    given = elsewhere()
    assert given("brief", sample, "--date", "2026-03-29").code == 0
    assert (
        given("db", "status").out
        == "PROPERTY\tVALUE\nserver\tDAYBREAK_DATABASE_URL\nmigrations\tup to date\n"
    )
    assert given("db", "start").is_one_line_error(3, "DAYBREAK_DATABASE_URL is set")
    assert given("db", "migrate").is_one_line_error(3, "DAYBREAK_DATABASE_OWNER_URL")


@pytest.mark.parametrize("role", ["daybreak_owner", "postgres"])
def test_role_that_bypasses_row_security_is_rejected(elsewhere, role):
    assert elsewhere(role)("users", "list").is_one_line_error(3, role, "daybreak_app")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            "postgresql://o%40k:ge%2Fheim@db:5433/day?sslmode=require",
            "postgresql://o%40k@db:5433/day?sslmode=require",
        ),
        (
            "postgresql://owner@/day?host=%2Frun%2Fa%20b&password=ge/heim",
            "postgresql://owner@/day?host=%2Frun%2Fa%20b",
        ),
    ],
)
def test_db_shell_passes_the_password_by_environment(daybreak, folder, given, shown):
    psql = folder / "psql"
    psql.write_text('#!/bin/sh\necho "$* $PGPASSWORD"\n')
    psql.chmod(0o755)
    configured = daybreak.with_environment(DAYBREAK_DATABASE_URL=given, PATH=f"{folder}:{os.environ['PATH']}")
    assert configured("db", "shell").out == f"{shown} ge/heim\n"


def test_missing_database_or_role_is_named(elsewhere):
    assert elsewhere(database="nothing")("users", "list").is_one_line_error(3, "nothing")
    assert elsewhere("nobody")("users", "list").is_one_line_error(3, "nobody")


def test_unmigrated_database_is_not_changed_without_a_command(daybreak, elsewhere, url):
    admin = daybreak(
        "db",
        "shell",
        stdin=f"\\c {url('postgres', 'postgres')}\nCREATE DATABASE fresh OWNER daybreak_owner;\n",
    )
    assert admin.code == 0, admin
    fresh = elsewhere(database="fresh", DAYBREAK_DATABASE_OWNER_URL=url("daybreak_owner", "fresh"))
    assert fresh("users", "list").is_one_line_error(3, "daybreak db migrate")
    assert "due" in fresh("db", "status").out
    assert "Applied 0001_" in fresh("db", "migrate").out
    assert fresh("users", "list").code == 0


def test_version_imports_no_driver_and_no_parser():
    call = "import sys; from daybreak.cli import main; sys.argv = ['daybreak', 'version']; main()"
    command = [sys.executable, "-X", "importtime", "-c", call]
    completed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert completed.stdout.startswith("daybreak 0.")
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in completed.stderr.splitlines()}
    assert "daybreak" in loaded
    assert not loaded & {
        "typer",
        "pydantic",
        "asyncpg",
        "icalendar",
        "holidays",
        "jinja2",
        "cryptography",
        "structlog",
    }


def test_second_stop_reports_a_stopped_server(daybreak):
    assert daybreak("db", "stop").out == "Stopped.\n"
    assert daybreak("db", "stop").out == "The server was not running.\n"
    assert daybreak("db", "status", "--json").json()["running"] is False
    assert daybreak("db", "start").code == 0
