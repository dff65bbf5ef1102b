"""Decoding of an iCalendar stream to numbered logical lines, for any encoding and line ends."""

import codecs
import re
from dataclasses import dataclass
from typing import NamedTuple

from daybreak.agenda.importers.parsing.decoding import describe_lines
from daybreak.agenda.importers.parsing.encodings import decode_mixed, detect_wide_encoding

_LINE_END = re.compile(rb"\r\n|\n|\r")
_UNPRINTABLE = {
    **dict.fromkeys([*range(9), *range(14, 32), *range(127, 160)]),
    **dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
    **dict.fromkeys([11, 12, 16, *range(28, 32), 0x85, 0x2028, 0x2029], " "),
}
_LEGACY_WARNING = "the file is not UTF-8; it was read as {}. Save it as UTF-8 if letters look wrong."
_MIXED_WARNING = "{} not UTF-8; their letters were read as {} and may be wrong. Save the file as UTF-8."
_MARK = rb"(?:BEGIN|END)[ \t]*:[ \t]*[A-Za-z][\w-]*[ \t]*"
_INDENTED_MARK = re.compile(rb"^[ \t]+" + _MARK + rb"\r?$", re.IGNORECASE | re.MULTILINE)
_IS_MARK = re.compile(_MARK, re.IGNORECASE)
# No program folds after one of these: what is indented there is a line of its own.
_WHOLE_MARK = re.compile(
    rb"\s*(?:BEGIN|END):V(?:CALENDAR|EVENT|TODO|JOURNAL|FREEBUSY|TIMEZONE)\s*", re.IGNORECASE
)
_PROPERTY = re.compile(rb"[A-Za-z][A-Za-z0-9-]*[;:]")
# In vCalendar 1.0 a soft line break of quoted-printable continues a line without white space on the next.
_SOFT_BREAKS = re.compile(
    rb"^[A-Z0-9-]+;[^:\r\n]{0,200}?QUOTED-PRINTABLE[^:\r\n]{0,200}:"
    rb"(?:[^\r\n]*=(?:\r\n|\n)[ \t]?(?!BEGIN:|END:))+",
    re.IGNORECASE | re.MULTILINE,
)
_SOFT_BREAK = re.compile(rb"=(\r\n|\n)[ \t]?")
_CHARSET = re.compile(rb";CHARSET=\"?([A-Za-z0-9_.:-]{2,30})\"?[;:]", re.IGNORECASE)
_INVISIBLE = re.compile("^[\ufeff\u200b\u2060\xa0]+|[\ufeff\u200b\u2060\xa0]+$", re.MULTILINE)


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
    """Unfold and decode a file: Unicode, else each damaged line by itself, with a warning."""
    warning = None
    wide = detect_wide_encoding(content)
    if wide:
        text = content.decode(wide, errors="replace")
        warning = "the file is cut off inside a UTF-16 character." if "\ufffd" in text else None
        content = text.encode("utf-8", errors="replace")
    numbers, unfolded = _unfold(_normalize_line_starts(content.removeprefix(codecs.BOM_UTF8)))
    joined = b"\n".join(unfolded)
    try:
        text = joined.decode("utf-8")
    except UnicodeDecodeError:
        text, warning = _decode_damaged(joined, numbers, unfolded)
    if not text.isascii() or not text.replace("\n", "").isprintable():
        text = _INVISIBLE.sub("", text.translate(_UNPRINTABLE))
    texts = text.split("\n") if numbers else []
    return DecodedCalendar([LogicalLine(*pair) for pair in zip(numbers, texts, strict=True)], warning)


def _decode_damaged(joined: bytes, numbers: list[int], unfolded: list[bytes]) -> tuple[str, str | None]:
    named = _decode_named_charsets(unfolded)
    if named is not None:
        try:
            return named.decode("utf-8"), None
        except UnicodeDecodeError:
            joined = named
    mixed = decode_mixed(joined)
    if mixed.is_legacy:
        return mixed.text, _LEGACY_WARNING.format(mixed.encoding)
    lines = [numbers[index - 1] for index in mixed.lines]
    return mixed.text, _MIXED_WARNING.format(describe_lines(lines), mixed.encoding)


def _decode_named_charsets(unfolded: list[bytes]) -> bytes | None:
    """Return the lines joined, those with a CHARSET converted to UTF-8 from it; None if there are none."""
    found = False
    lines = []
    for line in unfolded:
        charset = _CHARSET.search(line) if not line.isascii() else None
        if charset is not None:
            try:
                lines.append(line.decode("utf-8").encode())
                continue
            except UnicodeDecodeError:
                pass
            try:
                text = line.decode(charset[1].decode("ascii"), errors="replace").replace("\n", " ")
                line, found = text.encode("utf-8", errors="replace"), True  # noqa: PLW2901 - the same line
            except LookupError:
                pass
        lines.append(line)
    return b"\n".join(lines) if found else None


def _normalize_line_starts(content: bytes) -> bytes:
    """Return the file with folds where lines go on, and without any where they begin."""
    if _INDENTED_MARK.search(content):
        content = _outdent(content)
    return _SOFT_BREAKS.sub(lambda found: _SOFT_BREAK.sub(rb"\1 ", found[0]), content)


def _outdent(content: bytes) -> bytes:
    """Remove the indentation of components and their properties, which is no fold."""
    lines: list[bytes] = []
    indentation = b""
    follows_mark = True
    for line in content.splitlines(keepends=True):
        bare = line.lstrip(b" \t")
        space = line[: len(line) - len(bare)]
        is_mark = _IS_MARK.fullmatch(bare.rstrip(b"\r\n")) is not None
        if follows_mark:
            indentation = space
        is_property = indentation and space == indentation and _PROPERTY.match(bare)
        lines.append(bare if is_mark or follows_mark or is_property else line)
        follows_mark = is_mark
    return b"".join(lines)


def _unfold(content: bytes) -> tuple[list[int], list[bytes]]:
    # RFC 5545 §3.1 lets a fold cut a multi-byte character in two, so bytes are joined before decoding.
    numbers: list[int] = []
    pieces: list[list[bytes]] = []
    for number, line in enumerate(_LINE_END.split(content), start=1):
        is_indented = line[:1] in {b" ", b"\t"}
        if is_indented and pieces and not _is_whole_mark(pieces[-1]):
            pieces[-1].append(line[1:])
        elif line.strip():
            numbers.append(number)
            # White space before the first line or after a mark is no fold: it continues nothing.
            pieces.append([line.lstrip() if is_indented else line])
    return numbers, [b"".join(parts) for parts in pieces]


def _is_whole_mark(pieces: list[bytes]) -> bool:
    return len(pieces) == 1 and _WHOLE_MARK.fullmatch(pieces[0]) is not None
