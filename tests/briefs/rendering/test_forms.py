import json
import time

import pytest

from daybreak.briefs.codec import decode
from daybreak.briefs.rendering import Form, render

from .documents import hostile, rich, standard


def test_json_is_the_document_itself():
    for document in (rich(), hostile()):
        assert decode(render(document, Form.JSON)) == document


def test_printed_json_cannot_command_a_terminal():
    text = render(hostile(), Form.JSON)
    assert text.replace("\n", "").isprintable()
    assert "\\u202e" in text
    assert json.loads(text)["warnings"][13]["text"] == hostile().warnings[13].text


@pytest.mark.parametrize("form", Form)
def test_every_form_ends_with_exactly_one_line_feed(form):
    text = render(rich(), form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("form", "limit"), [(Form.TEXT, 5), (Form.MARKDOWN, 5), (Form.HTML, 15), (Form.JSON, 5)]
)
def test_a_standard_brief_is_rendered_within_milliseconds(form, limit):
    document = standard()
    assert min(milliseconds(document, form) for _ in range(15)) < limit


def milliseconds(document, form):
    begin = time.perf_counter()
    render(document, form)
    return (time.perf_counter() - begin) * 1000
