"""The people to whom a source assigns a task, as one text."""

import re

from daybreak.agenda.importers.parsing.text import clean_line

# Words in place of a name, of a task without an assignee.
_NOBODY = frozenset(
    {
        "unassigned",
        "not assigned",
        "no assignee",
        "nobody",
        "no one",
        "none",
        "null",
        "n/a",
        "na",
        "tbd",
        "tba",
    }
    | {"niemand", "nicht zugewiesen", "non assigné", "sin asignar", "ninguno"}
)
_HAS_WORD = re.compile(r"\w")


def clean_assignee(text: str | None) -> str | None:
    """Return the assignee on one line; None for words such as “Unassigned”, and for a mere dash."""
    name = clean_line(text or "")
    return name if _HAS_WORD.search(name) and name.strip("()[]- ").casefold() not in _NOBODY else None


def join_name_and_address(name: str, address: str) -> str:
    """Return “Name <address>”, or the one of the two that is not empty."""
    if not name or not address or address.casefold() in name.casefold():
        return name or address
    return f"{name} <{address}>"
