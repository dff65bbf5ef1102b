"""Tests of the JSON that programs export, with invented entries."""

import json
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

import pytest

from daybreak.agenda.importers import find_importer
from daybreak.agenda.model import Priority, TaskStatus

from .samples import GITHUB, GOOGLE, MICROSOFT, SAMPLES

OPEN, DOING, DONE, CANCELLED = (
    TaskStatus.OPEN,
    TaskStatus.IN_PROGRESS,
    TaskStatus.DONE,
    TaskStatus.CANCELLED,
)


def tasks_by_title(parsed):
    return {task.title: task for task in parsed.tasks}


@pytest.mark.parametrize("indent", [None, 1, "\t"])
@pytest.mark.parametrize("name", SAMPLES)
def test_export_of_a_program_is_read_without_warnings(read, name, indent):
    parsed = read(name, json.dumps(SAMPLES[name], indent=indent))
    assert parsed.warnings == ()
    assert parsed.incomplete is None
    assert "Paint the hall" in tasks_by_title(parsed)


@pytest.mark.parametrize(
    ("name", "title", "status", "due"),
    [
        ("trello.json", "Paint the hall", DOING, datetime(2026, 3, 30, 9, tzinfo=UTC)),
        ("trello.json", "Sand the door", CANCELLED, None),
        ("trello.json", "Buy paint", DONE, None),
        ("trello.json", "Hang the lamp", OPEN, None),
        ("trello.json", "Old wish", CANCELLED, None),
        ("trello.json", "Order tiles", DONE, datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("trello.json", "Rent a ladder", OPEN, datetime(2026, 3, 29, 9, tzinfo=UTC)),
        ("Tasks.json", "Paint the hall", OPEN, date(2026, 3, 30)),
        ("Tasks.json", "Buy paint", DONE, None),
        ("Tasks.json", "Call Anna", OPEN, datetime(2026, 3, 30, 13, tzinfo=UTC)),
        ("todo.json", "Paint the hall", DOING, date(2026, 3, 30)),
        ("todo.json", "Buy paint", DONE, None),
        ("todo.json", "Ask the landlord", TaskStatus.BLOCKED, None),
        ("issues.json", "Paint the hall", OPEN, date(2026, 3, 30)),
        ("issues.json", "Buy paint", DONE, None),
        ("issues.json", "Old wish", CANCELLED, None),
        ("gitlab.json", "Paint the hall", OPEN, date(2026, 3, 30)),
        ("gitlab.json", "Buy paint", DONE, None),
        ("project.json", "Paint the hall", DOING, None),
        ("project.json", "Buy paint", DONE, None),
        ("super.json", "Paint the hall", OPEN, date(2026, 3, 30)),
        ("super.json", "Buy paint", DONE, None),
        ("super.json", "Call Anna", OPEN, datetime(2026, 3, 30, 13, tzinfo=UTC)),
    ],
)
def test_status_and_due_date_are_those_of_the_program(read, name, title, status, due):
    task = tasks_by_title(read(name, json.dumps(SAMPLES[name])))[title]
    assert (task.status, task.due) == (status, due)


@pytest.mark.parametrize(
    ("name", "project", "assignee", "tags", "details"),
    [
        (
            "trello.json",
            "House",
            "Anna Berg, Tom",
            ("wall", "blue"),
            "two coats\nTools:\n- [x] Brush\n- [ ] Rent a ladder",
        ),
        ("Tasks.json", "House", None, (), "two coats"),
        ("todo.json", "House", None, ("wall",), "two & a half coats\n- [x] Brush"),
        ("issues.json", "berg/house", "anna, tom", ("wall", "priority: high"), "two coats"),
        ("gitlab.json", "berg/house", "anna", ("wall",), "two coats"),
        ("project.json", "berg/house", "anna", ("wall",), "two coats"),
        ("super.json", "House", None, ("wall",), "two coats"),
    ],
)
def test_people_labels_and_texts_are_read(read, name, project, assignee, tags, details):
    task = tasks_by_title(read(name, json.dumps(SAMPLES[name])))["Paint the hall"]
    assert (task.project, task.assignee, task.tags, task.details) == (project, assignee, tags, details)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("trello.json", "Not a task"),
        ("trello.json", "Card for copies"),
        ("trello.json", "Brush"),
        ("Tasks.json", "Old wish"),
    ],
)
def test_deleted_tasks_templates_and_actions_are_no_tasks(read, name, title):
    assert title not in tasks_by_title(read(name, json.dumps(SAMPLES[name])))


