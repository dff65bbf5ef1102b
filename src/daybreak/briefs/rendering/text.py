"""The outline as plain text for mail and files: 78 columns, no markup."""

from collections.abc import Iterator
from typing import assert_never

from rich.cells import cell_len

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
from daybreak.briefs.rendering.wrapping import wrapped

_UNDERLINED = 2


def render_text(outline: Outline) -> str:
    """Return the whole brief; it ends with a line feed."""
    lines = (line for block in outline for line in _lines(block))
    return "\n".join(lines).strip("\n") + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Title(text, subtitle):
            yield from (text, "=" * len(text), *wrapped(subtitle))
        case Heading():
            yield from _heading(block)
        case Prose(statements):
            yield from _prose(statements)
        case Items(listing, statements):
            yield from _items(listing, statements)
        case Warnings(title, lines):
            yield from _warnings(title, lines)
        case Aside(text):
            yield from wrapped(text, "  ")
        case Closing(text):
            yield from ("", "--", *wrapped(text))
        case _:
            assert_never(block)


def _heading(heading: Heading) -> Iterator[str]:
    lines = wrapped(heading.text if heading.count is None else f"{heading.text} ({heading.count})")
    yield from ("", *lines)
    if heading.level == _UNDERLINED:
        yield "-" * max(map(cell_len, lines))
    if heading.remark:
        yield f"({heading.remark})"


def _prose(statements: tuple[Statement, ...]) -> Iterator[str]:
    yield ""
    for statement in statements:
        yield from wrapped(_sentence(statement))


def _warnings(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    yield from ("", f"! {title}")
    for line in lines:
        yield from wrapped(line, "!   ", "!     ")


def _items(listing: Listing, statements: tuple[Statement, ...]) -> Iterator[str]:
    for number, statement in enumerate(statements, start=1):
        yield from _item(statement, _marker(listing, number, statement))


def _marker(listing: Listing, number: int, statement: Statement) -> str:
    match listing:
        case Listing.BULLETS:
            return "  - "
        case Listing.NUMBERS:
            return f"  {number}. "
        case Listing.TIMES:
            return f"  {statement.time:<11}  "
    assert_never(listing)


def _item(statement: Statement, marker: str) -> Iterator[str]:
    if not statement.remarks:
        yield from wrapped(_sentence(statement), marker)
        return
    indent = " " * len(marker)
    yield from wrapped(statement.text, marker)
    yield from wrapped(f"{', '.join(statement.remarks)}{_places(statement)}", indent)


def _sentence(statement: Statement) -> str:
    return f"{statement.text}{_places(statement)}"


def _places(statement: Statement) -> str:
    return f" [{', '.join(statement.places)}]" if statement.places else ""
