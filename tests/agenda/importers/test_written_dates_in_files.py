"""Dates as people write them, in the fields of each format; the files were changed on 28 March 2026."""

from datetime import UTC, date, datetime

import pytest


def dates(parsed):
    return {task.title: (task.start, task.due, task.recurrence) for task in parsed.tasks}


@pytest.mark.parametrize(
    ("language", "text", "start", "due", "recurrence"),
    [
        ("en", "30 Mar", None, date(2026, 3, 30), None),
        ("en", "Mar 30 - Apr 2", date(2026, 3, 30), date(2026, 4, 2), None),
        ("de", "30. März", None, date(2026, 3, 30), None),
        ("de", "03/04/2026", None, date(2026, 4, 3), None),
        ("fr", "mer.", None, date(2026, 4, 1), None),
        ("es", "miércoles", None, date(2026, 4, 1), None),
        ("", "morgen 9 Uhr", None, datetime(2026, 3, 29, 7, tzinfo=UTC), None),
        ("it", "ogni lunedì", None, date(2026, 3, 30), "ogni lunedì"),
        ("pt", "todo dia 5", None, date(2026, 4, 5), "todo dia 5"),
        ("en", "every 3rd friday", None, None, "every 3rd friday"),
    ],
)
def test_todoist_repeats_what_was_typed(read, language, text, start, due, recurrence):
    parsed = read(
        "Chores.csv",
        f"TYPE,CONTENT,DATE,DATE_LANG,TIMEZONE\ntask,Sweep,{text},{language},Europe/Berlin\n",
    )
    assert dates(parsed) == {"Sweep": (start, due, recurrence)}
    assert len(parsed.warnings) == (due is None)


def test_unread_dates_of_a_file_are_one_warning(read):
    rows = "".join(f"task,Task {number},whenever {number},en\n" for number in range(30))
    parsed = read("Chores.csv", f"TYPE,CONTENT,DATE,DATE_LANG\n{rows}")
    assert len(parsed.tasks) == 30
    (warning,) = parsed.warnings
    assert warning.message.endswith(
        "“whenever 2” (line 4) and 27 more are not valid dates; write them like 2026-03-29."
    )
    assert warning.line == 2


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("01/Apr/26 12:00 AM", date(2026, 4, 1)),
        ("2/Mär/26", date(2026, 3, 2)),
        ("15/Okt/26", date(2026, 10, 15)),
        ("3/Mai/26", date(2026, 5, 3)),
        ("01/déc./26", date(2026, 12, 1)),
        ("1/ene/27 12:00 AM", date(2027, 1, 1)),
        ("4/lug/26", date(2026, 7, 4)),
        ("9/mrt/26", date(2026, 3, 9)),
        ("7/out/26", date(2026, 10, 7)),
    ],
)
def test_jira_writes_months_in_the_language_of_its_user(read, text, due):
    parsed = read("jira.csv", f"Summary,Issue key,Issue Type,Status,Due date\nFix,WEB-7,Bug,To Do,{text}\n")
    assert (parsed.tasks[0].due, parsed.warnings) == (due, ())


@pytest.mark.parametrize(
    ("done", "open_"),
    [
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("VERDADERO", "FALSO"),
        ("VERO", "FALSO"),
        ("WAAR", "ONWAAR"),
        ("VERDADEIRO", "FALSO"),
        ("TRUE", "FALSE"),
        ("sim", "não"),
        ("Ja", "Nee"),
        ("☑", "☐"),
    ],
)
def test_booleans_of_a_spreadsheet_are_states_and_no_dates(read, done, open_):
    parsed = read("liste.csv", f"Task;Due;Completed\nOffer;30.03.2026;{done}\nBill;46110;{open_}\n")
    assert [(task.status.value, task.due) for task in parsed.tasks] == [
        ("done", date(2026, 3, 30)),
        ("open", date(2026, 3, 29)),
    ]
    assert parsed.warnings == ()


def test_one_date_of_a_table_decides_the_order_of_those_without_a_year(read):
    parsed = read("list.csv", "Task,Due\nA,03/04\nB,30/04\n")
    assert [task.due for task in parsed.tasks] == [date(2026, 4, 3), date(2026, 4, 30)]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("todo.txt", "Feed the cat due:30-Mar"),
        ("todo.txt", "Feed the cat due:monday"),
        ("todo.txt", "Feed the cat due:2026-03-30\u200b"),
        ("a.md", "- [ ] Feed the cat [due:: next monday]"),
        ("a.md", "- [ ] Feed the cat 📅 2026-03-30\u200b"),
        ("a.md", "- [ ] Feed the cat (due:: 30. März)"),
        (
            "tw.json",
            (
                '[{"description": "Feed the cat", "status": "pending", "uuid": "1",'
                ' "entry": "20260301T080000Z", "due": "30 mars 2026"}]'
            ),
        ),
        (
            "tw.json",
            (
                '[{"description": "Feed the cat", "status": "pending", "uuid": "1",'
                ' "entry": "20260301T080000Z", "due": "1774821600"}]'
            ),
        ),
        ("plain.csv", "Task,Due\nFeed the cat,lun 30 mar\n"),
        ("plain.csv", "Task,Due\nFeed the cat,46111\n"),
    ],
)
def test_every_format_reads_them(read, path, content):
    parsed = read(path, content)
    assert [(task.title, task.due) for task in parsed.tasks] == [("Feed the cat", date(2026, 3, 30))]
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    "title", ["Call Anna on 30 Mar", "Plan next monday", "Review Dec 2026 numbers", "Monday 30 March party"]
)
@pytest.mark.parametrize(
    ("path", "line"), [("todo.txt", "{}"), ("a.md", "- [ ] {}"), ("plain.csv", "Task,Due\n{},")]
)
def test_words_of_a_title_are_no_date(read, title, path, line):
    parsed = read(path, line.format(title))
    assert [(task.title, task.due) for task in parsed.tasks] == [(title, None)]


def test_the_first_day_of_a_range_is_the_start(read):
    parsed = read("plain.csv", "Task,Start,Due\nFair,30 Mar - 2 Apr,30 Mar - 2 Apr\n")
    assert dates(parsed) == {"Fair": (date(2026, 3, 30), date(2026, 4, 2), None)}
