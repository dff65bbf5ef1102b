"""The outline as plain text for mail and files: no markup."""

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
from daybreak.briefs.rendering.wrapping import wrap
from daybreak.briefs.wording.titles import without_marks


def render_text(outline: Outline) -> str:
    """Return the whole brief; it ends with a line feed."""
    lines = (line for block in outline for line in _lines(block))
    return "\n".join(lines).strip("\n") + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Title(text, subtitle):
            yield from (text, *wrap(subtitle))
        case Heading():
            yield from _heading(block)
        case Prose(statements):
            yield from _prose(statements)
        case ListBlock(listing, statements):
            yield from _items(listing, statements)
        case Warnings(title, lines):
            yield from _warnings(title, lines)
        case Remark(text):
            yield from wrap(text, "  ")
        case Closing(text):
            yield from ("", "--", *wrap(text))
        case _:
            assert_never(block)


def _heading(heading: Heading) -> Iterator[str]:
    text = heading.text if heading.count is None else f"{heading.text} ({heading.count})"
    lines = wrap(f"{text}, {heading.remark}" if heading.remark else text)
    yield from ("", *lines)


def _prose(sentences: tuple[OutlineSentence, ...]) -> Iterator[str]:
    yield ""
    for statement in sentences:
        yield from wrap(_sentence(statement))


def _warnings(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    yield from ("", f"! {title}")
    for line in lines:
        yield from wrap(line, "!   ", "!     ")


def _items(style: ListStyle, sentences: tuple[OutlineSentence, ...]) -> Iterator[str]:
    for number, statement in enumerate(sentences, start=1):
        yield from _item(statement, _marker(style, number, statement))


def _marker(style: ListStyle, number: int, sentence: OutlineSentence) -> str:
    match style:
        case ListStyle.LINES:
            return "  "
        case ListStyle.NUMBERS:
            return f"  {number}. "
        case ListStyle.TIMES:
            return f"  {sentence.time:<11}  "
    assert_never(style)


def _item(sentence: OutlineSentence, marker: str) -> Iterator[str]:
    yield from wrap(_sentence(sentence), marker, " " * (len(marker) + 2))


def _sentence(sentence: OutlineSentence) -> str:
    return f"{without_marks(sentence.text)}{_remarks(sentence)}{_source_refs(sentence)}"


def _remarks(sentence: OutlineSentence) -> str:
    told = without_marks(", ".join(sentence.remarks))
    return f". {told[0].upper()}{told[1:]}." if told else ""


def _source_refs(sentence: OutlineSentence) -> str:
    return f" [{', '.join(sentence.source_refs)}]" if sentence.source_refs else ""
