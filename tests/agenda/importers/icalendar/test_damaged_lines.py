"""Tests of calendar lines that are damaged, misplaced, or encoded in other ways."""

import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

START = "DTSTART:20260310T090000Z"
EVENTS = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    *(
        line
        for number in (1, 2, 3)
        for line in (
            "BEGIN:VEVENT",
            f"UID:{number}@example",
            f"DTSTART;TZID=Europe/Berlin:2026031{number}T090000",
            f"SUMMARY:Müll {number}",
            "LOCATION:Straße 5",
            "END:VEVENT",
        )
    ),
    "END:VCALENDAR",
]


def messages(found) -> list[str]:
    return [warning.message for warning in found.warnings]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('SUMMARY;LANGUAGE="de:Doctor', "Doctor"),
        ("SUMMARY;LANGUAGE:Doctor", "Doctor"),
        ("SUMMARY;;LANGUAGE=de:Doctor", "Doctor"),
        ('SUMMARY;LANGUAGE=d"e:Doctor', "Doctor"),
        ("SUMMARY;LANG UAGE=de:Doctor", "Doctor"),
        ("SUMMARY;=:Doctor: Room 5", "Doctor: Room 5"),
    ],
)
def test_damaged_parameters_leave_the_value(read, calendar, entry, line, title):
    found = read(calendar(entry(START, line)))
    assert [event.title for event in found.events] == [title]
    assert [warning.line for warning in found.warnings] == [6]
    assert "damaged" in messages(found)[0]


@pytest.mark.parametrize("line", ["Please bring: nothing", "no colon", "see https://example.org", "\u2013"])
def test_a_stray_line_after_a_text_belongs_to_it(read, calendar, entry, line):
    found = read(calendar(entry("DUE:20260310", "SUMMARY:Pay", "DESCRIPTION:First", line, kind="VTODO")))
    assert found.tasks[0].details == f"First\n{line}"
    assert ["part of the text" in message for message in messages(found)] == [True]


@pytest.mark.parametrize("line", ["no colon", "DTEND;20260310T100000Z", "DURATION=PT1H", "STATUS", "***"])
def test_a_stray_line_elsewhere_is_named(read, calendar, entry, line):
    found = read(calendar(entry(START, line, "SUMMARY:Doctor")))
    assert [(warning.line, "not a property" in warning.message) for warning in found.warnings] == [(6, True)]
    assert found.events[0].title == "Doctor"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SUMMERY", "SUMMARY"), ("LOCATIO", "LOCATION"), ("DTENDD", "DTEND"), ("RRUIE", "RRULE")],
)
def test_a_misspelt_property_is_named(read, calendar, entry, name, meant):
    found = read(calendar(entry(START, f"{name}:x")))
    assert [meant in message for message in messages(found)] == [True]


@pytest.mark.parametrize(
    "name", ["X-SUMMERY", "x-foo", "ACKNOWLEDGED", "IANA-TOKEN", "summary", "Class", "TASK-MODE"]
)
def test_other_properties_are_no_damage(read, calendar, entry, name):
    assert not read(calendar(entry(START, f"{name}:x"))).warnings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BEGIN:VEVENT", "BEGIM:VEVENT"),
        ("BEGIN:VEVENT", "BEGIN;VEVENT"),
        ("BEGIN:VEVENT", "BEGINVEVENT"),
        ("BEGIN:VEVENT", "BEGIN:VEVEMT"),
        ("END:VEVENT", "END:VEVEN"),
        ("END:VEVENT", "EMD:VEVENT"),
        ("END:VEVENT", "ENDVEVENT"),
    ],
)
def test_a_damaged_begin_or_end_costs_no_event(read, old, new):
    found = read("\r\n".join(EVENTS).replace(old, new, 1))
    assert [event.title for event in found.events] == ["Müll 1", "Müll 2", "Müll 3"]
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    "written", ["BEGIN :VEVENT", "begin: vevent", "Begin:VEvent ", " BEGIN:VEVENT", "\tBEGIN:VEVENT"]
)
def test_spelling_and_space_of_begin_do_not_count(read, written):
    found = read("\r\n".join(EVENTS).replace("BEGIN:VEVENT", written))
    assert [event.title for event in found.events] == ["Müll 1", "Müll 2", "Müll 3"]
    assert not found.warnings


