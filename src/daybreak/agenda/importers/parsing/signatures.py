"""What the first bytes of a file reveal: a calendar, or damage such as a web page in place of a list."""

import re

from daybreak.agenda.importers.parsing.encodings import detect_wide_encoding

WEB_PAGE = "It is a web page, not a list, so nothing was imported."
BINARY_DATA = "It contains binary data, so nothing was imported; save it as UTF-8 text."
CUT_IN_CHARACTER = "It is cut off inside its last character."
MALFORMED = "It is damaged: an entry in it is malformed."
CUT_OFF = "It is cut off: its last entry is incomplete."

_CALENDAR_HEADER = re.compile(r"BEGIN[ \t]*:[ \t]*VCALENDAR", re.IGNORECASE)
_BLANK = " \t\r\n\v\f\0\xa0\u200b\u2060\ufeff"
_HEADER_BYTES = 200
_HEAD_LENGTH = 4096
_WEB_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)?"
    r"(?:<!doctype\s+html\b|<(?:html|head|body|meta|title|script)\b"
    r"|(?:<br\s*/?>\s*)?<b>(?:Notice|Warning|Deprecated|Fatal error|Parse error)</b>:)",
    re.IGNORECASE | re.DOTALL,
)


def starts_with_calendar(head: bytes) -> bool:
    """Return whether a file begins with a calendar, in UTF-8, UTF-16 or UTF-32, after any white space."""
    encoding = detect_wide_encoding(head) or "utf-8"
    beginning = head[:_HEADER_BYTES].decode(encoding, errors="ignore").lstrip(_BLANK)
    return _CALENDAR_HEADER.match(beginning) is not None


def is_web_page(text: str) -> bool:
    """Return whether a text begins like a web page, or like the error message of one."""
    return _WEB_PAGE.match(text[:_HEAD_LENGTH].removeprefix("\ufeff")) is not None


def find_damage(head: bytes) -> str | None:
    """Return why a file with these first bytes is no text that a user wrote; None if it may be one."""
    wide = detect_wide_encoding(head)
    if b"\0" in head and not wide:
        return BINARY_DATA
    text = head.decode(wide or "latin-1", errors="ignore")
    return WEB_PAGE if is_web_page(text.removeprefix("ï»¿")) else None
