"""Every output format of a document, all rendered from the same outline."""

from enum import StrEnum
from typing import assert_never

from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.html import render_html
from daybreak.briefs.rendering.json_form import render_json
from daybreak.briefs.rendering.markdown import render_markdown
from daybreak.briefs.rendering.outline_builder import outline
from daybreak.briefs.rendering.text import render_text

__all__ = ["Form", "render"]


class Form(StrEnum):
    """An output format of a document."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def render(document: Document, form: Form) -> str:
    """Return the whole document in an output format; it ends with a line feed."""
    match form:
        case Form.TEXT:
            return render_text(outline(document))
        case Form.MARKDOWN:
            return render_markdown(outline(document))
        case Form.HTML:
            return render_html(outline(document))
        case Form.JSON:
            return render_json(document)
    assert_never(form)