@pytest.mark.parametrize(
    ("name", "title"),
    [("Tasks.json", "Call Anna"), ("todo.json", "Ask the landlord"), ("super.json", "Call Anna")],
)
def test_default_list_is_no_project(read, name, title):
    assert tasks_by_title(read(name, json.dumps(SAMPLES[name])))[title].project is None


@pytest.mark.parametrize(
    ("name", "title", "priority"),
    [
        ("Tasks.json", "Paint the hall", Priority.HIGH),
        ("todo.json", "Paint the hall", Priority.HIGH),
        ("todo.json", "Ask the landlord", Priority.LOW),
        ("issues.json", "Paint the hall", Priority.HIGH),
    ],
)
def test_star_importance_and_label_are_the_priority(read, name, title, priority):
    assert tasks_by_title(read(name, json.dumps(SAMPLES[name])))[title].priority is priority


@pytest.mark.parametrize(
    "name", ["trello.json", "Tasks.json", "todo.json", "issues.json", "gitlab.json", "super.json"]
)
def test_reference_is_the_line_of_the_entry(read, name):
    content = json.dumps(SAMPLES[name], indent=1)
    task = tasks_by_title(read(name, content))["Paint the hall"]
    line = int(task.source_ref.rpartition(":")[2])
    titled = next(at for at, text in enumerate(content.split("\n"), 1) if "Paint the hall" in text)
    assert 0 <= abs(titled - line) < 30
    assert line > 1


def test_only_one_list_or_bare_tasks_are_read_too(read):
    google = read("Tasks.json", json.dumps(GOOGLE["items"][0]))
    assert "Paint the hall" in tasks_by_title(google)
    bare = MICROSOFT["value"][0]["tasks"]
    assert len(read("todo.json", json.dumps({"value": bare})).tasks) == 2
    assert len(read("todo.json", json.dumps(bare)).tasks) == 2


def test_issues_one_per_line_are_read(read):
    parsed = read("issues.jsonl", "\n".join(map(json.dumps, GITHUB)) + "\n")
    assert (len(parsed.tasks), parsed.warnings, parsed.incomplete) == (3, (), None)


@pytest.mark.parametrize(
    "content",
    [
        {"name": "site", "description": "The bakery web site", "entry": "src/main.js", "version": "1.0.0"},
        {"name": "shop/site", "description": "A shop", "type": "project", "require": {"php": "^8"}},
        {"compilerOptions": {"strict": True}, "include": ["src"], "title": "x", "status": "y"},
        [{"status": "completed", "description": "Nightly backup"}],
        [{"uuid": "1", "status": "failed", "description": "Certificate check"}],
        [{"entry": "a", "description": "b", "uuid": "c"}],
        {"title": "Report", "state": "CA", "number": 7},
        {"cards": [{"suit": "hearts"}], "closed": False},
        {"openapi": "3.1.0", "info": {"title": "x", "description": "y"}, "status": 200},
        {"kind": "tasks", "items": [{"title": "x", "status": "y"}]},
        [{"title": "x", "status": "y", "importance": 3}],
        {"ids": [1], "entities": {"1": {"title": "x"}}},
    ],
)
def test_other_json_is_no_task_list(content):
    head = json.dumps(content, indent=1).encode()[:4096]
    assert find_importer(PurePosixPath("data.json"), head) is None


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ('"target date": "2026-04-01"', "“target date” is not read"),
        ('"review": "2026-04-01"', "“review” is not read"),
        ('"status": "Parked"', "“Parked” is unknown"),
        ('"createdAt": "2026-03-01T10:00:00Z"', None),
        ('"due date": "2026-04-01"', None),
        ('"status": "In Progress"', None),
    ],
)
def test_fields_of_a_project_that_are_not_read_are_named(read, field, message):
    content = '"content": {"type": "DraftIssue"}, "repository": "a/b"'
    item = f'{{"id": "PVTI_1", "title": "Paint", {content}, {field}}}'
    parsed = read("items.json", f'{{"items": [{item}], "totalCount": 1}}')
    assert [task.title for task in parsed.tasks] == ["Paint"]
    assert [message in warning.message for warning in parsed.warnings] == ([True] if message else [])


@pytest.mark.parametrize(
    ("value", "count"), [('{"date": "2026-04-01T10:00:00.000Z"}', 1), ('{"text": "x"}', 0)]
)
def test_a_date_in_a_custom_field_of_a_card_is_named(read, value, count):
    fields = f'[{{"id": "f", "value": {value}}}]'
    card = f'{{"id": "c", "name": "Paint", "idList": "l", "closed": false, "customFieldItems": {fields}}}'
    parsed = read("board.json", f'{{"name": "House", "lists": [], "cards": [{card}]}}')
    assert ([task.title for task in parsed.tasks], len(parsed.warnings)) == (["Paint"], count)
