"""Test the schedule commands and the scheduler process."""

import json
import signal

import pytest

ANNA = "anna@example.org"


@pytest.fixture(scope="module", autouse=True)
def anna(daybreak):
    assert daybreak("users", "add", ANNA, "--tz", "Asia/Kathmandu").code == 0


def test_next_brief_follows_the_settings(daybreak):
    answer = daybreak("schedule", "set", ANNA, "--at", "06:15", "--on", "mon,thu", "--quiet", "skip")
    assert (answer.code, answer.err) == (0, "")
    dues = daybreak("schedule", "next", ANNA, "--count", "4", "--json").json()
    assert [due["due_at"][11:16] for due in dues] == ["00:30"] * 4  # Kathmandu is 5 h 45 min ahead
    assert daybreak("schedule", "next", ANNA).out.count("06:15 +0545") == 5


def test_schedule_is_paused_until_resumed(daybreak):
    assert "paused" in daybreak("schedule", "pause", ANNA).out
    assert daybreak("schedule", "next", ANNA, "--json").json() == []
    assert "06:15" in daybreak("schedule", "pause", ANNA, "--resume").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["nothing to change"]),
        (["--at", "25:00"], ["25:00", "time of day"]),
        (["--frequency", "hourly"], ["hourly", "weekdays"]),
        (["--frequency", "weekly"], ["one day of the week"]),
        (["--frequency", "daily", "--on", "fun"], ["fun", "mon,thu"]),
        (["--catch-up", "3 days"], ["3 days", "4h"]),
        (["--catch-up", "40h"], ["0 to 20 hours"]),
        (["--quiet", "loud"], ["loud", "shorten"]),
        (["--weekly-on", "mon,tue"], ["not a weekday"]),
        (["--only", "Garden", "--all-projects"], ["--except"]),
    ],
)
def test_invalid_schedule_options_are_rejected(daybreak, arguments, words):
    assert daybreak("schedule", "set", ANNA, *arguments).is_one_line_error(2, *words)


def test_only_schedules_with_errors_are_retried(daybreak):
    assert daybreak("schedule", "retry", ANNA).out == "No schedule was stopped.\n"
    assert daybreak("schedule", "retry", ANNA, "--all").is_one_line_error(2, "not both")


async def test_truncated_list_reports_the_rest(daybreak, admin):
    await admin.execute(
        "INSERT INTO schedule_outcomes "
        "SELECT owner_id, CURRENT_DATE - n, 'standard', 'missed', 'too_late', now(), now() "
        "FROM schedule_entries CROSS JOIN generate_series(1, 2) AS n"
    )
    try:
        assert daybreak("schedule", "list", "--limit", "1").out.count("At least 1 more; use “--limit”") == 1
        assert "“--limit”" not in daybreak("schedule", "list").out
    finally:
        await admin.execute("DELETE FROM schedule_outcomes")


def test_simulate_and_explain_show_reasons(daybreak):
    simulated = daybreak("schedule", "simulate", ANNA, "--count", "3", "--json").json()
    assert [one["outcome"] for one in simulated] == ["enqueued"] * 3
    explained = daybreak("schedule", "explain", ANNA)
    assert "Due as scheduled." in explained.out


def test_run_now_enqueues_a_brief(daybreak):
    run = daybreak("schedule", "run-now", ANNA).out.strip()
    assert daybreak("runs", "show", run, "--user", ANNA, "--json").json()["status"] == "queued"


@pytest.mark.parametrize("command", ["scheduler", "worker"])
def test_scheduler_lists_maintenance_and_stops(daybreak, command):
    process = daybreak.with_environment(DAYBREAK_LOG_LEVEL="info").start(command)
    try:
        for line in process.stderr:
            if json.loads(line)["event"] == "schedule.scheduler_started":
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    listed = daybreak("schedule", "list", "--json").json()
    assert {one["name"] for one in listed["maintenance"]} == {
        "agenda.read_folders",
        "agenda.refresh",
        "agenda.report_stale",
        "people.purge",
        "schedule.prune",
        "schedule.measure",
    }
    assert "SCHEDULED JOB" in daybreak("schedule", "list").out
