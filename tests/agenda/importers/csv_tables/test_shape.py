"""Tests of tables whose rows, headers and delimiters are not what a program would write."""

from datetime import date

import pytest


def titles(parsed):
    return [task.title for task in parsed.tasks]


def messages(parsed):
    return " ".join(warning.message for warning in parsed.warnings)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("task", ["Buy nails, screws and glue", "Ask Tom, the plumber"]),
        ("To do", ["Read chapter 3; then 4", "Write to A | B"]),
        ('"Todo"', ["Order paper, ink", "Renew: passport, visa"]),
        ("Aufgabe", ["Brot, Butter und Milch kaufen", "Anna; Tom anrufen"]),
        ("Tâche", ["Acheter du pain, du lait", "Appeler Zoë"]),
        ("\ufeffTask", ["One\ttwo, three", "Four"]),
    ],
)
def test_titles_of_a_table_with_one_column_are_whole(read, header, rows):
    parsed = read("list.csv", "\n".join([header, *rows]) + "\n")
    assert titles(parsed) == [" ".join(row.split()) for row in rows]
    assert parsed.warnings == ()


def test_quoted_cells_of_a_table_with_one_column_have_no_quotation_marks(read):
    assert titles(read("list.csv", 'task\n"Buy ""red"" paint, two tins"\n')) == ['Buy "red" paint, two tins']


@pytest.mark.parametrize(
    "content",
    [
        "task,due\nBuy milk, eggs,2026-04-01\n",
        "task;notes\nPaint;white;or grey\n",
        "title\tstatus\nPaint\topen\tsoon\n",
        "name,project\nPaint,House,Anna,,\n",
    ],
)
def test_row_with_more_cells_than_columns_is_a_warning(read, content):
    parsed = read("list.csv", content)
    assert len(parsed.tasks) == 1
    assert "more cells than the header" in messages(parsed)
    assert 2 in {warning.line for warning in parsed.warnings}


def test_empty_cells_beyond_the_header_are_no_warning(read):
    parsed = read("list.csv", "task,due\nPaint,2026-04-01,,,\n")
    assert (titles(parsed), parsed.warnings) == (["Paint"], ())


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Tasks of the house\n", 2),
        ("Exported on 28 March, by Anna\n\n", 3),
        ('"Board";"House"\n"Owner";"Anna"\n', 3),
        ("\n\nReport, 2026\nall rows\n", 5),
    ],
)
def test_header_below_other_lines_is_found_and_the_lines_are_named(read, above, line):
    parsed = read("list.csv", f"{above}Task,Due\nPaint,2026-04-01\n")
    (task,) = parsed.tasks
    assert (task.title, task.due, task.source_ref) == ("Paint", date(2026, 4, 1), f"list.csv:{line + 1}")
    assert [warning.line for warning in parsed.warnings] == [line]
    assert "above the header" in messages(parsed)


