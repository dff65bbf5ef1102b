"""Tests of calendar files that are cut off, replaced by other text, or preceded by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

WHOLE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260310T090000Z\r\nSUMMARY:First\r\n"
    "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:b\r\nSUMMARY:Pay\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n"
)
PAGE = "<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n"


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        WHOLE + WHOLE,
        "\ufeff" + WHOLE,
        "\r\n \r\n" + WHOLE,
        " " + WHOLE,
        WHOLE.replace("END:VALARM\r\n", ""),
        WHOLE.removesuffix("\r\n"),
        WHOLE + PAGE,
        WHOLE.partition("\r\n")[2].replace("END:VCALENDAR\r\n", "").partition("\r\n")[2],
        "",
        "\r\n",
    ],
)
def test_whole_calendar_is_complete(read, content):
    assert read(content).incomplete is None


@pytest.mark.parametrize(
    "content",
    [
        WHOLE.replace("END:VCALENDAR\r\n", ""),
        WHOLE.replace("END:VCALENDAR\r\n", "") + WHOLE,
        WHOLE[: WHOLE.index("SUMMARY:Pay")],
        WHOLE[: WHOLE.index("TRIGGER")],
        "BEGIN:VCALENDAR\r\n",
        PAGE,
        "Please log in.",
        "Warning: a variable is not defined in calendar.php on line 3\n" + WHOLE,
        PAGE + WHOLE,
        "{}",
    ],
)
def test_damaged_calendar_is_incomplete(read, content):
    assert read(content).incomplete


def test_calendar_after_other_text_is_read(read):
    parsed = read("Notice: cache is stale\n" + WHOLE)
    assert ([one.title for one in parsed.events], [one.title for one in parsed.tasks]) == (["First"], ["Pay"])


def test_calendar_after_white_space_keeps_its_properties(read):
    parsed = read(" " + WHOLE.replace("VERSION:2.0", "X-WR-CALNAME:Club"))
    assert [task.project for task in parsed.tasks] == ["Club"]


def test_event_with_an_unclosed_alarm_is_read(read):
    alarm_first = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:v\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDTSTART:20260310T090000Z\r\n"
        "SUMMARY:Doctor\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert [event.title for event in read(alarm_first).events] == ["Doctor"]


@given(size=st.integers(1, len(WHOLE.rstrip()) - 1))
def test_calendar_that_is_cut_at_any_byte_is_incomplete(read, size):
    assert read(WHOLE[:size]).incomplete
