"""The outline as plain text for mail and files: no markup.

Parts are separated by a blank line. Sentences share a line as long as they fit, except in the lists of a day
and of the changes. A part that fits on one or two lines has no heading of its own:
“Choir: 2 overdue”.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rich.cells import cell_len

from daybreak.briefs.rendering.outline import (
    Block,
    Closing,
    Heading,
    ListBlock,
    ListStyle,
    Outline,
    OutlineSentence,
    Part,
    Prose,
    Remark,
    Title,
    Warnings,
)
from daybreak.briefs.rendering.wrapping import WIDTH, wrap
from daybreak.briefs.wording.titles import without_marks

_INDENT = "  "
_SECTION_LEVEL = 2
_MAX_JOINED_LINES = 2
_WALL_OF_TEXT = 5  # so many lines without a break are hard to read
_ENDS = (".", "?", "!", ":", "…")


def render_text(outline: Outline) -> str:
    """Return the whole brief; it ends with a line feed."""
    lines: list[str] = []
    previous: _TextPart | None = None
    for part in _split(outline):
        if lines and not part.continues(previous):
            lines.append("")
        lines += part.lines()
        previous = part
    return "\n".join(lines).strip("\n") + "\n"


@dataclass(slots=True)
class _TextPart:
    """A heading of level 2 with the blocks below it, or blocks without one."""

    heading: Heading | None = None
    blocks: list[Block] = field(default_factory=list)

    @property
    def is_compact(self) -> bool:
        """Whether it is a project with one list, next to which no blank line is needed."""
        is_project = self.heading is not None and self.heading.part is Part.PROJECT
        return is_project and all(isinstance(block, ListBlock) for block in self.blocks)

    def continues(self, previous: "_TextPart | None") -> bool:
        """Return whether it follows without a blank line, like a project after another, or the closing."""
        if previous is None:
            return False
        if isinstance(self.blocks[0], Closing):
            return previous.heading is not None and previous.heading.part is Part.AHEAD
        if any(isinstance(block, Warnings) and not block.lines for block in self.blocks):
            return not isinstance(previous.blocks[0], Title)
        is_ahead = self.heading is not None and self.heading.part is Part.AHEAD and self._is_prose
        return previous.is_compact and (self.is_compact or is_ahead)

    def lines(self) -> list[str]:
        if self.heading is None:
            return [line for block in self.blocks for line in _block_lines(block, "")]
        title = _heading_text(self.heading)
        lines = [*wrap(title), *self._body()]
        if self.is_compact or self._is_prose:
            body = _joined(self._sentences())
            has_label = ": " in title or ": " in body.partition(". ")[0]
            joined = wrap(f"{title}{'.' if has_label else ':'} {body}", "", _INDENT)
            if len(joined) <= _MAX_JOINED_LINES and len(joined) < len(lines):
                return joined
        return lines

    @property
    def _is_prose(self) -> bool:
        return all(isinstance(block, Prose) for block in self.blocks)

    def _sentences(self) -> Iterator[OutlineSentence]:
        for block in self.blocks:
            if isinstance(block, Prose | ListBlock):
                yield from block.sentences

    def _body(self) -> Iterator[str]:
        if self.is_compact:
            packed, filled = _packed(self._sentences(), _INDENT), wrap(_joined(self._sentences()), _INDENT)
            is_wall = len(packed) == len(filled) + 1 and len(filled) >= _WALL_OF_TEXT
            yield from packed if is_wall or len(packed) <= len(filled) else filled
            return
        indent = _INDENT
        for block in self.blocks:
            yield from _block_lines(block, _INDENT if isinstance(block, Heading) else indent)
            if isinstance(block, Heading):
                indent = _INDENT * 2


def _split(outline: Outline) -> Iterator[_TextPart]:
    part = _TextPart()
    for block in outline:
        if isinstance(block, Heading) and block.level == _SECTION_LEVEL:
            if part.heading or part.blocks:
                yield part
            part = _TextPart(block)
        elif isinstance(block, Title | Warnings | Closing):
            if part.heading or part.blocks:
                yield part
            yield _TextPart(None, [block])
            part = _TextPart()
        else:
            part.blocks.append(block)
    if part.heading or part.blocks:
        yield part


def _heading_text(heading: Heading) -> str:
    text = heading.text if heading.count is None else f"{heading.text} ({heading.count})"
    return f"{text}, {without_marks(heading.remark)}" if heading.remark else text


def _block_lines(block: Block, indent: str) -> Iterator[str]:
    match block:
        case Title(text, subtitle):
            yield from (*wrap(text), *(wrap(subtitle) if subtitle else ()))
        case Heading():
            yield from wrap(_heading_text(block), indent)
        case Prose(sentences):
            yield from _packed(sentences, indent)
        case ListBlock(style, sentences):
            yield from _items(style, sentences, indent)
        case Warnings(title, lines):
            yield f"! {title}"
            for line in lines:
                yield from wrap(line, "!   ", "!     ")
        case Remark(text):
            yield from wrap(text, indent)
        case Closing(text):
            yield from wrap(text)


def _joined(sentences: Iterable[OutlineSentence]) -> str:
    text = ""
    for sentence in sentences:
        end = "" if not text or text.endswith(_ENDS) else "."
        refs = f" [{', '.join(sentence.source_refs)}]" if sentence.source_refs else ""
        text = f"{text}{end} {_told(sentence)}{refs}".strip()
    return text


def _packed(sentences: Iterable[OutlineSentence], indent: str) -> list[str]:
    """Return the sentences, of which several share a line while they fit on it."""
    lines: list[str] = []
    for sentence in sentences:
        text = _told(sentence)
        wrapped = _with_refs(text, sentence, indent, indent + _INDENT)
        end = "" if not lines or lines[-1].endswith(_ENDS) else "."
        shared = f"{lines[-1]}{end} {wrapped[0].strip()}" if lines else ""
        if lines and len(wrapped) == 1 and cell_len(shared) <= WIDTH:
            lines[-1] = shared
        else:
            lines += wrapped
    return lines


def _items(style: ListStyle, sentences: tuple[OutlineSentence, ...], indent: str) -> Iterator[str]:
    for number, sentence in enumerate(sentences, start=1):
        marker = indent + _marker(style, number, sentence)
        text = _told(sentence)
        yield from _with_refs(text, sentence, marker, " " * (len(marker) + 2))


def _marker(style: ListStyle, number: int, sentence: OutlineSentence) -> str:
    if style is ListStyle.NUMBERS:
        return f"{number}. "
    return f"{sentence.time:<11}  " if style is ListStyle.TIMES else ""


def _told(sentence: OutlineSentence) -> str:
    """Return a sentence and its remarks as a second one, which begins with a capital letter."""
    text, remarks = without_marks(sentence.text), ", ".join(sentence.remarks)
    if not remarks:
        return text
    end = "" if text.endswith(_ENDS) else "."
    return f"{text}{end} {without_marks(remarks[0].upper() + remarks[1:])}."


def _with_refs(text: str, sentence: OutlineSentence, first: str, rest: str) -> list[str]:
    """Wrap a sentence with its source references; they are shortened if that saves a line."""
    bare = wrap(text, first, rest)
    if not sentence.source_refs:
        return bare
    full = wrap(f"{text} [{', '.join(sentence.source_refs)}]", first, rest)
    if len(full) == len(bare):
        return full
    names = ", ".join(ref.rpartition("/")[2] for ref in sentence.source_refs)
    return min(full, wrap(f"{text} [{names}]", first, rest), key=len)
