"""Recognition of a file's encoding: Unicode by its mark or its NULs, and three encodings of one byte."""

import codecs
import re
from bisect import bisect_right
from itertools import islice
from typing import NamedTuple

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUL_SAMPLE = 4096
# Of UTF-16 text with Latin letters nearly every second byte is NUL; of other text the markup and the digits.
_MIN_NUL_RATIO = 0.2
_MAX_STRAY_RATIO = 0.02
_NAMES = {"cp1252": "Windows-1252", "cp850": "DOS (850)", "mac_roman": "Mac Roman"}
_COMMON_LETTERS = frozenset("äöüßéèêëàâáåæçñóòôøœíìîïúùûãõÿ")
_LETTER = re.compile(rb"[\x80-\xff]")
_UTF_8_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_MAX_BAD_BYTES = 200_000
_NOT_LETTERS = bytes(one for one in range(256) if not chr(one).isalpha() or one > 127)  # noqa: PLR2004 - ASCII
_MAX_LETTERS_SAMPLED = 2000
_LINE_END = re.compile(rb"\r\n|\n|\r")


class MixedText(NamedTuple):
    """A text that is UTF-8 except for some bytes, and the numbers (from 1) of the lines with such bytes.

    Attributes:
        text: the text; the other bytes are read as ``encoding``.
        lines: the numbers of these lines, in order; empty if ``is_legacy``.
        encoding: the name of the encoding, for a warning.
        is_legacy: whether the whole text is in that encoding.
    """

    text: str
    lines: list[int]
    encoding: str
    is_legacy: bool


def detect_wide_encoding(content: bytes) -> str | None:
    """Return a file's UTF-16 or UTF-32, known by its mark or by its NULs; None for other files."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return encoding
    head = content[:_NUL_SAMPLE]
    if b"\0" not in head:
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    most, fewest = max(odd, even), min(odd, even)
    if most < max(2, len(head) // 2 * _MIN_NUL_RATIO) or fewest > most * _MAX_STRAY_RATIO:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if _is_written_text(head.decode(encoding, errors="ignore")) else None


def decode_mixed(content: bytes) -> MixedText:
    """Decode a file that is not UTF-8 as a whole: each byte that is not, as the most likely encoding.

    A valid sequence of UTF-8 stays, so that a damaged byte changes its own line only. A text without any, or
    with too many other bytes, is in one encoding as a whole.
    """
    bad = _find_bad_bytes(content) if _UTF_8_LETTER.search(content) else None
    if bad is None or len(bad) >= _MAX_BAD_BYTES:
        sample = [match.span() for match in islice(_LETTER.finditer(content), _MAX_LETTERS_SAMPLED)]
        encoding = _guess_legacy_encoding(content, sample)
        return MixedText(content.decode(encoding, errors="replace"), [], _NAMES[encoding], is_legacy=True)
    encoding = _guess_legacy_encoding(content, bad)
    pieces, end = [], 0
    for start, until in bad:
        pieces.append(content[end:start].decode("utf-8"))
        pieces.append(content[start:until].decode(encoding, errors="replace"))
        end = until
    pieces.append(content[end:].decode("utf-8", errors="replace"))
    line_ends = [match.end() for match in _LINE_END.finditer(content)]
    lines = sorted({bisect_right(line_ends, start) + 1 for start, _ in bad})
    return MixedText("".join(pieces), lines, _NAMES[encoding], is_legacy=False)


def _find_bad_bytes(content: bytes) -> list[tuple[int, int]]:
    """Return the beginnings and ends of all sequences that are not UTF-8, in order."""
    bad: list[tuple[int, int]] = []

    def skip(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        bad.append((error.start, error.end))
        return "", error.end if len(bad) < _MAX_BAD_BYTES else len(content)

    codecs.register_error("daybreak.skip", skip)
    content.decode("utf-8", errors="daybreak.skip")
    return bad


def _is_written_text(text: str) -> bool:
    """Return whether a text has no controls but white space, apart from one damaged character."""
    controls = sum(
        not (one.isprintable() or one.isspace() or one in "\ufeff\u200b\u200e\u200f") for one in text
    )
    return bool(text) and controls <= max(1, len(text) * _MAX_STRAY_RATIO)


def _guess_legacy_encoding(content: bytes, bad: list[tuple[int, int]]) -> str:
    """Return the encoding in which most of the letters that are not UTF-8 are common ones of their case."""
    # Windows-1252 is the first and wins unless another encoding has letters that it has not.
    places = [at for start, end in bad[:_MAX_LETTERS_SAMPLED] for at in range(start, end)]
    scores = {encoding: sum(_score_letter(content, at, encoding) for at in places) for encoding in _NAMES}
    return max(_NAMES, key=lambda encoding: max(scores[encoding], 0))


def _score_letter(content: bytes, at: int, encoding: str) -> int:
    beside = content[max(at - 1, 0) : at] + content[at + 1 : at + 2]
    if not beside.translate(None, _NOT_LETTERS):
        return 0
    letter = content[at : at + 1].decode(encoding, errors="replace")
    if letter.lower() not in _COMMON_LETTERS:
        return 0 if letter.isalpha() else -1
    follows_small = at > 0 and 97 <= content[at - 1] <= 122  # noqa: PLR2004 - a to z
    return -1 if letter.isupper() and follows_small else 1
