"""The words for tasks that wait for another person, so that their reader cannot begin them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

WAITING_TAG: Final = "waiting"
"""The tag of such tasks, in any format."""

_WORDS = frozenset(
    word
    for language in (
        "waiting; wait; waiting for; waitingfor; waiting on; waitingon; waiting list; wf; delegated; on hold",
        "warten; wartet; wartend; warten auf; wartet auf; delegiert",
        "en attente; en attente de; attente; délégué",
        "en espera; esperando; a la espera; delegado",
        "in attesa; in attesa di; attesa; delegato",
        "wacht; wachten; wacht op; wachten op; gedelegeerd",
        "em espera; aguardando; à espera; delegada",
    )
    for word in language.split("; ")
)
_OBJECT = (
    r"(?:wait(?:ing)? (?:for|on)|awaiting|warte[nt]? auf|attendre|en attente d[e'’]|esperar a|en espera de"
    r"|esperando|aspettare|in attesa di|wacht(?:en)? op|aguardar|aguardando|à espera de)\b\s*\S"
)
_TITLE = re.compile(
    rf"{_OBJECT}|.*[(\[](?:waiting|warten|wartet|en attente|en espera|in attesa|wacht|aguardando)[)\]]$"
)
_NOT_A_WORD = re.compile(r"[\W_]+")
_MAX_LENGTH = 40


@lru_cache(maxsize=4096)
def is_waiting(name: str) -> bool:
    """Return whether a list, a tag or a context has a name such as “Waiting for”."""
    return len(name) <= _MAX_LENGTH and _NOT_A_WORD.sub(" ", name.casefold()).strip() in _WORDS


def is_waiting_title(title: str) -> bool:
    """Return whether a title states that it waits: “Waiting for Rui: copy”, “Car seat (waiting)”."""
    return _TITLE.match(title.casefold()) is not None


def add_waiting_tag(tags: list[str], names: Iterable[str | None], title: str) -> list[str]:
    """Return the tags with `WAITING_TAG` if a tag, a name of its lists or its title means waiting."""
    is_meant = (
        any(map(is_waiting, tags))
        or any(name and is_waiting(name) for name in names)
        or is_waiting_title(title)
    )
    return [*tags, WAITING_TAG] if is_meant else tags
