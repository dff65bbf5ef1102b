"""Titles of the reader's things inside of sentences.

A sentence has each title in “quotation marks”, which no other part of it contains: a form shows the title in
bold instead, or plain. Inside of a title, and of text that the reader wrote, they become single ones.
"""

import re
from collections.abc import Iterator

_MAX_TITLE_LENGTH = 120
_INNER_QUOTES = str.maketrans("“”", "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}")
_TITLE = re.compile("“([^“”]*)”")


def quoted(title: str) -> str:
    """Return a title in quotation marks, shortened, so that it never reads as Daybreak's own text."""
    clean = own_words(title) or "untitled"
    return (
        f"“{clean}”" if len(clean) <= _MAX_TITLE_LENGTH else f"“{clean[: _MAX_TITLE_LENGTH - 1].rstrip()}…”"
    )


def own_words(text: str) -> str:
    """Return text that the reader wrote, on one line, without the marks of titles."""
    return " ".join(text.split()).translate(_INNER_QUOTES)


def split_titles(sentence: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a sentence without the marks, each with whether it is a title."""
    for number, piece in enumerate(_TITLE.split(sentence)):
        if piece:
            yield piece, number % 2 == 1


def without_marks(sentence: str) -> str:
    """Return a sentence as plain text: its titles without quotation marks."""
    return "".join(piece for piece, _ in split_titles(sentence))
