"""Titles of the reader's things inside of sentences.

A sentence has each title in “quotation marks”, which no other part of it contains: a form shows the title in
bold instead, or plain. Inside of a title, and of text that the reader wrote, they become single ones.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

_MAX_TITLE_LENGTH = 120
_INNER_QUOTES = str.maketrans("“”", "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}")
_TITLE = re.compile("“([^“”]*)”")
# Invisible characters are removed when a title is shown; spaces next to them would stay at its ends.
_INVISIBLE = (
    r"\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_INVISIBLE_ENDS = re.compile(f"^[{_INVISIBLE}]+|[{_INVISIBLE}]+$")


def quoted(title: str) -> str:
    """Return a title in quotation marks, shortened, so that it never reads as Daybreak's own text."""
    clean = own_words(title) or "untitled"
    return (
        f"“{clean}”" if len(clean) <= _MAX_TITLE_LENGTH else f"“{clean[: _MAX_TITLE_LENGTH - 1].rstrip()}…”"
    )


def own_words(text: str) -> str:
    """Return text that the reader wrote, on one line, without the marks of titles."""
    clean = " ".join(text.split()).translate(_INNER_QUOTES)
    return clean if clean.isascii() else _INVISIBLE_ENDS.sub("", clean)


def command(text: str) -> str:
    """Return a command in single quotation marks, which no form shows as a title."""
    return f"“{text}”".translate(_INNER_QUOTES)


def split_titles(sentence: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a sentence without the marks, each with whether it is a title."""
    for number, piece in enumerate(_TITLE.split(sentence)):
        if piece:
            yield piece, number % 2 == 1


def without_marks(sentence: str) -> str:
    """Return a sentence as plain text: its titles without quotation marks."""
    return "".join(piece for piece, _ in split_titles(sentence))


def shorten_titles(sentence: str, columns: int) -> str:
    """Return a sentence with each title cut to a number of columns."""
    return _TITLE.sub(lambda found: f"“{_cut(found[1], columns)}”", sentence)


def _cut(title: str, columns: int) -> str:
    return title if cell_len(title) <= columns else f"{set_cell_size(title, columns - 1).rstrip()}…"
