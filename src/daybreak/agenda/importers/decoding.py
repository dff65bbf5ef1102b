"""From the bytes of a file to text."""

import codecs

_BINARY = "It holds binary data instead of text, so nothing was read; save it as text in UTF-8."
_DAMAGED = "It is not quite valid UTF-16, so some characters may be wrong; save it as UTF-8."
_LEGACY = "It is not UTF-8 and was read as Windows-1252, so some letters may be wrong; save it as UTF-8."

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_MOST_CONTROLS_PER_BYTE = 0.02


def decode(content: bytes) -> tuple[str, str | None]:
    """The text of a file, and one sentence of warning where it may not be what its author wrote.

    UTF-8 and, where a byte order mark says so, UTF-16 are read as they are; anything else as Windows-1252.
    Binary data gives the empty text. The text has no byte order mark and no NUL; line ends are untouched.
    """
    if content.startswith(_UTF_16_MARKS):
        return _decode_utf_16(content)
    if b"\0" in content:
        return "", _BINARY
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return _decode_legacy(content)


def _decode_utf_16(content: bytes) -> tuple[str, str | None]:
    try:
        text, warning = content.decode("utf-16"), None
    except UnicodeDecodeError:
        text, warning = content.decode("utf-16", errors="replace"), _DAMAGED
    return ("", _BINARY) if "\0" in text else (text, warning)


def _decode_legacy(content: bytes) -> tuple[str, str | None]:
    controls = len(content) - len(content.translate(None, _CONTROLS))
    if controls > len(content) * _MOST_CONTROLS_PER_BYTE:
        return "", _BINARY
    return content.decode("cp1252", errors="replace"), _LEGACY
