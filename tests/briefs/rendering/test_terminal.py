import re

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from daybreak.claims import Claim
from daybreak.people import BriefLength

from .document_factories import document, hostile, rich, section
from .strategies import documents
from .text_extraction import terminal, terminal_text

NOTES = (Claim(kind="note", text="x", facts=()),)
STYLE = re.compile(r"\x1b\[[0-9;]*m")


@given(documents)
@settings(max_examples=30)
def test_only_own_styles_control_the_terminal(day):
    assert STYLE.sub("", terminal(day)).find("\x1b") == -1


def test_a_title_cannot_use_the_markup_of_the_terminal_view():
    shown = terminal_text(hostile())
    assert "[red]rich markup[/red] [/] [link=https://example.org]x[/link]" in shown
    assert "�[31mred�[0m" in shown


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("day", [rich(), hostile()], ids=["rich", "hostile"])
def test_lines_fit_the_terminal(day, width):
    assert max(map(cell_len, terminal_text(day, width).split("\n"))) <= width


@pytest.mark.parametrize("length", [70, 76, 80, 200])
def test_a_long_name_of_a_project_is_wrapped_not_cut(length):
    shown = terminal_text(document(sections=(section("n" * length, notes=NOTES),)), length=BriefLength.FULL)
    assert "n" * length in "".join(shown.split())


def test_the_most_urgent_heading_is_coloured_and_named():
    assert "\x1b[1;31mOverdue\x1b[0m" in terminal(rich(), length=BriefLength.FULL)
