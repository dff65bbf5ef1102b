# ruff: noqa: RUF001 - Persian letters resemble Latin ones
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.briefs.rendering.safe_text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Pay the rent", "Pay the rent"),
        ("  two\r\nlines\tand \u2028 more ", "two lines and more"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\x9b2Jgone", "�2Jgone"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\u200bb\ufeffc\u2066d", "abcd"),
        ("lone \udc80 surrogate", "lone � surrogate"),
        ("👩\u200d🔬 تست\u200cها", "👩\u200d🔬 تست\u200cها"),
    ],
)
def test_only_visible_characters_remain(text, shown):
    assert one_line(text) == shown


@given(st.text(st.characters()))
def test_no_text_can_control_a_terminal_break_a_line_or_reorder_it(text):
    shown = one_line(text)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(sign) for sign in shown}
    bidirectional = {unicodedata.bidirectional(sign) for sign in shown}
    assert not {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"} & bidirectional
    assert one_line(shown) == shown
