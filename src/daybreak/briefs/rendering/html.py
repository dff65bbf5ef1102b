"""The outline as one self-contained HTML page: no script, no image, nothing to load."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from daybreak.briefs.rendering.outline import Outline
from daybreak.briefs.wording.titles import split_titles


def render_html(outline: Outline) -> str:
    """Return the whole page; it ends with a line feed."""
    named = [(type(block).__name__, block) for block in outline]
    return _template().render(blocks=named)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["split_titles"] = split_titles
    return environment.get_template("brief.html")
