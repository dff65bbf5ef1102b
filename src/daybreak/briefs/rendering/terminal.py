"""The outline for a terminal. Data is only ever passed to `Text`, which interprets no markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    OutlineSentence,
    Prose,
    Remark,
    Title,
    Tone,
    Warnings,
)
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.titles import split_titles
from daybreak.people import BriefLength

_COLOURS = {Tone.PLAIN: "bold", Tone.LATE: "bold red", Tone.TODAY: "bold yellow", Tone.DONE: "bold green"}
_SOFT = "dim"
_SECTION_LEVEL = 2
_MIN_RULE_WIDTH = 4
_INDENT = "  "


def render_terminal(document: Document, length: BriefLength = BriefLength.STANDARD) -> RenderableType:
    """Return the whole brief for ``Console.print``; designed for 80 columns, readable from 40."""
    return Group(*(part for block in build_outline(document, length) for part in _block_parts(block)))


def _block_parts(block: Block) -> Iterator[RenderableType]:
    match block:
        case Title(text, subtitle):
            yield Text(text, style="bold cyan")
            if subtitle:
                yield Text(subtitle, style=_SOFT)
        case Heading():
            yield from _heading(block)
        case Prose(statements):
            yield ""
            yield from map(_sentence, statements)
        case ListBlock(listing, statements):
            yield _list(listing, statements)
        case Warnings(title, lines):
            yield from ("", _warnings(title, lines))
        case Remark(text):
            yield Padding(Text(text, style=_SOFT), (0, 0, 0, 2))
        case Closing(text):
            yield from ("", Rule(style=_SOFT), Text(text, style=_SOFT))
        case _:
            assert_never(block)


def _warnings(title: str, lines: tuple[str, ...]) -> RenderableType:
    if not lines:
        return Text(f"! {title}", style="yellow")
    rows = _rows(("!", Text(line)) for line in lines)
    return Panel(rows, title=Text(title), title_align="left", border_style="yellow")


def _heading(heading: Heading) -> Iterator[RenderableType]:
    is_section = heading.level == _SECTION_LEVEL
    line = Text(heading.text, style="bold cyan" if is_section else _COLOURS[heading.tone])
    if heading.count is not None:
        line.append(f" ({heading.count})", style="not bold")
    yield ""
    yield _Ruled(line) if is_section else line
    if heading.remark:
        yield _titles(heading.remark, _SOFT)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A line followed by a rule if it fits; `Rule` would truncate a long title."""

    line: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        fits = self.line.cell_len + _MIN_RULE_WIDTH < options.max_width
        yield Rule(self.line, align="left", style=_SOFT) if fits else self.line


def _list(style: ListStyle, sentences: tuple[OutlineSentence, ...]) -> Table:
    match style:
        case ListStyle.LINES:
            return _rows((_INDENT, _sentence(statement)) for statement in sentences)
        case ListStyle.NUMBERS:
            return _rows(
                (f"{_INDENT}{n}.", _action(statement)) for n, statement in enumerate(sentences, start=1)
            )
        case ListStyle.TIMES:
            return _rows((f"{_INDENT}{statement.time}", _sentence(statement)) for statement in sentences)
    assert_never(style)


def _rows(rows: Iterator[tuple[str, Text]]) -> Table:
    grid = Table.grid(padding=(0, 1), pad_edge=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for marker, text in rows:
        grid.add_row(Text(marker), text)
    return grid


def _action(sentence: OutlineSentence) -> Text:
    text = _titles(sentence.text, "")
    rest = _titles(", ".join(sentence.remarks), "")
    _add_source_refs(rest, sentence)
    return text.append("\n").append_text(rest) if rest else text


def _titles(marked: str, style: str) -> Text:
    text = Text(style=style, overflow="fold")
    for piece, is_title in split_titles(marked):
        text.append(piece, style="bold" if is_title else "")
    return text


def _sentence(sentence: OutlineSentence) -> Text:
    text = _titles(sentence.text, _SOFT if sentence.muted else "")
    _add_source_refs(text, sentence)
    return text


def _add_source_refs(text: Text, sentence: OutlineSentence) -> None:
    if sentence.source_refs:
        text.append(f" [{', '.join(sentence.source_refs)}]", style="dim not bold")
