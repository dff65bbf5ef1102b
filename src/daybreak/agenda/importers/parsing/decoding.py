"""Decoding of a file's bytes to text."""

import codecs

from daybreak.agenda.importers.parsing.signatures import BINARY_DATA

_DAMAGED_WARNING = "It is not valid UTF-16, so some characters may be wrong; save it as UTF-8."
_LEGACY_WARNING = (
    "It is not UTF-8 and was read as Windows-1252, so some letters may be wrong; save it as UTF-8."
)

_UTF_16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_MAX_UNLIKELY_LETTER = b"\xde"
_MAX_CONTROL_RATIO = 0.02


def decode(content: bytes) -> tuple[str, str | None]:
    """Return the text of a file, and a one-sentence warning if it may differ from what its author wrote.

    UTF-8 and, with a byte order mark, UTF-16 are decoded as such, without an incomplete last character;
    anything else as Windows-1252. Binary data returns the empty text. The text has no byte order mark and no
    NUL; line ends are untouched.
    """
    if content.startswith(_UTF_16_BOMS):
        return _decode_utf_16(content)
    if b"\0" in content:
        return "", BINARY_DATA
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return _decode_cut(content) or _decode_legacy(content)


def is_cut_in_character(content: bytes) -> bool:
    """Return whether the last character of a file is incomplete: the file is UTF-8 or UTF-16 up to there."""
    if content.startswith(_UTF_16_BOMS):
        return len(content) % 2 == 1
    return _whole_characters(content) < len(content)


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


def _decode_utf_16(content: bytes) -> tuple[str, str | None]:
    try:
        text, warning = content.decode("utf-16"), None
    except UnicodeDecodeError:
        text, warning = content.decode("utf-16", errors="replace"), _DAMAGED_WARNING
    return ("", BINARY_DATA) if "\0" in text else (text, warning)


def _decode_legacy(content: bytes) -> tuple[str, str | None]:
    controls = len(content) - len(content.translate(None, _CONTROL_BYTES))
    if controls > len(content) * _MAX_CONTROL_RATIO:
        return "", BINARY_DATA
    return content.decode("cp1252", errors="replace"), _LEGACY_WARNING
