"""The words for tasks that someone may do someday, but has not decided to do."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

SOMEDAY_TAG: Final = "someday"
"""The tag of such tasks, in any format."""

_WORDS = frozenset(
    word
    for language in (
        "someday; some day; someday maybe; someday or maybe; maybe; maybe someday; one day; sometime",
        "irgendwann; irgendwann vielleicht; vielleicht; eines tages; vielleicht irgendwann",
        "un jour; un jour peut être; peut être; peut être un jour",
        "algún día; algún día quizás; algún día tal vez; tal vez; quizás; algun dia",
        "un giorno; un giorno forse; prima o poi; forse",
        "ooit; ooit misschien; misschien; ooit een keer",
        "um dia; algum dia; um dia talvez; algum dia talvez; talvez",
    )
    for word in language.split("; ")
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_MAX_LENGTH = 40


@lru_cache(maxsize=4096)
def is_someday(name: str) -> bool:
    """Return whether a heading, a list, a tag, a status or a file has a name such as “Someday/Maybe”."""
    return len(name) <= _MAX_LENGTH and _NOT_A_WORD.sub(" ", name.casefold()).strip() in _WORDS


def add_someday_tag(tags: list[str], names: Iterable[str | None], title: str = "") -> list[str]:
    """Return the tags with `SOMEDAY_TAG` if a tag, a name of its lists or its title means someday.

    A title means it by its first words: “Someday: sail to Oslo”.
    """
    before, colon, _ = title.partition(":")
    is_meant = (
        any(map(is_someday, tags))
        or any(name and is_someday(name) for name in names)
        or (bool(colon) and is_someday(before))
    )
    return [*tags, SOMEDAY_TAG] if is_meant else tags
