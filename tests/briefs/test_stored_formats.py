"""Test that briefs of earlier formats, as stored, are still read and rendered."""

from pathlib import Path

import pytest

from daybreak.briefs.document import codec
from daybreak.briefs.pages.view import build_page
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.people import BriefLength

STORED = Path(__file__).with_name("stored")


@pytest.fixture
def format_2():
    """Return a brief of format 2: its list entries have texts, and its numbers are fewer."""
    return codec.decode((STORED / "format-2.json").read_bytes())


def test_the_numbers_that_format_2_lacks_are_zero(format_2):
    assert (format_2.format, format_2.counts.overdue, format_2.counts.overdue_for_over_a_week) == (2, 1, 0)


@pytest.mark.parametrize("length", BriefLength)
@pytest.mark.parametrize("output_format", OutputFormat)
def test_format_2_is_rendered_in_every_form(format_2, output_format: OutputFormat, length: BriefLength):
    assert "Order seeds" in render(format_2, output_format, length)


def test_format_2_has_a_page_whose_entries_keep_their_words(format_2):
    page = build_page(format_2, length=BriefLength.FULL)
    lines = [one.pieces for part in page.sections for group in part.groups for one in group.sentences]
    assert (("Sharpen the shears", True), (" has no due date", False)) in lines