def test_an_event_without_its_begin_is_named_and_the_file_incomplete(read):
    found = read("\r\n".join([*EVENTS[:2], *EVENTS[3:]]))
    assert [event.title for event in found.events] == ["Müll 2", "Müll 3"]
    assert "has no BEGIN:VEVENT" in messages(found)[0]
    assert found.incomplete


@pytest.mark.parametrize("indent", [" ", "  ", "\t", "    "])
def test_an_indented_calendar_is_read(read, indent):
    depth, lines = 0, []
    for line in EVENTS:
        depth -= line.startswith("END")
        lines.append(indent * depth + line)
        depth += line.startswith("BEGIN")
    found = read("\r\n".join(lines))
    assert [(event.title, event.location) for event in found.events] == [
        (f"Müll {number}", "Straße 5") for number in (1, 2, 3)
    ]
    assert not found.warnings


def test_a_byte_order_mark_between_calendars_is_ignored(read):
    second = [line.replace("@example", "@other").replace("Müll", "Bio") for line in EVENTS]
    found = read("\ufeff" + "\r\n".join(EVENTS) + "\r\n\ufeff" + "\r\n".join(second))
    assert len(found.events) == 6
    assert not found.warnings


def test_text_after_the_calendar_is_named(read):
    found = read("\r\n".join([*EVENTS, "Sent from my phone"]))
    assert [warning.line for warning in found.warnings] == [len(EVENTS) + 1]
    assert found.incomplete is None


def test_an_alarm_without_its_end_is_named(read, calendar, entry):
    found = read(calendar(entry("BEGIN:VALARM", "TRIGGER:-PT5M", START, "SUMMARY:Doctor")))
    assert found.events[0].title == "Doctor"
    assert ["VALARM has no END" in message for message in messages(found)] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "SUMMARY;ENCODING=QUOTED-PRINTABLE:M=C3=BCll =E2=80=93 Stra=C3=9Fe",
        "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCll =\r\n=E2=80=93 Stra=C3=9Fe",
        "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1252:M=FCll =96 Stra=\r\n=DFe",
        "SUMMARY;ENCODING=quoted-printable:M=C3=BCll =\r\n =E2=80=93 Stra=C3=9Fe",
        "SUMMARY;QUOTED-PRINTABLE:M=C3=BCll =E2=80=93 Stra=C3=9Fe",
        "SUMMARY;ENCODING=BASE64:TcO8bGwg4oCTIFN0cmHDn2U=",
    ],
)
def test_an_encoded_text_is_decoded(read, calendar, entry, line):
    found = read(calendar(entry(line, START)))
    assert [event.title for event in found.events] == ["Müll \u2013 Straße"]
    assert not found.warnings


def test_lines_of_quoted_printable_text_are_kept(read, calendar, entry):
    text = "First line, which is long enough to be broken softly\r\nÜber: second line\r\n"
    encoded = quopri.encodestring(text.encode(), quotetabs=False).decode().replace("\r\n", "=0D=0A=\r\n")
    todo = entry(
        "DUE:20260310", f"DESCRIPTION;ENCODING=QUOTED-PRINTABLE:{encoded}", "SUMMARY:Pay", kind="VTODO"
    )
    (task,) = read(calendar(todo)).tasks
    assert task.title == "Pay"
    assert task.details.splitlines()[-1] == "Über: second line"


def test_a_text_in_another_encoding_than_it_states_is_named(read, calendar, entry):
    found = read(calendar(entry(START, "SUMMARY;ENCODING=BASE64:not base64")))
    assert ["cannot be decoded" in message for message in messages(found)] == [True]
    assert found.events[0].title == "not base64"


