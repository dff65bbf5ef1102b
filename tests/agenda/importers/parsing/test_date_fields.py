from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daybreak.agenda.importers.parsing.date_fields import DateFields, DateStyle, FieldDate
from daybreak.agenda.parsed import ImportContext, SourceFile

TODAY = date(2026, 11, 30)
UNKNOWN = DateStyle()


def fields(path="list.csv", modified_at=datetime(2026, 11, 28, 23, 30, tzinfo=UTC), tz="Europe/Berlin"):
    context = ImportContext(tz=ZoneInfo(tz), today=TODAY, expand_from=TODAY, expand_until=TODAY)
    return DateFields(SourceFile(path, b"", modified_at), context)


def read(text, *, label="due date", style=UNKNOWN, **of_file):
    return fields(**of_file).read(text, 2, label, style)


@pytest.mark.parametrize("text", ["tomorrow", "morgen", "in 1 day", "30 Nov", "next monday"])
def test_relative_dates_count_from_the_day_of_the_files_last_change(text):
    assert read(text).moment == date(2026, 11, 30)


@pytest.mark.parametrize(
    "modified_at",
    [
        datetime(1980, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 24, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2099, 1, 1, tzinfo=UTC),
    ],
)
def test_they_count_from_today_if_the_time_of_the_last_change_is_implausible(modified_at):
    assert read("tomorrow", modified_at=modified_at).moment == date(2026, 12, 1)


def test_they_count_from_the_day_on_which_the_entry_was_written_if_it_states_one():
    assert read("fri", style=DateStyle(written_on=date(2026, 11, 18))).moment == date(2026, 11, 20)


def test_the_day_of_the_last_change_is_that_of_the_users_zone():
    assert read("today", tz="America/New_York").moment == date(2026, 11, 28)


def test_a_serial_number_is_a_date_in_a_table_only():
    assert read("46356").moment == TODAY
    assert read("46356", path="tasks.json").moment is None


def test_a_range_has_a_start_and_a_recurrence_its_text():
    assert read("30 Nov - 2 Dec") == FieldDate(moment=date(2026, 12, 2), start=TODAY)
    assert read(" every friday ") == FieldDate(moment=date(2026, 12, 4), recurrence="every friday")
    assert read("every 3rd friday") == FieldDate(recurrence="every 3rd friday")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("soon", "“soon” is not a valid date"),
        ("soon;2026-02-30", "“soon” (line 1) and “2026-02-30” (line 2) are not valid dates"),
        ("a;b;c;d;e", "“a” (line 1), “b” (line 2), “c” (line 3) and 2 more are not valid dates"),
        ("3/4", "“3/4” could be two different days"),
        ("3/4;4/3", "“3/4” (line 1) and “4/3” (line 2) could each be two different days"),
        ("every 3rd friday", "“every 3rd friday” recurs in a way that Daybreak cannot work out"),
    ],
)
def test_what_cannot_be_read_is_one_warning_for_each_fault(texts, expected):
    found = fields()
    for line, text in enumerate(texts.split(";"), start=1):
        found.read(text, line, "due date", UNKNOWN)
    ((message, line, count),) = found.list_warnings()
    assert message.split(";")[0] in {f"The due date {expected}", f"The due dates {expected}"}
    assert message.endswith("like 2026-03-29.")
    assert (line, count) == (1, len(texts.split(";")))


@pytest.mark.parametrize(
    ("text", "date_text"),
    [
        (" 30 Nov", " 30 Nov"),
        (" next friday @Anna", " next friday"),
        (" 30. Nov. 17 Uhr #home", " 30. Nov. 17 Uhr"),
        ("2026-11-30 🔼", "2026-11-30"),
        (" tomorrow [est:: 2h]", " tomorrow"),
        (" every monday", " every monday"),
        (" May the fourth", ""),
        (" 2 apples", ""),
        (" Sun cream", ""),
        (" 30 Nov party", ""),
        (" 12", ""),
        ("", ""),
    ],
)
def test_the_date_at_the_beginning_of_a_text_ends_it_or_precedes_a_sign(text, date_text):
    assert fields().measure_date(text) == len(date_text)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("due date", date(2027, 2, 5)),
        ("deadline", date(2027, 2, 5)),
        ("“modified” date", date(2026, 2, 5)),
        ("completion date", date(2026, 2, 5)),
        ("“created” date", date(2026, 2, 5)),
    ],
)
def test_the_name_of_a_field_decides_whether_its_date_is_past(label, expected):
    assert read("5 Feb", label=label).moment == expected


@pytest.mark.parametrize("text", ["-", "—", "n/a", "None", "0000-00-00", " - "])
def test_a_field_that_is_marked_as_empty_has_no_date_and_no_warning(text):
    found = fields()
    assert found.read(text, 2, "due date", UNKNOWN) == FieldDate()
    assert list(found.list_warnings()) == []


def test_equal_values_have_equal_messages_with_a_line_each():
    found = fields()
    for line in (1, 4, 9):
        found.read("soon", line, "due date", UNKNOWN)
    message = "The due date “soon” is not a valid date; write it like 2026-03-29."
    assert list(found.list_warnings()) == [(message, 1, 1), (message, 4, 1), (message, 9, 1)]


def test_each_kind_of_field_has_a_warning_of_its_own():
    found = fields()
    for line, label in enumerate(("due date", "start date", "due date"), start=1):
        found.read(f"soon {line}", line, label, UNKNOWN)
    assert [(line, count) for _, line, count in found.list_warnings()] == [(1, 2), (2, 1)]
