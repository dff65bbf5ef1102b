"""The visible text of each output format, without line breaks and decoration."""

import io
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from rich.console import Console

from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.terminal import render_terminal
from daybreak.people import BriefLength

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class HtmlText(HTMLParser):
    """The body's text, its elements with their attributes, and the style."""

    def __init__(self, source):
        super().__init__()
        self.elements, self._texts, self._open = [], [], []
        self.feed(source)
        self.close()
        assert not self._open, "an element was not closed"

    @property
    def text(self):
        return "".join(self._texts)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "hr"}:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not {"head"} & set(self._open):
            self._texts.append(data)


def terminal(document, width=80, length=BriefLength.STANDARD):
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(render_terminal(document, length))
    return console.file.getvalue()


def terminal_text(document, width=80, length=BriefLength.STANDARD):
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(render_terminal(document, length))
    return console.file.getvalue()


def without_whitespace(text):
    """Return the text without white space and without the characters of panels and rules."""
    return "".join(text.split()).translate({ord(sign): None for sign in "│─╭╮╰╯!"})


def visible_texts(document, length=BriefLength.STANDARD):
    """Return the visible text of a document in each output format."""
    markdown = COMMONMARK.render(render(document, OutputFormat.MARKDOWN, length))
    return {
        "text": without_whitespace(render(document, OutputFormat.TEXT, length)),
        "markdown": without_whitespace(HtmlText(markdown).text),
        "html": without_whitespace(HtmlText(render(document, OutputFormat.HTML, length)).text),
        "terminal": without_whitespace(terminal_text(document, length=length)),
    }
