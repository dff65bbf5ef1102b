from datetime import UTC, date, datetime

import pytest

from daybreak.agenda.model import Priority, TaskStatus

TODOIST = """\
TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE
task,Call Anna @phone,"about
the logo",1,1,Evan (1),Bob (2),2026-03-30 15:00,en,America/New_York
note,she prefers mornings,,,,,,,,
section,Build,,,,,,,,
task,Header,,4,1,,,every monday,en,Europe/Berlin
task,Font,,2,2,,,tomorrow,en,
"""
ASANA = """\
Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,\
Due Date,Tags,Notes,Projects,Parent task,Blocked By (Dependencies),Blocking (Dependencies)
111,2026-03-01,,2026-03-20,Write copy,Launch,Anna,a@example.org,2026-03-20,2026-03-29,"web,copy",Short,Site,,,
112,2026-03-01,2026-03-28,2026-03-28,Choose host,In progress,,,,,,,Site,,,
113,2026-03-01,,2026-03-28,Headlines,,,,,,,,,Write copy,"Choose host,Legal advice",
"""
JIRA = """\
Summary;Issue key;Issue id;Issue Type;Status;Status Category;Project key;Project name;Priority;Resolution;\
Assignee;Updated;Due date;Resolved;Labels;Labels;Inward issue link (Blocks);Original estimate
Fix login;WEB-1;10001;Bug;QA;In Progress;WEB;Website;Highest;;anna;28/Mar/26 7:00 AM;29/Mar/26 12:00 AM;;a;b;\
WEB-9;7200
Old page;WEB-2;10002;Bug;Done;Done;WEB;Website;Low;Won't Do;;28/Mar/26 7:00 AM;;28/Mar/26 7:00 AM;;;;
New page;WEB-3;10003;Task;Closed;Done;WEB;Website;Medium;Done;;28/Mar/26 7:00 AM;;28/Mar/26 7:00 AM;;;WEB-1;
"""
PLAIN = """\
Task,Project,Phase,Status,Priority,Start,Due,Done,Estimate,Assignee,Notes,ID,Blocked by
Paint,House,Inside,to do,high,03/28/2026,04/05/2026,no,2h,me,"two
lines",1,
Buy paint,House,Inside,doing,,,30/30/2026,2026-03-28,soon,,,2,
Hang pictures,House,,,,,,,,,,3,"1; 2"
Ask the landlord,House,,,,,,,,,,,an answer by mail
,House,,,,,,,,,,,
"""


def tasks_by_title(parsed):
    return {task.title: task for task in parsed.tasks}


def test_todoists_rows_are_tasks_sections_and_comments(read):
    parsed = read("Bakery [220474322].csv", TODOIST)
    tasks = tasks_by_title(parsed)
    call = tasks["Call Anna"]
    assert (call.project, call.assignee, call.tags) == ("Bakery", "Bob", ("phone",))
    assert call.priority is Priority.HIGHEST
    assert call.details == "about\nthe logo\nshe prefers mornings"
    assert call.due == datetime(2026, 3, 30, 19, tzinfo=UTC)
    assert (tasks["Header"].phase, tasks["Header"].recurrence) == ("Build", "every monday")
    assert tasks["Header"].priority is Priority.NORMAL
    assert tasks["Font"].details == "Part of “Header”."
    assert [(phase.name, phase.start_on) for phase in parsed.phases] == [("Build", None)]
    assert tasks["Header"].due == date(2026, 3, 30)
    assert parsed.warnings == ()


def test_asanas_export_keeps_its_ids_sections_parents_and_dependencies(read):
    tasks = tasks_by_title(read("asana.csv", ASANA))
    copy = tasks["Write copy"]
    assert (copy.external_id, copy.project, copy.phase) == ("111", "Site", "Launch")
    assert (copy.start, copy.due) == (date(2026, 3, 20), date(2026, 3, 29))
    assert (copy.assignee, copy.tags) == ("Anna <a@example.org>", ("web", "copy"))
    assert copy.details == "Short"
    assert tasks["Choose host"].status is TaskStatus.DONE
    assert tasks["Choose host"].completed == date(2026, 3, 28)
    headlines = tasks["Headlines"]
    assert (headlines.project, headlines.blocked_by) == ("Site", ("112",))
    assert headlines.details == "Part of “Write copy”.\n\nBlocked by: Legal advice"


