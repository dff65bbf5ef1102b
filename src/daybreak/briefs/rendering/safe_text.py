"""Untrusted text, made safe for one line of any output format."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def one_line(text: str) -> str:
    """Return the text on one line, safe to show.

    White space of any kind becomes single spaces. A control character, such as the one that starts terminal
    commands, becomes “�”. Invisible characters are removed, above all those that reorder the surrounding
    text. The joiners that emoji and some scripts need are preserved.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _CONTROL.sub("\ufffd", " ".join(_INVISIBLE.sub("", text).split()))
