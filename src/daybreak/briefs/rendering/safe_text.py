"""Text from outside, made fit to stand in a line of any form."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def one_line(text: str) -> str:
    """The text on one line, as it may be shown.

    White space of any kind becomes single spaces, a control character (such as the one that starts a
    terminal's commands) becomes “�”, and signs without a shape of their own, above all those that reorder
    what stands around them, are left out. The joiners that emoji and some scripts need stay.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _CONTROL.sub("\ufffd", " ".join(_INVISIBLE.sub("", text).split()))