@pytest.mark.parametrize("hint", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_excels_hint_of_the_delimiter_is_no_header(read, hint):
    (task,) = read("list.csv", f"{hint}\nTask;Notes\nPaint;a, b, c\n").tasks
    assert (task.title, task.details) == ("Paint", "a, b, c")


@pytest.mark.parametrize(
    ("header", "row", "details"),
    [
        ("Task,Notes,Notes", "Paint,white,two coats", "white\ntwo coats"),
        ("Task,Notes,Description", "Paint,white,white", "white"),
        ("Task,Comment,Details,Notes", "Paint,a,b,c", "c\nb\na"),
        ("Task,Notes,notes,NOTES", "Paint,,b,", "b"),
    ],
)
def test_texts_of_columns_with_one_meaning_are_joined(read, header, row, details):
    (task,) = read("list.csv", f"{header}\n{row}\n").tasks
    assert task.details == details


def test_header_that_is_repeated_between_groups_is_no_task(read):
    content = "Name,Status\nPaint,open\nName,Status\nSand,done\n"
    assert titles(read("board.csv", content)) == ["Paint", "Sand"]


def test_header_that_spans_two_lines_is_read(read):
    (task,) = read("list.csv", '"Task\nname";"Due\ndate"\nPaint;2026-04-01\n').tasks
    assert (task.title, task.due) == ("Paint", date(2026, 4, 1))


@pytest.mark.parametrize(
    "content",
    [
        "Buy milk,2026-04-01\nCall Anna,2026-04-02\n",
        "Paint\nSand\nVarnish\n",
        "2026-04-01;Paint;Anna\n2026-04-02;Sand;Tom\n",
        ",,\nPaint,House,x\n",
    ],
)
def test_table_without_a_header_is_one_warning(read, content):
    parsed = read("list.csv", content)
    assert parsed.tasks == ()
    assert len(parsed.warnings) == 1
    assert "header needs “task”" in messages(parsed)


@pytest.mark.parametrize(
    "header",
    [
        "Subject,Start Date,Start Time,End Date,End Time,All day event,Location",
        '"Betreff","Beginnt am","Beginnt um","Endet am","Endet um","Ganztägiges Ereignis"',
        "Subject,Start Date,All Day Event,Description",
        '"Objet","Début","Heure de début","Fin","Heure de fin","Journée entière"',
    ],
)
def test_calendar_in_a_table_is_named_and_no_task_list(read, header):
    parsed = read("calendar.csv", f"{header}\nChoir,2026-04-01,10:00,2026-04-01,11:00,False\n")
    assert parsed.tasks == ()
    assert "is a calendar" in messages(parsed)


@pytest.mark.parametrize(
    ("header", "row", "names"),
    [
        ("Task,Due,Review date", "Paint,2026-04-01,2026-04-08", "The column “Review date” is"),
        ("Task,Reviewer,Handover", "Paint,Anna,2026-04-08", "The columns “Reviewer” and “Handover” are"),
        ("Title,Due,Deadline", "Paint,2026-04-01,2026-04-08", "The column “Deadline” is"),
        ("Task,Status,Painter's state", "Paint,open,almost", "The column “Painter's state” is"),
        ("Task,,Due", "Paint,2026-04-08,2026-04-01", "The column “column 2” is"),
        (
            "Task,D1 date,D2 date,D3 date,D4 date,D5 date,D6 date,D7 date",
            "Paint,a,b,c,d,e,f,g",
            "“D5 date” and 2 more are",
        ),
    ],
)
def test_unread_columns_that_may_matter_are_named_once(read, header, row, names):
    parsed = read("list.csv", f"{header}\n{row}\n{row}\n")
    (warning,) = parsed.warnings
    assert names in warning.message
    assert warning.line == 1


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Task,Colour,Litres", "Paint,red,3"),
        ("Task,Created,Due", "Paint,2026-01-01,2026-04-01"),
        ("Task,Review date,Due", "Paint,,2026-04-01"),
        ("Task,Due,Deadline", "Paint,2026-04-01,2026-04-01"),
        ("Task,URL,Sprint,Story points", "Paint,https://example.org,7,3"),
    ],
)
def test_columns_without_dates_people_or_states_are_no_warning(read, header, row):
    assert read("list.csv", f"{header}\n{row}\n").warnings == ()


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ('Task,Due,Status,Notes\nPaint,,open,"white\nSand,,open,grey\nOil,,open,"black"\n', 2),
        ('Task,Due,Status,Notes\n"Paint,,open,a\nSand,,open,b\nOil,,open,c\nWax,"x",open,d\n', 3),
        ('Task;Due;Status;Notes\nPaint;;"open;a\nSand;;"open";b\n', 1),
        ('Task,Due,Status,Notes,Tags\nPaint,,open,"white\nSand,,open,b,c\nOil,,open",black,d\n', 2),
    ],
)
def test_rows_inside_of_a_quoted_cell_are_named(read, content, count):
    parsed = read("list.csv", content)
    assert parsed.incomplete
    found = [warning for warning in parsed.warnings if "rows of their own" in warning.message]
    assert [warning.count for warning in found] == [count]


def test_text_of_several_lines_is_no_row(read):
    content = 'Task,Due,Status,Notes\nPaint,,open,"white,\nor grey, or black\nbut not red"\n'
    parsed = read("list.csv", content)
    assert (titles(parsed), parsed.warnings) == (["Paint"], ())


@pytest.mark.parametrize(
    ("header", "lost"),
    [
        ("ID,Task,Project,Due,1,Paint,House,2026-04-01", "Paint"),
        ('"D,Task,Project,Due\n1,"Paint",House,2026-04-01', "Paint"),
        ('ID,"ask,Project,Due\n1,"Paint",House,2026-04-01', "Paint"),
    ],
)
def test_a_row_that_became_part_of_the_header_is_counted(read, header, lost):
    parsed = read("list.csv", f"{header}\n2,Sand,House,2026-04-02\n3,Sow,House,2026-04-03\n")
    assert lost not in titles(parsed)
    assert len(parsed.tasks) + sum(warning.count for warning in parsed.warnings) >= 3
