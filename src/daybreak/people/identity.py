"""Names and addresses of a person, and the comparison of a file's text with them.

A file names one person in many ways: “Anna Berg”, “Berg, Anna”, “@anna”, “Anna Berg <anna@example.org>”.
A text is compared by its address, by its full name, and by its single word. A single word counts only if it
is the whole text, so that people who share a first name are not confused. The login name of a profile counts,
too: the first letter of its first word with the last word, such as “aberg” for “Anna Berg”. Accents make no
difference, since addresses have none: “anna.mueller@example.org” is the address of “Anna Müller”.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Self
from uuid import UUID

from daybreak.people.model import User

_ADDRESS_SIGN = r"[^\s@<>()\[\]{},;:\"'“”„|\\]"
# The lookbehind keeps the search linear in texts without an address.
_ADDRESS = re.compile(rf"(?<!{_ADDRESS_SIGN}){_ADDRESS_SIGN}+@{_ADDRESS_SIGN}+")
_MAILTO = re.compile(r"\bmailto:", re.IGNORECASE)
_WIKILINK = re.compile(r"\[\[([^\[\]]*)\]\]")
_OPENING_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_SEPARATOR = re.compile(r"[;|\n]|\s(?:&|\+|/|and|und)\s", re.IGNORECASE)
_SEPARATOR_OF_NAMES = re.compile(r"[;|\n&+/]|\s(?:and|und)\s", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_NAME_SEPARATOR = re.compile(r"[\s._-]")
_JOINED_NAME = re.compile(r"[^\W\d_]{2,}(?:[._-][^\W\d_]{2,})+")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_AROUND = frozenset("\"'`<>,;:~*")
_BRACKETS_AND_QUOTES = frozenset({"Ps", "Pe", "Pi", "Pf", "Sk", "Zs"})
_MIN_SHARED_WORD = 3
_MIN_ABBREVIATED_WORD = 2
_MAX_WORDS_BEHIND = 2
# Files have no longer assignees; attendees and entered texts may be longer.
_MAX_PARSED_LENGTH = 500
_MAX_PEOPLE = 20
# Public mail services: an address there with the same abbreviation is another person's.
_PUBLIC_HOSTS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com"),
        *("me.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com", "mail.com", "aol.com"),
    }
)


class IdentityKind(StrEnum):
    """The kind of an identity: a name of two words or more, an e-mail address, or a single word."""

    NAME = "name"
    EMAIL = "email"
    HANDLE = "handle"


class IdentitySource(StrEnum):
    """Where an identity was found: in the user's profile, in a file, or entered by the person."""

    PROFILE = "profile"
    FILE = "file"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A name or address that may be the owner's; without an answer it is a proposal.

    Attributes:
        value: the name or address as it was written.
        source: where it was found.
        source_name: the file in which it was found.
        seen: the number of items there that name it.
        is_assumed: whether it counts without an answer, as the only short form of the profile in its source.
    """

    id: UUID
    kind: IdentityKind
    value: str
    source: IdentitySource
    source_name: str | None = None
    seen: int = 0
    proposed_at: datetime
    confirmed_at: datetime | None = None
    rejected_at: datetime | None = None
    is_assumed: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the owner confirmed or rejected it."""
        return self.confirmed_at is not None or self.rejected_at is not None

    @property
    def is_added(self) -> bool:
        """Whether the owner entered it, so that it can be deleted."""
        return self.source is IdentitySource.PERSON

    @property
    def counts(self) -> bool:
        """Whether items that name it are the owner's: without an answer if of the profile, or assumed."""
        if self.is_answered:
            return self.confirmed_at is not None
        return self.is_assumed or self.source is IdentitySource.PROFILE


class PersonText(NamedTuple):
    """A person as a text names them: the address, the name as written, and its folded forms."""

    address: str
    name: str
    keys: frozenset[str]

    @property
    def kind(self) -> IdentityKind:
        """The kind of the identity that the text is: its address if it has one."""
        if self.address:
            return IdentityKind.EMAIL
        return IdentityKind.NAME if is_full_name(self.key) else IdentityKind.HANDLE

    @property
    def value(self) -> str:
        """The address or name as written."""
        return self.address or self.name

    @property
    def key(self) -> str:
        """The value folded for comparison, with the first name first."""
        return fold(self.address) if self.address else fold_name(self.name)