def test_an_attachment_is_not_decoded(read, calendar, entry):
    assert not read(calendar(entry(START, "ATTACH;ENCODING=BASE64;VALUE=BINARY:////"))).warnings


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "iso-8859-5"])
def test_a_named_charset_is_used(read, calendar, entry, charset):
    content = calendar(entry(START, f"SUMMARY;CHARSET={charset}:Прочитать")).encode(charset)
    assert [event.title for event in read(content).events] == ["Прочитать"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_a_calendar_is_read_in_every_unicode_encoding(read, encoding, line_end):
    found = read(line_end.join(EVENTS).encode(encoding))
    assert [event.title for event in found.events] == ["Müll 1", "Müll 2", "Müll 3"]
    assert not found.warnings


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_line_in_another_encoding_is_one_warning(read, number):
    lines = [line.encode("cp1252" if line == f"SUMMARY:Müll {number}" else "utf-8") for line in EVENTS]
    found = read(b"\r\n".join(lines))
    assert [event.title for event in found.events] == ["Müll 1", "Müll 2", "Müll 3"]
    assert [f"line {6 * number} " in message for message in messages(found)] == [True]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_changed_byte_leaves_the_other_events_alone_and_is_not_silent(read, data):
    content = bytearray("\r\n".join(EVENTS).encode())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] = data.draw(st.integers(1, 255))
    line = bytes(content[:position]).count(b"\n")
    if content[position] in b"\r\n \t" or "\r\n".join(EVENTS).encode()[position] in b"\r\n":
        return
    found = read(bytes(content))
    hit = (line - 2) // 6 + 1 if 2 <= line < 20 else 0
    whole = {(event.title, event.start) for event in read("\r\n".join(EVENTS)).events}
    expected = {one for one in whole if one[0] != f"Müll {hit}"}
    assert expected <= {(event.title, event.start) for event in found.events}
    assert len(found.events) + len(found.warnings) >= 3


@pytest.mark.parametrize(
    ("unread", "listed"),
    [
        (
            "BEGIN:VAVAILABILITY\r\nUID:v\r\nBEGIN:AVAILABLE\r\nUID:w\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\n",
            "1 VAVAILABILITY",
        ),
        ("BEGIN:X-NOTE\r\nSUMMARY:x\r\nEND:X-NOTE\r\n" * 2, "2 X-NOTE"),
        ("BEGIN:VVENUE\r\nNAME:x\r\nEND:VVENUE\r\n", "1 VVENUE"),
        (
            "BEGIN:VPOLL\r\nUID:p\r\nBEGIN:VEVENT\r\nUID:q\r\nDTSTART:20260310\r\nEND:VEVENT\r\nEND:VPOLL\r\n",
            "1 VPOLL",
        ),
    ],
)
def test_an_unread_component_is_named_with_its_number(read, unread, listed):
    found = read("\r\n".join([*EVENTS[:2], unread + EVENTS[2], *EVENTS[3:]]))
    assert len(found.events) == 3
    assert [listed in message for message in messages(found)] == [True]


def test_events_after_an_unclosed_poll_are_read(read):
    found = read("\r\n".join([*EVENTS[:2], "BEGIN:VPOLL", "UID:p", *EVENTS[2:]]))
    assert len(found.events) == 3


def test_a_hundred_thousand_stray_lines_are_one_warning(read, calendar, entry):
    found = read(calendar(entry(START, "DESCRIPTION:x", *["one more"] * 100_000)))
    assert len(found.events) == len(found.warnings) == 1


@pytest.mark.parametrize("kind", ["VEVENT", "VTODO"])
@pytest.mark.parametrize("indent", [" ", "\t", " \t "])
@pytest.mark.parametrize("mark", ["BEGIN", "EGIN", "Begin", "bEGIN"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_an_indented_begin_after_an_end_is_not_its_continuation(
    read, calendar, entry, kind, indent, mark, line_end
):
    entries = [entry(START, f"SUMMARY:{title}", kind=kind, uid=title) for title in ("Choir", "Chess", "Go")]
    text = calendar(*entries).replace(
        f"END:{kind}\r\nBEGIN:{kind}", f"END:{kind}{line_end}{indent}{mark}:{kind}"
    )
    found = read(text)
    assert [one.title for one in (*found.events, *found.tasks)] == ["Choir", "Chess", "Go"]


@pytest.mark.parametrize(
    "lines", ["BEGIN:VEV\r\n ENT", "BEG\r\n IN:VEVENT", "BEGIN:\r\n\tVEVENT", "B\r\n EGIN:VEVENT"]
)
def test_a_folded_mark_is_one_line(read, calendar, entry, lines):
    found = read(calendar(entry(START, "SUMMARY:Choir").replace("BEGIN:VEVENT", lines)))
    assert [one.title for one in found.events] == ["Choir"]
