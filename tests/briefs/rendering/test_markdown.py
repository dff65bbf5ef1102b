import pytest
from hypothesis import given

from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.markdown import code_span, escape
from daybreak.briefs.rendering.safe_text import one_line

from .document_factories import HOSTILE, hostile, rich
from .strategies import texts
from .text_extraction import COMMONMARK, HtmlText

OURS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "code", "blockquote", "hr"}


@pytest.mark.parametrize("frame", ["{}", "- {}", "1. one\n   {}", "> - {}", "## {}", "**x**\n{}"])
@given(text=texts.map(one_line))
def test_any_text_is_shown_literally_anywhere(frame, text):
    page = HtmlText(COMMONMARK.render(frame.format(escape(text))))
    bare = HtmlText(COMMONMARK.render(frame.format("w")))
    assert page.text.strip() == bare.text.replace("w", text).strip()
    if text:
        assert page.elements == bare.elements


def test_long_runs_of_signs_are_escaped_in_linear_time():
    signs = "#" * 200_000
    assert escape(f"x{signs}y") == f"x{signs}y"
    assert escape(f"x {signs}") == "x " + r"\#" * 200_000
    assert escape(signs) == r"\#" * 200_000


@given(text=texts.map(one_line))
def test_any_reference_fits_in_a_code_span(text):
    if text:
        assert HtmlText(COMMONMARK.render(f"a {code_span(text)}")).text == f"a {text}\n"


@pytest.mark.parametrize(("frame", "tag"), [("{}", "p"), ("## {}", "h2")])
@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_shown_literally(title, frame, tag):
    page = HtmlText(COMMONMARK.render(frame.format(escape(one_line(title)))))
    assert page.text == one_line(title) + "\n"
    assert page.elements == [(tag, {})]


def test_hostile_titles_add_no_element():
    page = HtmlText(COMMONMARK.render(render(hostile(), OutputFormat.MARKDOWN)))
    assert {tag for tag, _ in page.elements} <= OURS
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    assert max(int(attributes.get("start", 1)) for tag, attributes in page.elements if tag == "ol") == 1


def test_ordinary_text_has_no_backslashes():
    plain = "Send report_2026 & pay 3 + 4 (50%), at 09:30:00 - now! It's #4, a/b."
    assert escape(plain) == plain


def test_lists_are_not_split_and_headings_have_blank_lines():
    text = render(rich(), OutputFormat.MARKDOWN)
    assert "\n\n\n" not in text
    assert "1. **Send the quarterly report**\n   2 days overdue," in text
    assert "\n\n## Lisbon talk\n\n" in text
