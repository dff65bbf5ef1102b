from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybreak.agenda.model import Priority, TaskStatus

WORK = """\
#+TITLE: Work
#+TODO: TODO(t) DRAFT(d) | DONE(x) KILLED
#+FILETAGS: :office:
* Website                                                      :web:
The new site.
** TODO [#A] Write [[https://example.org][texts]] [1/2]          :mail:
   SCHEDULED: <2026-03-28 Sat> DEADLINE: <2026-03-30 Mon 10:00 +1w -2d>
   :PROPERTIES:
   :Effort: 1:30
   :ID: 7e1f-a1
   :END:
   :LOGBOOK:
   CLOCK: [2026-03-28 Sat 25:00]--[2026-03-28]
   :END:
   In two languages.
   - [X] German
   - [ ] English
*** Background
    From the old site.
** DRAFT Home page
** DONE Kick-off
   CLOSED: [2026-03-20 Fri 12:00]
** KILLED Forum
* COMMENT Not read
** TODO Hidden
#+begin_example
- [ ] not a task but an example
#+end_example
* Archive
** TODO Old banner
"""


@pytest.fixture(scope="module")
def work(read):
    return read("work.org", WORK)


@pytest.fixture(scope="module")
def tasks(work):
    return {task.title: task for task in work.tasks}


def test_a_headline_with_a_keyword_is_a_task_with_its_fields(tasks):
    texts = tasks["Write texts"]
    assert (texts.priority, texts.status, texts.project) == (Priority.HIGHEST, TaskStatus.OPEN, "Website")
    assert (texts.start, texts.due) == (date(2026, 3, 28), datetime(2026, 3, 30, 8, tzinfo=UTC))
    assert (texts.recurrence, texts.estimate_minutes, texts.native_id) == ("+1w", 90, "7e1f-a1")
    assert texts.tags == ("office", "web", "mail")
    assert texts.details == "In two languages.\nBackground\nFrom the old site."
    assert texts.source_ref == "work.org:6"


def test_every_task_is_read_once_and_nothing_else(work, tasks):
    assert list(tasks) == ["Write texts", "German", "English", "Home page", "Kick-off", "Forum", "Old banner"]
    assert (work.warnings, work.notes) == ((), ())


def test_the_states_are_those_of_the_keywords(tasks):
    assert (tasks["Kick-off"].status, tasks["Kick-off"].completed) == (
        TaskStatus.DONE,
        datetime(2026, 3, 20, 11, tzinfo=UTC),
    )
    assert tasks["Home page"].status is TaskStatus.OPEN
    assert not {tasks["Forum"].status, tasks["Old banner"].status} & {TaskStatus.OPEN}
    assert (tasks["German"].status, tasks["English"].status) == (TaskStatus.DONE, TaskStatus.OPEN)
    assert tasks["English"].details == "Part of “Write texts”."


def test_a_headline_without_a_keyword_is_a_project(work):
    assert [(project.name, project.description) for project in work.projects] == [
        ("Website", "The new site."),
        ("Work", ""),
    ]


@pytest.mark.parametrize(
    ("keyword", "status"),
    [
        ("NEXT", TaskStatus.OPEN),
        ("STARTED", TaskStatus.IN_PROGRESS),
        ("WAITING", TaskStatus.BLOCKED),
        ("HOLD", TaskStatus.BLOCKED),
        ("CANCELLED", TaskStatus.CANCELLED),
        ("DONE", TaskStatus.DONE),
    ],
)
def test_usual_keywords_need_no_settings(read, keyword, status):
    (task,) = read("inbox.org", f"* {keyword} Call Bob\n").tasks
    assert (task.title, task.status, task.project) == ("Call Bob", status, None)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("DEADLINE: <2026-03-30 Mon>", "due", date(2026, 3, 30)),
        ("DEADLINE: <2026-03-30 lun. 09:30-10:00>", "due", datetime(2026, 3, 30, 7, 30, tzinfo=UTC)),
        ("DEADLINE: <2026-03-30 .+2d/4d>", "recurrence", ".+2d"),
        ("SCHEDULED: <2026-03-30 Mo>", "start", date(2026, 3, 30)),
        ("SCHEDULED: <2026-03-30 月>", "start", date(2026, 3, 30)),
        ("  CLOSED: [2026-03-29 Sun 10:00] DEADLINE: <2026-03-30 Mon>", "due", date(2026, 3, 30)),
    ],
)
def test_planning_lines_are_dates(read, line, field, value):
    parsed = read("inbox.org", f"* TODO Call\n{line}\n")
    assert (getattr(parsed.tasks[0], field), parsed.tasks[0].details, parsed.warnings) == (value, "", ())


