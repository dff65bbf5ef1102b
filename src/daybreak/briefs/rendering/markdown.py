"""The outline as CommonMark that is readable as plain text; any title is shown literally."""

import re
from collections.abc import Iterator
from typing import assert_never

from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    Outline,
    OutlineSentence,
    Prose,
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.wording.titles import split_titles

_SPECIAL = re.compile(
    r"[\\`*\[\]<|~$]"  # code, emphasis, links, HTML and autolinks, tables, strike-through, formulas
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis; snake_case is none
    r"|&(?=[#A-Za-z])"  # entities
    r"|:(?=[A-Za-z+-][A-Za-z0-9_+-]*:)"  # emoji by name
    r"|(?<!#)#+$"  # the end of a heading; the pattern must not start again inside of the run
    r"|^[#>+=-]"  # headings, quotes, lists, rules
)
_NUMBERED = re.compile(r"^([0-9]+)([.)])")
_BLANK_LINES = re.compile("\n{3,}")
_BACKTICKS = re.compile("`+")


def render_markdown(outline: Outline) -> str:
    """Return the whole brief; it ends with a line feed."""
    text = "\n".join(line for block in outline for line in _lines(block))
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def escape(text: str) -> str:
    """Escape one line of text so that CommonMark, with the usual extensions, shows it literally."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(_escape_match, text))


def code_span(text: str) -> str:
    """Return one line of text as a code span."""
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _escape_match(match: re.Match[str]) -> str:
    return "".join(f"\\{sign}" for sign in match[0])


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Title(text, subtitle):
            yield from (f"# {escape(text)}", "", *([escape(subtitle)] if subtitle else ()))
        case Heading():
            yield from _heading(block)
        case Prose(statements):
            yield from _prose(statements)
        case ListBlock(listing, statements):
            for number, statement in enumerate(statements, start=1):
                yield from _item(statement, listing, number)
        case Warnings(title, lines):
            listed = (">", *(f"> - {escape(line)}" for line in lines)) if lines else ()
            yield from ("", f"> **{escape(title)}**", *listed, "")
        case Remark(text):
            yield from ("", f"*{escape(text)}*", "")
        case Closing(text):
            yield from ("", "---", "", f"*{escape(text)}*")
        case _:
            assert_never(block)


def _heading(heading: Heading) -> Iterator[str]:
    counted = "" if heading.count is None else f" ({heading.count})"
    yield from ("", f"{'#' * heading.level} {escape(heading.text)}{counted}", "")
    if heading.remark:
        yield from (_titles(heading.remark), "")


def _prose(sentences: tuple[OutlineSentence, ...]) -> Iterator[str]:
    for statement in sentences:
        yield from ("", _sentence(statement))
    yield ""


def _item(sentence: OutlineSentence, style: ListStyle, number: int) -> Iterator[str]:
    match style:
        case ListStyle.LINES:
            yield f"- {_sentence(sentence)}"
        case ListStyle.NUMBERS:
            yield f"{number}. {_titles(sentence.text)}"
            yield from _remark_line(sentence)
        case ListStyle.TIMES:
            yield (
                f"- {escape(sentence.time)} {_sentence(sentence)}"
                if sentence.time
                else f"  - {_sentence(sentence)}"
            )
        case _:
            assert_never(style)


def _remark_line(sentence: OutlineSentence) -> Iterator[str]:
    if line := f"{_titles(', '.join(sentence.remarks))}{_source_refs(sentence)}".strip():
        yield f"   {line}"


def _titles(text: str) -> str:
    return "".join(
        f"**{escape(piece)}**" if is_title else escape(piece) for piece, is_title in split_titles(text)
    )


def _sentence(sentence: OutlineSentence) -> str:
    return f"{_titles(sentence.text)}{_source_refs(sentence)}"


def _source_refs(sentence: OutlineSentence) -> str:
    return f" ({', '.join(code_span(ref) for ref in sentence.source_refs)})" if sentence.source_refs else ""