@dataclass(frozen=True, slots=True)
class Identities:
    """The names and addresses that are one person's, and those that are not.

    Attributes:
        addresses: the person's addresses, folded and without the part after a plus sign.
        names: full names, folded, the first name first.
        words: single words that are the person as a whole text.
        rejected: folded names and addresses that are other people's.
    """

    addresses: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    rejected: frozenset[str]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], user: User) -> Self:
        """Return the identities of a user: the profile's, and the answers.

        Args:
            rows: rows of `people_identity_facts`, with kind, value_key and confirmed.
            user: the user, whose profile counts unless its parts were rejected.
        """
        answers = [(row["kind"], fold(row["value_key"]), row["confirmed"]) for row in rows]
        confirmed = {(kind, key) for kind, key, is_confirmed in answers if is_confirmed}
        denied = {key for _, key, is_confirmed in answers if not is_confirmed}
        denied -= {key for _, key in confirmed}
        profile = ((one.kind, one.key) for one in profile_identities(user))
        own = confirmed | {(kind, key) for kind, key in profile if key not in denied}
        addresses = {key for kind, key in own if kind == IdentityKind.EMAIL}
        plain = {key for kind, key in own if kind != IdentityKind.EMAIL}
        written = frozenset().union(*map(_name_keys, plain))
        keys = written.union(*map(plain_forms, written))
        names = {key for key in keys if is_full_name(key)}
        words = (keys - names) | {key.replace(" ", "") for key in names}
        return cls(frozenset(map(_mailbox, addresses)), frozenset(names), frozenset(words), frozenset(denied))

    def matches(self, text: str) -> bool:
        """Return whether a text of a file, like an assignee or an attendee, names this person."""
        return any(map(self._is_person, (*parse_people(text), *_parse_listed(text[:_MAX_PARSED_LENGTH]))))

    def rejects(self, text: str) -> bool:
        """Return whether the user answered that a text names another person."""
        people = parse_people(text)
        return bool(people) and all(
            fold(one.address) in self.rejected or one.keys & self.rejected for one in people
        )

    def _is_person(self, person: PersonText) -> bool:
        if person.address:
            address = fold(person.address)
            if address in self.rejected:
                return False
            if _mailbox(address) in self.addresses:
                return True
        # An answer to a name as written comes before those to its form without accents.
        for keys in (person.keys, frozenset().union(*map(plain_forms, person.keys))):
            if keys & self.rejected:
                return False
            # With the address of another mailbox, a single word is another person of the same first name.
            if keys & self.names or (not person.address and keys & self.words):
                return True
        return False


def profile_identities(user: User) -> list[PersonText]:
    """Return what a user's profile has: the address, its local part, a full name, and login names.

    A first name alone is not one person's; it counts after the user confirmed it.
    """
    name = _person_named(_strip_name(user.name))
    found = [PersonText(user.email, "", frozenset()), _person_named(local_part(user.email))]
    found += [name] if name.kind is IdentityKind.NAME else []
    found += _abbreviated_identities(user)
    return list({(one.kind, one.key): one for one in reversed(found)}.values())[::-1]


def _abbreviated_identities(user: User) -> Iterator[PersonText]:
    """Yield the login names of a profile, such as “aberg” for “Anna Berg”, and their addresses.

    The word behind the first letter is the last one, or a number: “u12” for “unit12-north”. With a last word
    of two letters it may be another person's first name, like “ali” for “Anna Li”.
    """
    host = fold(user.email).rpartition("@")[2]
    for text in (user.name, local_part(user.email)):
        first, *others = _TOKEN.findall(fold(text)) or [""]
        last = others[-1:] if _NAME_SEPARATOR.search(text.strip()) else []
        number = others[:1] if len(others) <= _MAX_WORDS_BEHIND and "".join(others[:1]).isdigit() else []
        for word in dict.fromkeys((*last, *number)):
            if len(word) >= (_MIN_ABBREVIATED_WORD if word.isdigit() else _MIN_SHARED_WORD):
                yield _person_named(first[0] + word)
            if len(word) >= _MIN_ABBREVIATED_WORD and host not in _PUBLIC_HOSTS:
                yield PersonText(f"{first[0]}{word}@{host}", "", frozenset())


def fold(text: str) -> str:
    """Return a text for comparison: in one case and Unicode form, with single spaces, without a leading @."""
    if text.isascii():
        return " ".join(text.casefold().split()).lstrip("@").strip()
    visible = "".join(one for one in text if unicodedata.category(one) != "Cf")
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", visible).casefold())
    return " ".join(folded.split()).lstrip("@").strip()


def plain_forms(key: str) -> frozenset[str]:
    """Return a folded text without accents: “müller” is “muller” or “mueller”."""
    if key.isascii():
        return frozenset({key})
    spelled_out = key.translate(_SPELLED_OUT)
    return frozenset(_without_marks(form.translate(_PLAIN_LETTERS)) for form in (key, spelled_out))


