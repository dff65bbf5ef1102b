"""Decoding of a file's bytes to text."""

import codecs

_BINARY_WARNING = "It contains binary data, so nothing was imported; save it as UTF-8 text."
_DAMAGED_WARNING = "It is not valid UTF-16, so some characters may be wrong; save it as UTF-8."
_LEGACY_WARNING = (
    "It is not UTF-8 and was read as Windows-1252, so some letters may be wrong; save it as UTF-8."
)

_UTF_16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_MAX_CONTROL_RATIO = 0.02


def decode(content: bytes) -> tuple[str, str | None]:
    """Return the text of a file, and a one-sentence warning if it may differ from what its author wrote.

    UTF-8 and, with a byte order mark, UTF-16 are decoded as such; anything else as Windows-1252. Binary data
    returns the empty text. The text has no byte order mark and no NUL; line ends are untouched.
    """
    if content.startswith(_UTF_16_BOMS):
        return _decode_utf_16(content)
    if b"\0" in content:
        return "", _BINARY_WARNING
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return _decode_legacy(content)


def _decode_utf_16(content: bytes) -> tuple[str, str | None]:
    try:
        text, warning = content.decode("utf-16"), None
    except UnicodeDecodeError:
        text, warning = content.decode("utf-16", errors="replace"), _DAMAGED_WARNING
    return ("", _BINARY_WARNING) if "\0" in text else (text, warning)


def _decode_legacy(content: bytes) -> tuple[str, str | None]:
    controls = len(content) - len(content.translate(None, _CONTROL_BYTES))
    if controls > len(content) * _MAX_CONTROL_RATIO:
        return "", _BINARY_WARNING
    return content.decode("cp1252", errors="replace"), _LEGACY_WARNING
