"""The resemblance of a file's names to a user's profile: which may be the user's, and which count unasked.

A team calls its members by their first names. A short form of the user's name is the user if it is the only
one in its source, no other person there shares its word, and the source has no other name of the user.
Otherwise the user is asked.
"""

import re
from collections.abc import Collection, Iterator

from daybreak.people.identity import PersonText, fold, fold_name, local_part, plain_forms
from daybreak.people.model import User

_WORD_SEPARATORS = re.compile(r"[\W\d_]+")
_MIN_SHARED_WORD = 3
_MIN_CONTAINED_WORD = 4


def resembles_profile(value: str, user: User) -> bool:
    """Return whether a name or address may be the user's: it shares a word with the name or the address."""
    own = _words_of_profile(user)
    return any(_are_alike(one, word) for one in own for word in _shared_words(local_part(value)))


def abbreviates_profile(value: str, user: User) -> bool:
    """Return whether a name is short for the user's: it has no word but the user's words and initials."""
    own = _words_of_profile(user)
    return resembles_profile(value, user) and any(
        all(any(one.startswith(word) for one in own) for word in words) for words in _split(fold(value))
    )


def find_assumed_name(found: Collection[PersonText], user: User) -> PersonText | None:
    """Return the person of a source who is the user by a short form of the name, like “Anna” for Anna Berg.

    Args:
        found: all people whom the source names; none of them is the user by the profile.
        user: the user.
    """
    short = [one for one in found if not one.address and _is_short_form(one.name, user)]
    if len(short) != 1:
        return None
    words = _shared_words(short[0].name)
    are_namesakes = (words & _shared_words(_text_of(one)) for one in found if one is not short[0])
    return None if any(are_namesakes) else short[0]


def _is_short_form(name: str, user: User) -> bool:
    """Return whether a name begins with the user's first name or its initial, and abbreviates the profile."""
    firsts = {
        words[0] for text in (user.name, local_part(user.email)) for words in _split(fold_name(text)) if words
    }
    begins = any(first.startswith(words[0]) for words in _split(fold_name(name)) if words for first in firsts)
    return begins and abbreviates_profile(name, user)


def _text_of(person: PersonText) -> str:
    return f"{person.name} {local_part(person.address)}"


def _words_of_profile(user: User) -> set[str]:
    return _shared_words(user.name) | _shared_words(local_part(user.email))


def _shared_words(text: str) -> set[str]:
    return {word for words in _split(fold(text)) for word in words if len(word) >= _MIN_SHARED_WORD}


def _split(key: str) -> Iterator[list[str]]:
    """Yield the words of a folded text as written, and without accents."""
    for form in {key, *plain_forms(key)}:
        yield [word for word in _WORD_SEPARATORS.split(form) if word]


def _are_alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _MIN_CONTAINED_WORD and shorter in longer)
