"""The outline as CommonMark that is readable as plain text; any title is shown literally."""

import re
from collections.abc import Iterator
from typing import assert_never

from daybreak.briefs.rendering.outline import (
    Aside,
    Block,
    Closing,
    Heading,
    Items,
    Listing,
    Outline,
    Prose,
    Statement,
    Title,
    Warnings,
)

_SPECIAL = re.compile(
    r"[\\`*\[\]<|~$]"  # code, emphasis, links, HTML and autolinks, tables, strike-through, formulas
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis; snake_case is none
    r"|&(?=[#A-Za-z])"  # entities
    r"|:(?=[A-Za-z+-][A-Za-z0-9_+-]*:)"  # emoji by name
    r"|^[#>+=-]|#(?=#*$)"  # headings, quotes, lists, rules; the end of a heading
)
_NUMBERED = re.compile(r"^([0-9]+)([.)])")
_BLANK_LINES = re.compile("\n{3,}")
_BACKTICKS = re.compile("`+")


def render_markdown(outline: Outline) -> str:
    """Return the whole brief; it ends with a line feed."""
    text = "\n".join(line for block in outline for line in _lines(block))
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def escaped(text: str) -> str:
    """Escape one line of text so that CommonMark, with the usual extensions, shows it literally."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def code(text: str) -> str:
    """Return one line of text as a code span."""
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Title(text, subtitle):
            yield from (f"# {escaped(text)}", "", escaped(subtitle))
        case Heading():
            yield from _heading(block)
        case Prose(statements):
            yield from _prose(statements)
        case Items(listing, statements):
            for number, statement in enumerate(statements, start=1):
                yield from _item(statement, listing, number)
        case Warnings(title, lines):
            yield from ("", f"> **{escaped(title)}**", ">", *(f"> - {escaped(line)}" for line in lines), "")
        case Aside(text):
            yield from ("", f"*{escaped(text)}*", "")
        case Closing(text):
            yield from ("", "---", "", f"*{escaped(text)}*")
        case _:
            assert_never(block)


def _heading(heading: Heading) -> Iterator[str]:
    counted = "" if heading.count is None else f" ({heading.count})"
    yield from ("", f"{'#' * heading.level} {escaped(heading.text)}{counted}", "")
    if heading.remark:
        yield from (f"*{escaped(heading.remark)}*", "")


def _prose(statements: tuple[Statement, ...]) -> Iterator[str]:
    for statement in statements:
        yield from ("", _sentence(statement))
    yield ""


def _item(statement: Statement, listing: Listing, number: int) -> Iterator[str]:
    match listing:
        case Listing.BULLETS:
            yield f"- {_sentence(statement)}"
        case Listing.NUMBERS:
            yield f"{number}. {_strong(statement.text)}"
            yield from _remark_line(statement)
        case Listing.TIMES:
            yield f"- {escaped(statement.time)} {_sentence(statement)}"
        case _:
            assert_never(listing)


def _remark_line(statement: Statement) -> Iterator[str]:
    if line := f"{escaped(', '.join(statement.remarks))}{_places(statement)}".strip():
        yield f"   {line}"


def _strong(text: str) -> str:
    return f"**{escaped(text)}**" if text else ""


def _sentence(statement: Statement) -> str:
    return f"{escaped(statement.text)}{_places(statement)}"


def _places(statement: Statement) -> str:
    return f" ({', '.join(code(place) for place in statement.places)})" if statement.places else ""
