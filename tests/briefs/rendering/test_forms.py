import json

import pytest

from daybreak.briefs.document.codec import decode
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording.entries import with_texts

from .document_factories import hostile, rich


def test_json_is_the_document_itself():
    for document in (rich(), hostile()):
        assert decode(render(document, OutputFormat.JSON)) == with_texts(document)


def test_printed_json_cannot_control_a_terminal():
    text = render(hostile(), OutputFormat.JSON)
    assert text.replace("\n", "").isprintable()
    assert "\\u202e" in text
    assert json.loads(text)["warnings"][13]["text"] == hostile().warnings[13].text


@pytest.mark.parametrize("form", OutputFormat)
def test_every_format_ends_with_exactly_one_line_feed(form):
    text = render(rich(), form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
