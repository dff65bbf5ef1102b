"""Every output format of a document, all rendered from the same outline."""

from enum import StrEnum
from typing import assert_never

from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.html import render_html
from daybreak.briefs.rendering.json_form import render_json
from daybreak.briefs.rendering.markdown import render_markdown
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.rendering.text import render_text
from daybreak.people import BriefLength

__all__ = ["OutputFormat", "render"]


class OutputFormat(StrEnum):
    """An output format of a document."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def render(
    document: Document, output_format: OutputFormat, length: BriefLength = BriefLength.STANDARD
) -> str:
    """Return a document in an output format, at a length; it ends with a line feed. JSON is always whole."""
    match output_format:
        case OutputFormat.TEXT:
            return render_text(build_outline(document, length))
        case OutputFormat.MARKDOWN:
            return render_markdown(build_outline(document, length))
        case OutputFormat.HTML:
            return render_html(build_outline(document, length))
        case OutputFormat.JSON:
            return render_json(document)
    assert_never(output_format)