@pytest.mark.parametrize(
    "line",
    ["DEADLINE: <2026-02-30 Mon>", "SCHEDULED: <2026-03-30 Mon 25:99>", "DEADLINE: <%%(diary-float t 4 2)>"],
)
def test_an_unreadable_date_is_a_warning_with_its_line(read, line):
    parsed = read("inbox.org", f"* TODO Call\n{line}\n")
    assert (parsed.tasks[0].title, [warning.line for warning in parsed.warnings]) == ("Call", [2])


def test_appointments_are_named_in_one_warning(read):
    parsed = read("x.org", "* Dentist <2026-03-30 Mon 10:00>\n* TODO Call\n* Party <2026-04-01 Wed>\n")
    assert [task.title for task in parsed.tasks] == ["Call"]
    (warning,) = parsed.warnings
    assert "appointments are not read from Org files" in warning.message


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        (
            "thoughts.org",
            "#+title: Thoughts\n#+date: <2026-03-27 Fri>\n\nA thought.\n* More\nof it\n",
            "Thoughts",
        ),
        ("2026-03-27.org", "* Friday\nIt rained.\n", "Friday"),
        ("2026-03-27.org", "* Log\nIt rained.\n* TODO Call\n", "Log"),
        ("x/2026_03_27.org", "* Notes\nIt rained.\n** TODO Call\n", "Notes"),
    ],
)
def test_prose_is_a_note(read, path, text, title):
    (note,) = read(path, text).notes
    assert (note.title, note.noted_at) == (title, datetime(2026, 3, 26, 23, tzinfo=UTC))


@pytest.mark.parametrize("path", ["work.org_archive", "old.org_archive"])
def test_archived_tasks_are_not_open(read, path):
    assert [task.status for task in read(path, "* TODO a\n* DONE b\n").tasks] == [
        TaskStatus.CANCELLED,
        TaskStatus.DONE,
    ]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_damaged_file_is_never_an_error(read, data):
    at = data.draw(st.integers(0, len(WORK)))
    noise = data.draw(st.text(alphabet="*#[]<>:|\n +%-TODO0é\x00", max_size=20))
    for text in (WORK[:at], WORK[at:], WORK[:at] + noise + WORK[at:]):
        parsed = read("work.org", text)
        assert len({task.external_id for task in parsed.tasks}) == len(parsed.tasks)
        assert all(task.title for task in parsed.tasks)


@pytest.mark.parametrize(
    "stamp",
    ["<2026-04-02 Thu>", "<2026-04-02 Thu 12:00-13:00>", "<2026-04-02 Thu +1w>", "<2026-04-02 Thu> at Bob's"],
)
def test_an_appointment_below_its_heading_is_named(read, stamp):
    parsed = read("work.org", f"* TODO Call\n* Lunch\n  {stamp}\n")
    assert [task.title for task in parsed.tasks] == ["Call"]
    assert [warning.line for warning in parsed.warnings] == [3]


@pytest.mark.parametrize("stamp", ["<2026-04-02 Thu>", "<2026-04-02>", "<2026-04-02 Thu +1w>"])
def test_a_date_below_a_task_is_its_start(read, stamp):
    parsed = read("work.org", f"* TODO Call\n  {stamp}\n")
    assert (parsed.tasks[0].start, parsed.tasks[0].details, parsed.warnings) == (date(2026, 4, 2), "", ())
