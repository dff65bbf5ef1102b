"""Whether two titles are the same words, one a corrected form of the other, or two different titles.

Signs count: “🧹” and “🛒” are different. Numbers count: “Chapter 1” and “Chapter 2” are different.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

MIN_KEPT_SHARE = 0.3
"""The least share of the longer title's letters that its corrected form has too."""
MIN_AGREEMENT = 0.8
"""The least share of common letters at which two titles with the same short id are one item."""

_MAX_LENGTH = 160
# Scripts without spaces between words: each character counts as a word.
_WITHOUT_SPACES = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_IGNORED = "'’\ufe0f"
_MIN_LENGTH_TO_INSERT = 4
_MIN_LENGTH_TO_REPLACE = 6
_MIN_DISTINCTIVE_WORDS = 3
_MIN_DISTINCTIVE_LETTERS = 12


def fold_title(title: str) -> str:
    """Return the title without differences of case, spaces and Unicode normal form."""
    plain = title.lower() if title.isascii() else unicodedata.normalize("NFKC", title).casefold()
    return " ".join(plain.split())


def split_words(title: str) -> tuple[str, ...]:
    """Return the words and symbols of a folded title, without punctuation."""
    spaced = _WITHOUT_SPACES.sub(r" \1 ", title[:_MAX_LENGTH])
    return tuple("".join(map(_separate, spaced)).split())


@lru_cache(4096)
def _separate(character: str) -> str:
    category = unicodedata.category(character)
    if character in _IGNORED or category in {"Cf", "Cc"}:
        return ""
    if category[0] in "PZC":
        return " "
    return f" {character} " if category[0] == "S" else character


def is_corrected(words: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether the words of one title are those of the other, some added, dropped, moved or respelt.

    A word that was replaced by a different word, or a number by a different one, makes two titles.
    """
    if not words or not others:
        return False
    only_one, only_other = Counter(words) - Counter(others), Counter(others) - Counter(words)
    respelt: list[str] = []
    if only_one and only_other:
        if "".join(words) == "".join(others):
            return True
        respelt, longer = sorted((list(only_one.elements()), list(only_other.elements())), key=len)
        if not _are_all_respelt(respelt, longer):
            return False
    kept = _count_letters(words) - _count_letters(only_one.elements()) + _count_letters(respelt)
    return kept >= MIN_KEPT_SHARE * max(_count_letters(words), _count_letters(others))


def is_corrected_title(one: str, other: str) -> bool:
    """Return whether two titles are the same words, or one is a corrected form of the other."""
    folded = fold_title(one), fold_title(other)
    return folded[0] == folded[1] or is_corrected(*map(split_words, folded))


def agrees(one: str, other: str) -> bool:
    """Return whether two folded titles with the same short id are one item."""
    words, others = split_words(one), split_words(other)
    if one == other or is_corrected(words, others):
        return True
    if _numbers(words) != _numbers(others):
        return False
    common = 2 * _count_letters((Counter(words) & Counter(others)).elements())
    return common > MIN_AGREEMENT * (_count_letters(words) + _count_letters(others))


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if any(map(str.isdigit, word))}


def is_distinctive(words: Sequence[str]) -> bool:
    """Return whether a title is so long that two items hardly have it by chance."""
    return len(words) >= _MIN_DISTINCTIVE_WORDS and _count_letters(words) >= _MIN_DISTINCTIVE_LETTERS


def _are_all_respelt(words: list[str], candidates: list[str]) -> bool:
    rest = list(candidates)
    for word in words:
        found = next((other for other in rest if is_respelt(word, other)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def _count_letters(words: Iterable[str]) -> int:
    return sum(map(len, words))


def is_respelt(word: str, other: str) -> bool:
    """Return whether two words differ by one letter that was added, dropped, doubled or swapped.

    A letter that was replaced by a different one counts from 6 letters on: “Anna” and “Anne” are two names.
    """
    if not (word.isalpha() and other.isalpha()):
        return False
    if _strip_accents(word) == _strip_accents(other):
        return True
    shorter, longer = sorted((word, other), key=len)
    if len(longer) < _MIN_LENGTH_TO_INSERT or len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    if (
        shorter[start + 2 :] == longer[start + 2 :]
        and shorter[start : start + 2] == longer[start : start + 2][::-1]
    ):
        return True
    return len(word) >= _MIN_LENGTH_TO_REPLACE and shorter[start + 1 :] == longer[start + 1 :]


def _strip_accents(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))
