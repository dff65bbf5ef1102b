from datetime import date

import pytest

from daybreak.agenda.model import Priority, TaskStatus

TEAM_LEAD = """\
---
title: Team plan
---
- [ ] Approve holidays

# Website relaunch

A new site for the bakery,
live before **Easter**.

Prose that nobody asked for.

## Phase 1: Design (2026-02-01 \u2013 2026-02-28)
How it looks.

- [x] Moodboard ✅ 2026-02-10
- [ ] Logo ⏫ 🔁 every week 📅 2026-03-01 #design @anna

## Phase 2: Build (2026-03-01 to 2026-04-15)

- [/] Templates (2h) [due:: 2026-03-29]
    - [ ] Header ⏳ 2026-03-30 🛫 2026-03-29
      with the new font
    - [b] Footer 🆔 foot
1. [ ] Launch ⛔ foot, head 📅 2026-02-30

### Backend
* [-] ~~PHP~~ ❌ 2026-03-01

```
- [ ] not a task but code
```

# Garden

> - [ ] Sow [tomatoes](https://example.org) ~45m 🔼
- [x](https://example.org) is a link
- [ ]
"""


@pytest.fixture(scope="module")
def plan(read):
    return read("plan.md", TEAM_LEAD)


@pytest.fixture(scope="module")
def tasks(plan):
    return {task.title: task for task in plan.tasks}


def test_the_nearest_heading_is_the_project_and_the_paragraph_below_its_description(plan):
    projects = {project.name: project for project in plan.projects}
    assert projects["Website relaunch"].description == "A new site for the bakery, live before Easter."
    assert projects["Website relaunch"].source_ref == "plan.md:6"
    assert set(projects) == {"Website relaunch", "Garden", "Team plan"}


def test_a_heading_that_ends_with_dates_is_a_phase_of_the_project_above(plan, tasks):
    design, build = plan.phases
    assert (design.name, design.project) == ("Phase 1: Design", "Website relaunch")
    assert (design.start_on, design.end_on) == (date(2026, 2, 1), date(2026, 2, 28))
    assert design.description == "How it looks."
    assert (build.start_on, build.end_on) == (date(2026, 3, 1), date(2026, 4, 15))
    assert (tasks["Moodboard"].project, tasks["Moodboard"].phase) == ("Website relaunch", "Phase 1: Design")
    assert tasks["PHP"].phase == "Phase 2: Build"
    assert (tasks["Sow tomatoes"].project, tasks["Sow tomatoes"].phase) == ("Garden", None)


def test_a_task_before_any_heading_belongs_to_the_title_of_the_file(tasks):
    assert tasks["Approve holidays"].project == "Team plan"


def test_the_fields_of_obsidian_tasks_and_dataview_are_parsed(tasks):
    logo = tasks["Logo"]
    assert (logo.priority, logo.due, logo.recurrence) == (Priority.HIGH, date(2026, 3, 1), "every week")
    assert (logo.tags, logo.assignee) == (("design",), "anna")
    assert tasks["Moodboard"].completed == date(2026, 2, 10)
    assert tasks["Header"].start == date(2026, 3, 29)
    assert (tasks["Templates"].due, tasks["Templates"].estimate_minutes) == (date(2026, 3, 29), 120)
    assert tasks["Footer"].external_id == "foot"
    assert tasks["Launch"].blocked_by == ("foot", "head")
    assert tasks["Sow tomatoes"].estimate_minutes == 45


def test_every_state_of_a_box_is_known(tasks):
    assert tasks["Moodboard"].status is TaskStatus.DONE
    assert tasks["Logo"].status is TaskStatus.OPEN
    assert tasks["Templates"].status is TaskStatus.IN_PROGRESS
    assert tasks["Footer"].status is TaskStatus.BLOCKED
    assert tasks["PHP"].status is TaskStatus.CANCELLED


def test_a_nested_item_is_a_task_of_its_own_that_names_its_parent(tasks):
    assert tasks["Header"].details == "Part of “Templates”.\nwith the new font"
    assert tasks["Templates"].details == ""


def test_code_links_and_empty_boxes_are_no_tasks(tasks):
    assert len(tasks) == 9


def test_a_nonexistent_date_is_a_warning_with_its_line_and_the_task_is_imported(plan, tasks):
    (warning,) = plan.warnings
    assert warning.line == TEAM_LEAD.splitlines().index("1. [ ] Launch ⛔ foot, head 📅 2026-02-30") + 1
    assert tasks["Launch"].due is None


