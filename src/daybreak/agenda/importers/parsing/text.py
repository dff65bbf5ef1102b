"""Text for display: one line or a block, bounded, without characters that garble or disguise it."""

import re
import unicodedata

MAX_TITLE_LENGTH = 500
MAX_BLOCK_LENGTH = 20_000
MAX_ID_LENGTH = 200

# Controls that separate words: Python's other line ends, and U+0010, with which sleek ends lines.
_SEPARATORS = re.compile("[\x0b\x0c\x10\x1c-\x1f\x85\u2028\u2029]")
# Letters without a width, which spreadsheets and web pages leave at the ends of a value.
_INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff"
# Controls, bidirectional marks and overrides, byte order marks, and the lone surrogates that JSON can spell.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_UNUSUAL = re.compile(f"[{_SEPARATORS.pattern[1:-1]}{_UNSAFE.pattern[1:-1]}{_INVISIBLE}]")
_ZERO_WIDTH = "\u200b\u2060\ufeff\u00ad"
_INVISIBLE_BESIDE_SPACE = re.compile(
    rf"(?<=[\s:])[{_ZERO_WIDTH}]+|^[{_ZERO_WIDTH}]+|[{_ZERO_WIDTH}]+(?=[\s\d)\]}}]|$)"
)
_UNUSUAL_SPACE = re.compile("(?<=:)[\u00a0\u202f]+(?=\\d)|([\u00a0\u2000-\u200a\u202f\u205f\u3000])")
_NOT_IN_SLUG = re.compile(r"[^\w]+")


def split_lines(text: str) -> list[str]:
    """Return the lines as an editor counts them, without their ends."""
    return normalize_newlines(text).split("\n")


def normalize_newlines(text: str) -> str:
    r"""Return the text with ``\n`` for every line end, so that line numbers are those of an editor."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def normalize_spaces(text: str) -> str:
    """Return a line with plain spaces, and without invisible characters beside spaces and digits.

    Text that is copied from web pages contains them: a date would not be a date.
    """
    if text.isascii():
        return text
    return _INVISIBLE_BESIDE_SPACE.sub("", _UNUSUAL_SPACE.sub(lambda found: " " if found[1] else "", text))


def clean_line(text: str, limit: int = MAX_TITLE_LENGTH) -> str:
    """Return a title, name or id with spaces collapsed, at most ``limit`` characters.

    A separator such as U+0010 or U+2028 is a space. Invisible characters at the ends are removed.
    """
    if not text.isprintable() and _UNUSUAL.search(text):
        text = _strip_invisible(_UNSAFE.sub("", _SEPARATORS.sub(" ", text)))
    return _truncate(" ".join(text.split()), limit)


def clean_block(text: str, limit: int = MAX_BLOCK_LENGTH) -> str:
    """Return several lines, at most ``limit`` characters, without empty ones at either end."""
    clean = normalize_newlines(text)
    if not clean.replace("\n", "").isprintable():
        clean = _UNSAFE.sub("", _SEPARATORS.sub("\n", clean))
    return _truncate("\n".join(line.rstrip() for line in clean.split("\n")).strip("\n"), limit)


def quote_value(value: str) -> str:
    """Return a value as a warning shows it."""
    return f"“{clean_line(value, 60)}”"


def slugify(title: str) -> str:
    """Return an identifier of a title that ignores case, spacing and punctuation; never empty."""
    plain = title.lower() if title.isascii() else unicodedata.normalize("NFKC", title).casefold()
    return _NOT_IN_SLUG.sub("-", plain).strip("-")[:MAX_ID_LENGTH] or "untitled"


def _strip_invisible(text: str) -> str:
    """Return the text without spaces and invisible characters at its ends."""
    stripped = text.strip().strip(_INVISIBLE)
    return stripped if stripped == text else _strip_invisible(stripped)


def _truncate(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
