"""The distinctive words of titles: those that show what a meeting or a task is about.

Common words of calendars and task lists are never distinctive, in any of the usual languages of such lists.
"""

import re
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

MIN_LETTERS = 4
LONG_LETTERS = 10
_MIN_CODE = 3
_WORD = re.compile(r"[A-Z]{2,}-\d+|[^\W_]+(?:\.\d+)*")
_ENDING = re.compile(r"(?:ings?|ed|e?s)$")
_MIN_STEM = 5
_ROUTE = re.compile(
    r"\b(?:flight|train|flug|zug|vol|vuelo|tren)\b.*?(?:\bto\b|\bnach\b|\bvers\b|\bà\b|→|->|>)", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")

_CODE_OF_TIME = re.compile(r"q[1-4]|h[12]|k?w\d+|\d+(?:am|pm|h|d|st|nd|rd|th)")
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_ONE_TO_ONE = re.compile(
    r"\b1 ?(?:[-:x/]|on|zu|auf) ?1\b|\bone.on.one\b|\bunter vier augen\b|\btête.à.tête\b", re.IGNORECASE
)


class TitleWord(NamedTuple):
    """A word of a title.

    Attributes:
        key: the word for comparisons, without the endings of English nouns and verbs.
        folded: the word in one case.
        shown: the word as written.
        has_capital: whether it begins with a capital ...
        is_name: ... that its place in the title does not explain.
        is_number: whether it is a whole number.
        is_code: whether it names a version, an issue or a class: digits with points or letters.
        is_common: whether it never states what a title is about.
        is_distinctive: whether it can state what a title is about.
    """

    key: str
    folded: str
    shown: str
    has_capital: bool
    is_name: bool

    is_number: bool
    is_code: bool
    is_common: bool
    is_distinctive: bool


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return the words that never show what a title is about."""
    lines = resources.files(__package__).joinpath("common_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=8192)
def title_words(title: str) -> tuple[TitleWord, ...]:
    """Return the words of a title, in order."""
    text = _POSSESSIVE.sub("", unicodedata.normalize("NFC", title))
    found = [match[0] for match in _WORD.finditer(text)]
    behind = [word for word in found[1:] if len(word) >= MIN_LETTERS]
    is_in_capitals = len(behind) > 1 and all(word[0].isupper() for word in behind)
    return tuple(
        _make_word(word, is_name=word[0].isupper() and number > 0 and not is_in_capitals)
        for number, word in enumerate(found)
    )


def _make_word(word: str, *, is_name: bool) -> TitleWord:
    folded = word.casefold()
    key = _stem(folded)
    is_code, is_common = _is_code(key), folded in common_words() or key in common_words()
    is_long = len(key) >= MIN_LETTERS and not key[0].isdigit()
    return TitleWord(
        key=key,
        folded=folded,
        shown=word,
        has_capital=word[0].isupper(),
        is_name=is_name,
        is_number=key.isdigit(),
        is_code=is_code,
        is_common=is_common,
        is_distinctive=is_code or (is_long and not is_common),
    )


def _is_code(key: str) -> bool:
    if _VERSION.fullmatch(key):
        return True
    mixed = any(sign.isdigit() for sign in key) and any(sign.isalpha() for sign in key)
    return mixed and len(key) >= _MIN_CODE and not _CODE_OF_TIME.fullmatch(key)


@lru_cache(maxsize=8192)
def title_keys(title: str) -> frozenset[str]:
    """Return the words of a title for comparisons."""
    return frozenset(word.key for word in title_words(title))


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _MIN_STEM else word


def destination(title: str) -> str:
    """Return a title, of a journey only where it goes: what is at its beginning is left behind."""
    return _ROUTE.sub("", title, count=1)


def is_one_to_one(title: str) -> bool:
    """Return whether a meeting is one of two people, by its title."""
    return _ONE_TO_ONE.search(title) is not None
