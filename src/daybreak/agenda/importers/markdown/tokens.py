"""A Markdown file as a sequence of headings, check boxes and other lines; code and comments are skipped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTE = re.compile(r"(?:\s{0,3}>\s?)+")
_FENCE = re.compile(r"\s*(?:[-*+]\s+)?(`{3,}|~{3,})([^`]*)$")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s|$)")
_CHECKBOX = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+\[([ xX/\-!?bB><*~✓✔\u00a0]?)\](?:\s+(.*)|\s*)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*")
_NOT_PARAGRAPH = re.compile(r"\s*(?:[-*+]\s|\d{1,9}[.)]\s|[|<>!]|\[\[|(?:[-*_]\s*){3,}$)|\s{4}")
_COMMENTS = (("<!--", "-->"), ("%%", "%%"))


@dataclass(frozen=True, slots=True)
class MarkdownHeading:
    """A heading; ``level`` is 1 to 6."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Checkbox:
    """An item of a task list; ``indent`` in columns."""

    line: int
    indent: int
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkdownProse:
    """Any other line; ``is_paragraph`` if it is neither empty nor part of a list, a table or the like."""

    line: int
    indent: int
    text: str
    is_paragraph: bool


@dataclass(frozen=True, slots=True)
class UnclosedBlock:
    """The start of code or a comment that is never closed."""

    line: int


MarkdownToken = MarkdownHeading | Checkbox | MarkdownProse | UnclosedBlock


def scan_tokens(lines: list[str], start: int = 0) -> Iterator[MarkdownToken]:
    """Yield the tokens of the lines from the index ``start`` on; lines count from 1."""
    at = start
    while at < len(lines):
        line = _strip_quote(lines[at])
        end = _find_hidden_end(lines, at, line)
        if end is not None:
            if end == len(lines):
                yield UnclosedBlock(at + 1)
            at = end + 1
            continue
        underline = _match_underline(line, lines, at)
        if underline is not None:
            yield MarkdownHeading(at + 1, 1 if underline == "=" else 2, line.strip())
            at += 2
            continue
        yield _make_token(line, at + 1)
        at += 1


def _strip_quote(line: str) -> str:
    match = _QUOTE.match(line)
    return line[match.end() :] if match else line


def _find_hidden_end(lines: list[str], at: int, line: str) -> int | None:
    """Return the index of the last line of the code or comment that begins here; None if none does."""
    if fence := _FENCE.match(line):
        closing = re.compile(rf"\s*{fence[1][0]}{{{len(fence[1])},}}\s*")
        ends = (n for n in range(at + 1, len(lines)) if closing.fullmatch(_strip_quote(lines[n])))
        return next(ends, len(lines))
    for opening, closing_sign in _COMMENTS:
        if line.lstrip().startswith(opening):
            if closing_sign in line.lstrip()[len(opening) :]:
                return None if not line.rstrip().endswith(closing_sign) else at
            return next((n for n in range(at + 1, len(lines)) if closing_sign in lines[n]), len(lines))
    return None


def _match_underline(line: str, lines: list[str], at: int) -> str | None:
    if not line.strip() or _NOT_PARAGRAPH.match(line) or _HEADING.match(line) or at + 1 == len(lines):
        return None
    match = _UNDERLINE.fullmatch(_strip_quote(lines[at + 1]))
    return match[1][0] if match else None


def _make_token(line: str, number: int) -> MarkdownToken:
    if heading := _HEADING.match(line):
        return MarkdownHeading(number, len(heading[1]), _strip_closing_hashes(line[heading.end() :].strip()))
    if box := _CHECKBOX.fullmatch(line):
        return Checkbox(number, _indent_width(box[1]), box[2], box[3] or "")
    indent = _indent_width(line[: len(line) - len(line.lstrip())])
    return MarkdownProse(number, indent, line.strip(), bool(line.strip()) and not _NOT_PARAGRAPH.match(line))


def _strip_closing_hashes(heading: str) -> str:
    bare = heading.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else heading


def _indent_width(indent: str) -> int:
    return len(indent.expandtabs(4))
