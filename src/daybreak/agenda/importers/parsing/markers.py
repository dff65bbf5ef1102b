"""Words with a leading sign, such as ``+project``, ``@context`` or ``#tag``, within a title."""

import re


def strip_markers(text: str, marker: re.Pattern[str]) -> str:
    """Return the title without the markers at its ends; one in mid-sentence only loses its sign.

    ``marker`` matches a whole word; its first group is the word without the sign.
    """
    words = text.split()
    while words and marker.fullmatch(words[-1]):
        words.pop()
    first = next((at for at, word in enumerate(words) if not marker.fullmatch(word)), len(words))
    return " ".join(match[1] if (match := marker.fullmatch(word)) else word for word in words[first:])
