"""Decoding of an iCalendar stream to numbered logical lines, for any encoding and line ends."""

import codecs
import re
from dataclasses import dataclass
from typing import NamedTuple

_LINE_END = re.compile(rb"\r\n|\n|\r")
_UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class LogicalLine(NamedTuple):
    """One unfolded content line and the number (from 1) of the physical line on which it begins."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DecodedCalendar:
    """The logical lines of a file; ``warning`` describes a problem of its encoding, if there is one."""

    lines: list[LogicalLine]
    warning: str | None


def decode_calendar(content: bytes) -> DecodedCalendar:
    """Unfold and decode a file: UTF-8, UTF-16 with its mark, else Windows-1252 with a warning."""
    complaint = None
    if content.startswith(_UTF16_BOMS):
        text = content.decode("utf-16", errors="replace")
        complaint = "the file is cut off inside a UTF-16 character." if "\ufffd" in text else None
        content = text.encode()
    numbers, unfolded = _unfold(content.removeprefix(codecs.BOM_UTF8))
    joined = b"\n".join(unfolded)
    try:
        text = joined.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_western(joined)
        complaint = (
            "the file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 if letters look wrong."
        )
    texts = text.translate(_UNPRINTABLE).split("\n") if numbers else []
    return DecodedCalendar([LogicalLine(*pair) for pair in zip(numbers, texts, strict=True)], complaint)


def _unfold(content: bytes) -> tuple[list[int], list[bytes]]:
    # RFC 5545 §3.1 lets a fold cut a multi-byte character in two, so bytes are joined before decoding.
    numbers: list[int] = []
    pieces: list[list[bytes]] = []
    for number, line in enumerate(_LINE_END.split(content), start=1):
        if pieces and line[:1] in {b" ", b"\t"}:
            pieces[-1].append(line[1:])
        elif line.strip():
            numbers.append(number)
            # White space before the first line is no fold: there is nothing that it could continue.
            pieces.append([line if pieces else line.lstrip()])
    return numbers, [b"".join(parts) for parts in pieces]


def _decode_western(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