def test_jiras_export_falls_back_to_the_status_category_and_reads_repeated_columns(read):
    parsed = read("jira.csv", JIRA)
    tasks = tasks_by_title(parsed)
    login = tasks["Fix login"]
    assert (login.external_id, login.project) == ("WEB-1", "Website")
    assert (login.status, login.priority) == (TaskStatus.IN_PROGRESS, Priority.HIGHEST)
    assert (login.due, login.estimate_minutes) == (date(2026, 3, 29), 120)
    assert (login.tags, login.blocked_by) == (("a", "b"), ("WEB-9",))
    assert tasks["Old page"].status is TaskStatus.CANCELLED
    assert tasks["New page"].completed == datetime(2026, 3, 28, 6, tzinfo=UTC)
    assert parsed.warnings == ()


def test_a_plain_table_is_read_by_its_header(read):
    tasks = tasks_by_title(read("house.csv", PLAIN))
    paint = tasks["Paint"]
    assert (paint.project, paint.phase, paint.priority) == ("House", "Inside", Priority.HIGH)
    assert (paint.start, paint.due) == (date(2026, 3, 28), date(2026, 4, 5))
    assert (paint.estimate_minutes, paint.assignee, paint.details) == (120, "me", "two\nlines")
    assert paint.status is TaskStatus.OPEN
    assert (tasks["Buy paint"].status, tasks["Buy paint"].completed) == (TaskStatus.DONE, date(2026, 3, 28))
    assert tasks["Hang pictures"].blocked_by == ("house.csv#1", "house.csv#2")
    assert tasks["Ask the landlord"].status is TaskStatus.BLOCKED
    assert tasks["Ask the landlord"].details == "Blocked by: an answer by mail"


def test_an_invalid_cell_is_a_warning_with_its_line_and_the_row_is_imported(read):
    parsed = read("house.csv", PLAIN)
    assert [warning.line for warning in parsed.warnings] == [4, 4, 7]
    assert "Buy paint" in tasks_by_title(parsed)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(read, delimiter):
    content = "\ufefftitle,due\r\nSend offer,2026-03-29\r\n".replace(",", delimiter)
    (task,) = read("a.csv", content).tasks
    assert (task.title, task.due, task.source_ref) == ("Send offer", date(2026, 3, 29), "a.csv:2")


def test_excels_delimiter_hint_is_used(read):
    (task,) = read("a.csv", "sep=;\ntask;notes\nSend offer;a, b, c, d\n").tasks
    assert (task.title, task.details) == ("Send offer", "a, b, c, d")


def test_an_ambiguous_date_is_not_guessed(read):
    parsed = read("a.csv", "task,due\nSend offer,05/04/2026\n")
    assert parsed.tasks[0].due is None
    assert "two different days" in parsed.warnings[0].message


@pytest.mark.parametrize("header", ["Foo,Bar", "Name,Email,Phone", "Title,Author"])
def test_an_unsupported_table_is_one_warning_that_names_the_supported_columns(read, header):
    parsed = read("people.csv", f"{header}\n1,2\n3,4\n")
    assert parsed.tasks == ()
    (warning,) = parsed.warnings
    assert warning.line == 1
    assert "“due”" in warning.message


def test_an_unclosed_quotation_mark_skips_only_its_row(read):
    parsed = read("a.csv", 'task,due\nfirst,\n"second,2026-03-29\nthird,2026-03-30\nfourth,\n')
    assert [task.title for task in parsed.tasks] == ["first", "third", "fourth"]
    assert [warning.line for warning in parsed.warnings] == [3]


def test_long_cells_are_read_in_linear_time(read):
    responsible = "Ann" + " " * 100_000 + "B"
    row = f"task,Call Berta,,4,1,,{responsible},,,\n"
    (task,) = read("Bakery.csv", TODOIST.partition("\n")[0] + "\n" + row).tasks
    assert (task.title, task.assignee) == ("Call Berta", "Ann B")
