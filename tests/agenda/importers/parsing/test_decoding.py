"""Tests of the decoding of files in any encoding, whole or damaged."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda.importers.parsing.decoding import decode, is_cut_in_character
from daybreak.agenda.importers.parsing.signatures import starts_with_calendar

TEXT = "- [ ] Müllabfuhr, Straße 5\n- [ ] Café mit Jörg\r\n- [ ] Über täglich Gespräch\n"
LINES = TEXT.encode().splitlines(keepends=True)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le+bom"]
)
def test_unicode_is_decoded_without_a_warning(encoding):
    name, _, has_bom = encoding.partition("+")
    content = (codecs.BOM_UTF32_LE if has_bom else b"") + TEXT.encode(name)
    assert decode(content) == (TEXT, None)
    assert not is_cut_in_character(content)


@pytest.mark.parametrize("text", ["- [ ] Прочитать\n" * 3, "due,title\n2026-11-30,買い物\n" * 3, "# Γεια\n"])
def test_utf_16_without_a_mark_is_decoded_in_any_language(text):
    assert decode(text.encode("utf-16-le")) == (text, None)
    assert decode(text.encode("utf-16-be")) == (text, None)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
        ("cp850", "DOS (850)"),
        ("mac_roman", "Mac Roman"),
    ],
)
def test_a_legacy_encoding_is_recognised_and_named_in_a_warning(encoding, name):
    text, warning = decode(TEXT.encode(encoding))
    assert text == TEXT
    assert name in warning


@pytest.mark.parametrize(
    "text",
    ["Grüße \u2013 bis 5 €", "más fácil está", "niño, año", "È così", "Já não", "„Öl“ für Zoë", "Àla carte"],
)
def test_windows_1252_is_preferred(text):
    assert decode(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("Büro aufräumen".encode("cp1252"), "Büro aufräumen"),
        ("Café".encode("cp1252"), "Café"),
        ("M\x81ll".encode("latin-1"), "Müll"),
        (b"na\xc3\xafve \xff", "naïve ÿ"),
        (b"cut \xc3", "cut Ã"),
        (b"100 \x80", "100 €"),
    ],
)
def test_a_damaged_line_leaves_all_others_alone(position, added, expected):
    content = b"".join([*LINES[:position], added + b"\n", *LINES[position:]])
    text, warning = decode(content)
    lines = TEXT.splitlines()
    assert text.splitlines() == [*lines[:position], expected, *lines[position:]]
    assert f"line {position + 1} " in warning


def test_many_damaged_lines_are_one_warning_with_the_first_of_them():
    _, warning = decode("Straße\n".encode() + b"Stra\xdfe\n" * 12)
    assert "lines 2, 3, 4, 5, 6 and 7 more" in warning


@given(
    lines=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])), min_size=2, max_size=6
    ),
    data=st.data(),
)
def test_any_replaced_byte_changes_only_its_own_line(lines, data):
    # The first line keeps the file from beginning like UTF-16 or with a mark.
    content = bytearray(("x\n" + "\n".join(lines)).encode())
    position = data.draw(st.integers(2, len(content) - 1))
    before = bytes(content[:position]).count(b"\n")
    if content[position] == 10:
        return
    content[position] = data.draw(st.sampled_from([*range(1, 10), *range(14, 256)]))
    text, warning = decode(bytes(content))
    if warning and "binary" in warning:
        return
    got, expected = text.split("\n"), ["x", *lines]
    assert len(got) == len(expected)
    if not is_cut_in_character(bytes(content)):
        assert [line for at, line in enumerate(got) if at != before] == [
            line for at, line in enumerate(expected) if at != before
        ]


@given(content=st.binary(max_size=300))
def test_any_bytes_are_decoded_without_an_error(content):
    text, _ = decode(content)
    assert "\0" not in text


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(128, 256)) + bytes(range(1, 32)), b"\0" * 40]
)
def test_binary_data_is_a_warning_without_text(content):
    text, warning = decode(content)
    assert text == ""
    assert warning
    assert "binary" in warning


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le"])
def test_a_single_nul_costs_no_more_than_its_character(encoding):
    text, warning = decode(TEXT.replace("mit", "m\0t").encode(encoding))
    assert text == TEXT.replace("mit", "mt")
    assert warning


def test_a_truncated_utf_16_character_is_a_warning_and_the_rest_is_decoded():
    text, warning = decode("Milk".encode("utf-16") + b"\x41")
    assert text.startswith("Milk")
    assert warning
    assert "UTF-16" in warning


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize(
    "start", ["BEGIN:VCALENDAR", "begin:vcalendar", "\r\n  BEGIN:VCALENDAR", "BEGIN :VCALENDAR"]
)
def test_a_calendar_is_recognised_in_every_encoding(encoding, start):
    assert starts_with_calendar(f"{start}\r\nX-WR-CALNAME:Müll\r\n".encode(encoding))
    assert not starts_with_calendar(f"x {start}".encode(encoding))
