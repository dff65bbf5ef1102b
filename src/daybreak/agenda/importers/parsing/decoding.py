"""Decoding of a file's bytes to text."""

import codecs

from daybreak.agenda.importers.parsing.encodings import decode_mixed, detect_wide_encoding
from daybreak.agenda.importers.parsing.signatures import BINARY_DATA

_DAMAGED_WARNING = "It is not valid UTF-16, so some characters may be wrong; save it as UTF-8."
_LEGACY_WARNING = "It is not UTF-8 and was read as {}, so some letters may be wrong; save it as UTF-8."
_MIXED_WARNING = "{} not UTF-8; their letters were read as {} and may be wrong. Save the file as UTF-8."
_NUL_WARNING = "A NUL byte was removed from {}; save it as UTF-8 text."

_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x10\x1c\x1d\x1e\x1f")) + b"\x7f"
_MAX_UNLIKELY_LETTER = b"\xde"
_MAX_CONTROL_RATIO = 0.02
_MAX_STRAY_CONTROLS = 2
_MAX_LINES_NAMED = 5


def decode(content: bytes) -> tuple[str, str | None]:
    """Return the text of a file, and a one-sentence warning if it may differ from what its author wrote.

    UTF-8, UTF-16 with or without a byte order mark, and UTF-32 with one are decoded as such, without an
    incomplete last character. Bytes that are not UTF-8 are read as Windows-1252, or as the DOS or the Mac
    encoding if these fit better, and change their own line only. Binary data returns the empty text. The text
    has no byte order mark and no NUL; line ends are untouched.
    """
    wide = detect_wide_encoding(content)
    if wide:
        return _decode_wide(content, wide)
    if b"\0" in content:
        return _decode_with_nul(content)
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return _decode_cut(content) or _decode_legacy(content)


def is_cut_in_character(content: bytes) -> bool:
    """Return whether the last character of a file is incomplete: the file is Unicode up to there."""
    wide = detect_wide_encoding(content)
    if wide:
        return len(content) % (4 if wide == "utf-32" else 2) != 0
    return _whole_characters(content) < len(content)


def describe_lines(lines: list[int]) -> str:
    """Return “Parts of line 3 are”, or “Parts of lines 3, 9 and 2 more are”."""
    if len(lines) == 1:
        return f"Parts of line {lines[0]} are"
    more = len(lines) - _MAX_LINES_NAMED
    last = f"{more} more" if more > 0 else str(lines[-1])
    named = lines[:_MAX_LINES_NAMED] if more > 0 else lines[:-1]
    return f"Parts of lines {', '.join(map(str, named))} and {last} are"


def _whole_characters(content: bytes) -> int:
    """Return the length of a UTF-8 text without an incomplete last character."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.end == len(content) and error.reason == "unexpected end of data"
        # A file whose only letter beyond ASCII is its last byte may be Windows-1252: “Zoë”.
        is_legacy = content[error.start :] > _MAX_UNLIKELY_LETTER and content[: error.start].isascii()
        return error.start if is_cut and (not is_legacy or error.end - error.start > 1) else len(content)
    return len(content)


def _decode_cut(content: bytes) -> tuple[str, str | None] | None:
    length = _whole_characters(content)
    return (content[:length].decode("utf-8-sig"), None) if length < len(content) else None


def _decode_wide(content: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        text, warning = content.decode(encoding), None
    except UnicodeDecodeError:
        text, warning = content.decode(encoding, errors="replace"), _DAMAGED_WARNING
    if "\0" not in text:
        return text, warning
    nuls = text.count("\0")
    if nuls > max(_MAX_STRAY_CONTROLS, len(text) * _MAX_CONTROL_RATIO):
        return "", BINARY_DATA
    return text.replace("\0", ""), _DAMAGED_WARNING


def _decode_with_nul(content: bytes) -> tuple[str, str | None]:
    """Decode a text with a few damaged bytes; more controls are binary data."""
    if _is_binary(content):
        return "", BINARY_DATA
    line = content[: content.index(b"\0")].count(b"\n") + 1
    text, warning = decode(content.replace(b"\0", b""))
    return text, warning or _NUL_WARNING.format(f"line {line}")


def _decode_legacy(content: bytes) -> tuple[str, str | None]:
    if _is_binary(content):
        return "", BINARY_DATA
    mixed = decode_mixed(content.removeprefix(codecs.BOM_UTF8))
    if mixed.is_legacy:
        return mixed.text, _LEGACY_WARNING.format(mixed.encoding)
    return mixed.text, _MIXED_WARNING.format(describe_lines(mixed.lines), mixed.encoding)


def _is_binary(content: bytes) -> bool:
    controls = len(content) - len(content.translate(None, _CONTROL_BYTES))
    return controls > max(_MAX_STRAY_CONTROLS, len(content) * _MAX_CONTROL_RATIO)
