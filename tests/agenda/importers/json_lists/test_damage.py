"""Tests of JSON that is cut off or damaged: whole tasks are imported, and the damage is named."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .samples import SAMPLES

NAMES = sorted(SAMPLES)
# Of these the names of projects and tags are elsewhere in the file.
FLAT = ["gitlab.json", "issues.json", "todo.json", "Tasks.json"]


def dump(name, indent):
    return json.dumps(SAMPLES[name], indent=indent)


def titles(parsed):
    return {task.title for task in parsed.tasks}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", NAMES)
def test_cut_file_is_incomplete_and_its_whole_tasks_are_imported(read, name, indent):
    content = dump(name, indent)
    at = content.index('"Buy paint"') + 5
    parsed = read(name, content[:at])
    assert "Paint the hall" in titles(parsed)
    assert "Buy paint" not in titles(parsed)
    assert parsed.incomplete == "It is cut off: its last entry is incomplete."
    assert [warning.message for warning in parsed.warnings if "malformed" in warning.message]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["\\", '"', '":', '",'])
def test_damaged_title_costs_its_task_and_is_named(read, name, indent, damage):
    content = dump(name, indent)
    line = content[: content.index("Buy paint")].count("\n") + 1
    parsed = read(name, content.replace("Buy paint", f"Buy{damage}q paint", 1))
    assert "Paint the hall" in titles(parsed)
    assert not any(title.startswith("Buy") for title in titles(parsed))
    assert parsed.incomplete == "It is damaged: an entry in it is malformed."
    assert line in {warning.line for warning in parsed.warnings}


@pytest.mark.parametrize("name", FLAT)
def test_list_and_details_stay_in_a_damaged_file(read, name):
    content = dump(name, 1)
    whole = {task.title: task for task in read(name, content).tasks}
    kept = {task.title: task for task in read(name, content.replace("Buy paint", 'Buy" paint', 1)).tasks}
    assert kept["Paint the hall"].project == whole["Paint the hall"].project
    assert kept["Paint the hall"].details == whole["Paint the hall"].details
    assert set(whole) - set(kept) == {"Buy paint"}


def test_board_keeps_its_name_and_lists_in_a_damaged_file(read):
    content = dump("trello.json", None)
    whole = {task.title: task for task in read("trello.json", content).tasks}
    kept = {
        task.title: task for task in read("trello.json", content.replace("Buy paint", 'Buy" paint', 1)).tasks
    }
    assert {title: (task.project, task.phase, task.status) for title, task in kept.items()} == {
        title: (task.project, task.phase, task.status)
        for title, task in whole.items()
        if title != "Buy paint"
    }


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_cut_loses_no_task_without_a_reason(read, data):
    name = data.draw(st.sampled_from(NAMES))
    content = dump(name, data.draw(st.sampled_from([None, 1])))
    at = data.draw(st.integers(min(600, len(content) // 2), len(content) - 1))
    parsed = read(name, content[:at])
    whole = read(name, content)
    assert titles(parsed) == titles(whole) or parsed.incomplete
    assert titles(parsed) <= titles(whole)
