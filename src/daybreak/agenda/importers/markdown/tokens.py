"""A Markdown file as a sequence of headings, check boxes and other lines; code and comments are skipped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTE = re.compile(r"(?:\s{0,3}>\s?)+")
_FENCE = re.compile(r"\s*(?:[-*+]\s+)?(`{3,}|~{3,})([^`]*)$")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s|$)")
_ITEM = r"(\s*)(?:[-*+•]|\d{1,9}[.)])\s+"
# A box holds one character, whichever. “[ ]Buy” lacks its space, but is no link; “[x](address)” is one.
_CHECKBOX = re.compile(rf"{_ITEM}\[(\s{{0,3}}|\s?[xX]\s?|[^\[\]\s]\ufe0f?)\](?:\s+(.*)|\s*|(?<=\s\])(\w.*))")
_BARE_CHECKBOX = re.compile(r"(\s*)\[([ xX])\]\s+(\S.*)")
_BALLOT_BOX = re.compile(rf"(?:{_ITEM}|(\s*))([☐☑☒])\ufe0f?\s*(.*)")
_BALLOT_STATES = {"☐": " ", "☑": "x", "☒": "-"}
MARKERS = re.compile(rf"{_ITEM}(?:#{{1,6}}\s+)?(TODO|DOING|DONE|IN-PROGRESS|CANCELED|CANCELLED)\s+(\S.*)")
"""The words in place of a box in any file."""
LOGSEQ_MARKERS = re.compile(
    rf"{_ITEM}(?:#{{1,6}}\s+)?"
    r"(TODO|DOING|NOW|LATER|WAITING|WAIT|STARTED|DONE|IN-PROGRESS|CANCELED|CANCELLED)\s+(\S.*)"
)
"""The words in place of a box in a file of Logseq."""
# The rest of a box that lost a character, or its place at the start of an item.
_DAMAGED_BOX = re.compile(
    r"(?:[^\s`]{0,3}\s?){1,2}\[ \]\s*[^\s`]"
    r"|(?:[^\w\s|\[`]{0,3}\s*){1,2}\[[xX]?\](?![(\[\]:`]|\s*$)|\w\s*\[[xX]\]\s"
    r"|(?:[-*+•]\s*)?[^\w\s\[|]?\s?[ xX]?\](?![(\[\]:])\s*\S|\w\s?\]\s+\S"
    r"|[-*+•]\s*[^\s\[]\s?[xX]?\]\s+\S|[-*+•]\s+(?:\[\[\]|\[\]\])\s*\S"
    r"|[-*+•]\s+\[(?:[ xX][^\]]?\s*[^\]\s](?!\S*\])|\s*$)"
)
_DRAWER = re.compile(r"\s*:(?:LOGBOOK|PROPERTIES):\s*", re.IGNORECASE)
_DRAWER_END = ":end:"
_MAX_DRAWER_LINES = 200
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
    """An item of a task list; ``indent`` in columns, ``state`` the sign in its box, or the word for it."""

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


@dataclass(frozen=True, slots=True)
class Drawer:
    """The lines of a drawer of Logseq or Org, such as ``:LOGBOOK:``; ``last_line`` is that of its end."""

    line: int
    last_line: int


MarkdownToken = MarkdownHeading | Checkbox | MarkdownProse | Drawer | UnclosedBlock


def scan_tokens(
    lines: list[str], start: int = 0, markers: re.Pattern[str] = MARKERS
) -> Iterator[MarkdownToken]:
    """Yield the tokens of the lines from the index ``start`` on; lines count from 1.

    ``markers`` matches the words in place of a box, as in “- TODO Write”.
    """
    at = start
    while at < len(lines):
        line = _strip_quote(lines[at])
        end = _find_hidden_end(lines, at, line)
        if end is not None:
            if end == len(lines):
                yield UnclosedBlock(at + 1)
            elif _DRAWER.fullmatch(line):
                yield Drawer(at + 1, end + 1)
            at = end + 1
            continue
        underline = _match_underline(line, lines, at)
        if underline is not None:
            yield MarkdownHeading(at + 1, 1 if underline == "=" else 2, line.strip())
            at += 2
            continue
        yield _make_token(line, at + 1, markers)
        at += 1


def is_damaged_box(text: str) -> bool:
    """Return whether a line without its indent begins like an item with a box, of which a part is missing."""
    if "[" not in text[:8] and "]" not in text[:8]:
        return False
    is_table = text.startswith("|") and "|" in text[1:]
    return not is_table and _DAMAGED_BOX.match(text) is not None


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
    return _find_drawer_end(lines, at) if _DRAWER.fullmatch(line) else None


def _find_drawer_end(lines: list[str], at: int) -> int | None:
    following = range(at + 1, min(len(lines), at + _MAX_DRAWER_LINES))
    return next((n for n in following if lines[n].strip().lower() == _DRAWER_END), None)


def _match_underline(line: str, lines: list[str], at: int) -> str | None:
    if not line.strip() or _NOT_PARAGRAPH.match(line) or _HEADING.match(line) or at + 1 == len(lines):
        return None
    match = _UNDERLINE.fullmatch(_strip_quote(lines[at + 1]))
    return match[1][0] if match else None


def _make_token(line: str, number: int, markers: re.Pattern[str]) -> MarkdownToken:
    if heading := _HEADING.match(line):
        return MarkdownHeading(number, len(heading[1]), _strip_closing_hashes(line[heading.end() :].strip()))
    if box := _match_checkbox(line, number) or _match_marker(line, number, markers):
        return box
    indent = _indent_width(line[: len(line) - len(line.lstrip())])
    return MarkdownProse(number, indent, line.strip(), bool(line.strip()) and not _NOT_PARAGRAPH.match(line))


def _match_checkbox(line: str, number: int) -> Checkbox | None:
    if "[" in line and (box := _CHECKBOX.fullmatch(line) or _BARE_CHECKBOX.fullmatch(line)):
        text = box[3] or (box[4] if box.re is _CHECKBOX else "") or ""
        return Checkbox(number, _indent_width(box[1]), box[2].strip().removesuffix("\ufe0f") or " ", text)
    if not line.isascii() and (ballot := _BALLOT_BOX.fullmatch(line)):
        indent = _indent_width(ballot[1] or ballot[2] or "")
        return Checkbox(number, indent, _BALLOT_STATES[ballot[3]], ballot[4])
    return None


def _match_marker(line: str, number: int, markers: re.Pattern[str]) -> Checkbox | None:
    if not line[:1] or (line[0] not in "-*+•" and not line[0].isspace() and not line[0].isdigit()):
        return None
    match = markers.fullmatch(line)
    return match and Checkbox(number, _indent_width(match[1]), match[2], match[3])


def _strip_closing_hashes(heading: str) -> str:
    bare = heading.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else heading


def _indent_width(indent: str) -> int:
    return len(indent.expandtabs(4))
