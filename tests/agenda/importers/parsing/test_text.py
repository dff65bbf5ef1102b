"""Tests of the cleaning of titles and blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.agenda.importers.parsing.text import clean_block, clean_line

SEPARATORS = ["\x10", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029"]
INVISIBLE = ["\u200b", "\u2060", "\ufeff", "\xa0", "\u200d", "\u00ad", " \u200b ", "\u200b\xa0\u2060"]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_keeps_words_and_lines_apart(separator):
    assert clean_line(f"Buy milk{separator}and bread{separator}") == "Buy milk and bread"
    assert clean_block(f"Buy milk{separator}and bread") == "Buy milk\nand bread"


@pytest.mark.parametrize("invisible", INVISIBLE)
def test_invisible_characters_at_the_ends_are_removed(invisible):
    assert clean_line(f"{invisible}Zoë{invisible}") == "Zoë"


def test_joined_letters_inside_a_title_stay():
    assert clean_line("Call 👩\u200d🔬 co\u200cop") == "Call 👩\u200d🔬 co\u200cop"


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2067", "\ud800"])
def test_a_control_character_is_removed(control):
    assert clean_line(f"a{control}b") == "ab"


@given(text=st.text(max_size=80))
def test_cleaning_a_line_twice_changes_nothing(text):
    clean = clean_line(text)
    assert clean_line(clean) == clean
    assert "\n" not in clean
