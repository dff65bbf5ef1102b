"""The brief on a terminal, on standard output or in a file."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from daybreak.cli.output import write_file, write_stdout, write_stdout_utf8

if TYPE_CHECKING:
    from daybreak.briefs import Document
    from daybreak.people import BriefLength


class FormatOption(StrEnum):
    """The output formats of a brief."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefOutput:
    """Where and how a brief is printed.

    Attributes:
        form: the format; None for colours on a terminal, else text.
        file: the file to write; None for standard output.
    """

    form: FormatOption | None
    file: Path | None

    def print(self, document: "Document", length: "BriefLength") -> None:
        """Print a brief at a length; JSON is always whole.

        Raises:
            DaybreakError: the output cannot be written.
        """
        from daybreak.briefs.rendering import OutputFormat, render

        if self.form is None and self.file is None and sys.stdout.isatty():
            _print_in_colours(document, length)
            return
        form = self.form or FormatOption.TEXT
        text = render(document, OutputFormat(form), length).rstrip("\n") + "\n"
        if self.file is not None:
            write_file(self.file, text)
        elif form in {FormatOption.HTML, FormatOption.JSON}:
            write_stdout_utf8(text)
        else:
            write_stdout(text)


def _print_in_colours(document: "Document", length: "BriefLength") -> None:
    from rich.console import Console

    from daybreak.briefs.rendering.terminal import render_terminal

    Console().print(render_terminal(document, length))
