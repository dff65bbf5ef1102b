import json
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

import pytest

from daybreak.agenda.importers import find_importer
from daybreak.agenda.model import Priority, TaskStatus

RESEARCHER = """\
[
{"id":1,"description":"Revise the paper","due":"20260328T230000Z","entry":"20260301T080000Z","modified":"20260320T081500Z","priority":"H","project":"Thesis.Paper","start":"20260328T100000Z","status":"pending","tags":["writing"],"uuid":"a1","annotations":[{"entry":"20260302T080000Z","description":"see referee 2"}]},
{"id":2,"description":"Book the lab","depends":"a1","status":"waiting","wait":"20260401T083000Z","estimate":"PT45M","uuid":"a2"},
{"id":0,"description":"Water\\u0000 the\\ud800 plants","end":"20260328T101500Z","status":"completed","uuid":"a3","depends":["a1","a2"]},
{"id":0,"description":"Buy a mug","end":"20260328T101500Z","status":"deleted","uuid":"a4"},
{"id":3,"description":"Weekly report","recur":"weekly","status":"recurring","uuid":"a5"}
]
"""  # noqa: E501  one object a line is how it is exported


def tasks_by_id(parsed):
    return {task.external_id: task for task in parsed.tasks}


def test_every_field_of_a_researchers_export_is_imported(read):
    tasks = tasks_by_id(read("tasks.json", RESEARCHER))
    paper = tasks["a1"]
    assert (paper.status, paper.priority) == (TaskStatus.IN_PROGRESS, Priority.HIGH)
    assert (paper.project, paper.tags, paper.details) == ("Thesis.Paper", ("writing",), "see referee 2")
    assert paper.touched_at == datetime(2026, 3, 20, 8, 15, tzinfo=UTC)
    assert paper.source_ref == "tasks.json:2"
    lab = tasks["a2"]
    assert (lab.start, lab.estimate_minutes) == (datetime(2026, 4, 1, 8, 30, tzinfo=UTC), 45)
    assert (lab.status, lab.blocked_by) == (TaskStatus.OPEN, ("a1",))
    assert tasks["a3"].completed == datetime(2026, 3, 28, 10, 15, tzinfo=UTC)
    assert tasks["a3"].blocked_by == ("a1", "a2")
    assert tasks["a4"].status is TaskStatus.CANCELLED


def test_due_at_local_midnight_is_the_day(read):
    assert tasks_by_id(read("tasks.json", RESEARCHER))["a1"].due == date(2026, 3, 29)
    elsewhere = tasks_by_id(read("tasks.json", RESEARCHER, tz="Asia/Kathmandu"))["a1"].due
    assert elsewhere == datetime(2026, 3, 28, 23, tzinfo=UTC)


def test_the_template_of_a_recurring_task_is_skipped(read):
    assert "a5" not in tasks_by_id(read("tasks.json", RESEARCHER))


def test_characters_that_a_database_cannot_store_are_stripped(read):
    assert tasks_by_id(read("tasks.json", RESEARCHER))["a3"].title == "Water the plants"


def test_one_object_per_line_is_parsed(read):
    bare = "\n".join(json.dumps(task) for task in json.loads(RESEARCHER))
    assert tasks_by_id(read("tasks.jsonl", bare)).keys() == tasks_by_id(read("tasks.json", RESEARCHER)).keys()


def test_utf_16_as_a_windows_shell_writes_it_is_read(read):
    assert len(read("tasks.json", RESEARCHER.encode("utf-16")).tasks) == 4


def test_only_a_truncated_or_malformed_object_is_skipped(read):
    lines = RESEARCHER.splitlines()
    parsed = read("tasks.json", "\n".join([*lines[:2], lines[2][:40], *lines[3:5], lines[1][:90]]))
    assert tasks_by_id(parsed).keys() == {"a1", "a3", "a4"}
    (warning,) = parsed.warnings
    assert (warning.line, warning.count) == (3, 2)
    assert warning.message.endswith("The same is true of line 6.")


@pytest.mark.parametrize("missing", ["description", "entry", "status", "uuid"])
def test_json_without_a_mandatory_member_is_no_task_list(missing):
    values = {"description": "Backup", "entry": "20260301T080000Z", "status": "completed", "uuid": "a1"}
    whole = json.dumps([values]).encode()
    del values[missing]
    assert find_importer(PurePosixPath("state.json"), whole) is not None
    assert find_importer(PurePosixPath("state.json"), json.dumps([values]).encode()) is None