def test_every_source_ref_is_the_line_of_the_task(tasks):
    source = TEAM_LEAD.splitlines()
    for task in tasks.values():
        assert task.title.split()[0] in source[int(task.source_ref.removeprefix("plan.md:")) - 1]


def test_without_a_heading_the_files_name_is_the_project(read):
    (task,) = read("notes/Sabbatical.md", "- [ ] Book flights\n").tasks
    assert task.project == "Sabbatical"


def test_a_daily_note_is_no_project(read):
    (task,) = read("2026-03-29.md", "# 2026-03-29\n- [ ] Call mum\n").tasks
    assert task.project is None


def test_the_front_matters_project_applies_to_the_whole_file(read):
    parsed = read("kickoff.md", '---\nproject: "[[Bakery]]"\n---\n# Agenda\n- [ ] Ask for photos\n')
    assert [(task.title, task.project) for task in parsed.tasks] == [("Ask for photos", "Bakery")]


def test_the_columns_of_a_board_are_states_of_the_project_above(read):
    board = "# Thesis\n\n## Doing\n- [ ] Chapter 2\n\n## Waiting\n- [ ] Referee\n\n## Done\n- [x] Chapter 1\n"
    parsed = read("board.md", board)
    assert {task.project for task in parsed.tasks} == {"Thesis"}
    assert [task.status for task in parsed.tasks] == [
        TaskStatus.IN_PROGRESS,
        TaskStatus.BLOCKED,
        TaskStatus.DONE,
    ]


@pytest.mark.parametrize(
    ("heading", "dates"),
    [
        ("Build (2026-03-01 - 2026-04-15)", (date(2026, 3, 1), date(2026, 4, 15))),
        ("Build (2026-03-01..2026-04-15)", (date(2026, 3, 1), date(2026, 4, 15))),
        ("Build (1 March — 15 April 2026)", (date(2026, 3, 1), date(2026, 4, 15))),
        ("Build (from 2026-03-01)", (date(2026, 3, 1), None)),
        ("Build (until 2026-04-15)", (None, date(2026, 4, 15))),
    ],
)
def test_the_dates_of_a_phase_may_be_written_in_many_ways(read, heading, dates):
    (phase,) = read("a.md", f"# Shop\n## {heading}\n- [ ] Sell\n").phases
    assert (phase.name, phase.start_on, phase.end_on) == ("Build", *dates)


def test_a_phase_with_an_impossible_or_reversed_date_is_a_warning(read):
    parsed = read(
        "a.md", "# P\n## A (2026-02-30 \u2013 2026-04-15)\n- [ ] x\n## B (2026-05-01 \u2013 2026-04-15)\n"
    )
    assert [(phase.start_on, phase.end_on) for phase in parsed.phases] == [
        (None, date(2026, 4, 15)),
        (None, None),
    ]
    assert [warning.line for warning in parsed.warnings] == [2, 4]


def test_an_unclosed_code_block_is_a_warning(read):
    parsed = read("a.md", "- [ ] before\n```\n- [ ] inside\n")
    assert [task.title for task in parsed.tasks] == ["before"]
    assert [warning.line for warning in parsed.warnings] == [2]


def test_an_emoji_or_a_mention_in_a_sentence_stays_in_the_title(read):
    parsed = read("a.md", "- [ ] 📅 Plan the party with @bob for issue #12\n")
    assert parsed.tasks[0].title == "📅 Plan the party with bob for issue #12"
    assert parsed.tasks[0].assignee is None
    assert parsed.warnings == ()


def test_ids_stay_when_a_task_moves_or_is_ticked(read):
    before = read("a.md", "# A\n- [ ] Write\n- [ ] Send 📅 2026-03-29\n").tasks
    after = read("a.md", "# A\n\n# B\n- [x] Send ✅ 2026-03-29\n- [ ] Write\n").tasks
    assert {task.external_id for task in before} == {task.external_id for task in after}


def test_comments_in_a_line_are_removed_and_unclosed_ones_are_text(read):
    lines = "- [ ] Call <!-- who? -->Berta %%soon%% <!-- and\n- [ ] Rest " + "<!--" * 900
    first, second = read("plan.md", lines).tasks
    assert first.title == "Call Berta <!-- and"
    assert second.title.startswith("Rest <!--")
