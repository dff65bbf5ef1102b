import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings

from daybreak.briefs import rendering
from daybreak.briefs.rendering import OutputFormat, render

from .document_factories import hostile, quiet, rich, standard
from .strategies import documents
from .text_extraction import HtmlText

CSS = (Path(rendering.__file__).parent / "templates" / "brief.css").read_text("utf-8")
LIGHT, DARK, PRINT = (
    dict(re.findall(r"--(\w+): (#\w+)", part)) for part in re.findall(r":root \{[^}]*\}", CSS)
)
OURS = "html head meta title style body main h1 h2 h3 p div bdi small span ul ol li strong br b aside footer"


def page(document):
    return HtmlText(render(document, OutputFormat.HTML))


@given(documents)
@settings(max_examples=30)
def test_no_text_adds_an_element_or_attribute(document):
    elements = page(document).elements
    assert {tag for tag, _ in elements} <= set(OURS.split())
    names = {name for _, attributes in elements for name in attributes}
    assert names <= {"lang", "charset", "name", "content", "class", "title", "data-facts"}


def test_hostile_titles_stay_text():
    source = render(hostile(), OutputFormat.HTML)
    assert "<script" not in source
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp;amp;" in source
    assert "{{ 7 * 7 }}" in source


def test_the_page_loads_nothing():
    source = render(rich(), OutputFormat.HTML)
    assert not re.search(r"https?:|//|url\(|@import|src=|href=", source)


def test_the_page_declares_language_width_and_colour_schemes():
    elements = page(rich()).elements
    assert ("html", {"lang": "en"}) in elements
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in elements
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in elements
    assert render(rich(), OutputFormat.HTML).startswith("<!doctype html>\n")


def test_headings_descend_one_level_at_a_time():
    levels = [int(tag[1]) for tag, _ in page(rich()).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_a_statement_has_fact_ids_and_full_references():
    elements = page(rich()).elements
    assert ("li", {"data-facts": "event:review event:dentist"}) in elements
    assert ("small", {"title": "home: todo.txt:9"}) in elements


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_every_text_colour_has_enough_contrast(palette):
    for name in ("ink", "soft", "late", "today", "done"):
        assert contrast(palette[name], palette["page"]) >= 4.5, name
    assert contrast(palette["ink"], palette["alert"]) >= 4.5
    assert contrast(palette["edge"], palette["page"]) >= 3


def test_a_brief_is_below_the_size_limit_of_mail_readers():
    assert len(render(quiet(), OutputFormat.HTML).encode()) < 5_000
    assert len(render(rich(), OutputFormat.HTML).encode()) < 20_000
    assert len(render(standard(), OutputFormat.HTML).encode()) < 30_000


def contrast(one, other):
    """Return the contrast ratio as WCAG 2.2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