def _without_marks(text: str) -> str:
    """Return a text without the accents of European scripts; signs of others, such as vowels, are kept."""
    letters = (one for one in unicodedata.normalize("NFD", text) if not "\u0300" <= one <= "\u036f")
    return unicodedata.normalize("NFC", "".join(letters))


def fold_name(text: str) -> str:
    """Return a name for comparison; “Last, First” is “first last”."""
    first_of_two, comma, rest = fold(text).partition(",")
    if comma and rest.strip() and "," not in rest:
        return f"{rest.strip()} {first_of_two.strip()}".strip()
    return fold(text)


def is_full_name(key: str) -> bool:
    """Return whether a folded name is more than a first name; names of East Asia have no space."""
    return " " in key or any("\u3040" <= one <= "\u9fff" or "\uac00" <= one <= "\ud7a3" for one in key)


def parse_people(text: str) -> tuple[PersonText, ...]:
    """Return the people whom a text names; usually one."""
    return _parse_people(text[:_MAX_PARSED_LENGTH])


@lru_cache(maxsize=4096)
def _parse_people(text: str) -> tuple[PersonText, ...]:
    people = map(_parse_person, _split_people(_unlink(text))[:_MAX_PEOPLE])
    return tuple(person for person in people if person.value)


@lru_cache(maxsize=4096)
def _parse_listed(text: str) -> tuple[PersonText, ...]:
    """Return the people with a full name or an address between commas, as in “Bob, Anna Berg”.

    The whole text is one of them, since a list of handles may be a “last, first”.
    """
    plain = _unlink(text)
    parts = plain.split(",")[:_MAX_PEOPLE] if "," in plain else ()
    people = map(_parse_person, (plain, *parts) if parts else ())
    return tuple(person for person in people if person.address or " " in person.key)


def _unlink(text: str) -> str:
    """Return a text with the names of notes instead of links to them."""
    return _WIKILINK.sub(lambda link: link[1].partition("|")[0].rpartition("/")[2].removesuffix(".md"), text)


def _split_people(text: str) -> list[str]:
    addresses = _ADDRESS.findall(text)
    if len(addresses) > 1:
        return addresses
    parts = (_SEPARATOR if addresses else _SEPARATOR_OF_NAMES).split(text)
    listed = text.split(",")
    return listed if len(parts) == 1 and _are_several(listed) else parts


def _are_several(listed: list[str]) -> bool:
    """Return whether parts between commas are people; “Last, First” is one person."""
    if len(listed) > len(("Last", "First")):
        return True
    are_named = all("@" in part or len(part.split()) > 1 for part in listed)
    are_handles = all(part.islower() and " " not in part for part in listed)
    return len(listed) > 1 and (are_named or are_handles)


def _parse_person(text: str) -> PersonText:
    found = _ADDRESS.search(text)
    if found is None:
        return _person_named(_strip_name(text))
    rest = _MAILTO.sub("", text[: found.start()]) + " " + text[found.end() :]
    named = _person_named(_strip_name(rest))
    return PersonText(found[0].rstrip("."), named.name, named.keys)


def _strip_name(text: str) -> str:
    """Return a name without quotes and brackets around it, and without a remark in brackets behind it."""
    name = text.strip()
    while (shorter := _strip_remark(name)) != name and _strip_signs(shorter):
        name = shorter
    return _strip_signs(" ".join(_strip_signs(name).split()).lstrip("@"))


def _strip_remark(name: str) -> str:
    closing = name[-1:]
    if closing not in _OPENING_BRACKETS:
        return name
    start, _, remark = name[:-1].rpartition(_OPENING_BRACKETS[closing])
    return name if closing in remark else start.rstrip() or name


def _strip_signs(text: str) -> str:
    start = next((at for at, one in enumerate(text) if not _is_sign(one)), len(text))
    end = next((at for at in range(len(text), start, -1) if not _is_sign(text[at - 1])), start)
    return text[start:end]


def _is_sign(character: str) -> bool:
    return character in _AROUND or unicodedata.category(character) in _BRACKETS_AND_QUOTES


def _person_named(name: str) -> PersonText:
    return PersonText("", name, _name_keys(name))


def _name_keys(name: str) -> frozenset[str]:
    key = fold_name(name)
    if _JOINED_NAME.fullmatch(key):  # anna.berg is written for Anna Berg
        return frozenset({key, " ".join(re.split(r"[._-]", key))})
    return frozenset({key} - {""})


def local_part(address: str) -> str:
    """Return the part of an address before the @ and a plus sign; a text that is no address as it is."""
    return address.partition("@")[0].partition("+")[0] if "@" in address.lstrip("@") else address


def _mailbox(address: str) -> str:
    mailbox, _, host = address.rpartition("@")
    return f"{mailbox.partition('+')[0]}@{host}"
