"""The words that task lists use for a status or a priority."""

import re

from daybreak.agenda.model import Priority, TaskStatus

_STATUS_WORDS = {
    TaskStatus.OPEN: (
        "open; todo; to do; to dos; not started; new; backlog; pending; planned; ready; reopened; next; "
        "selected for development"
    ),
    TaskStatus.IN_PROGRESS: (
        "in progress; in work; doing; started; active; ongoing; wip; in review; review; testing"
    ),
    TaskStatus.BLOCKED: "blocked; on hold; hold; waiting; waiting for; waiting on; stuck; paused",
    TaskStatus.DONE: "done; completed; complete; closed; resolved; finished; fixed; shipped",
    TaskStatus.CANCELLED: (
        "cancelled; canceled; wont do; wont fix; declined; dropped; "
        "duplicate; rejected; abandoned; obsolete; cannot reproduce"
    ),
}
# “Major” is the default priority of issues in older versions of Jira.
_PRIORITY_WORDS = {
    Priority.HIGHEST: "highest; critical; blocker; urgent; p0; p1; 1; a",
    Priority.HIGH: "high; important; p2; 2; b; h",
    Priority.NORMAL: "normal; medium; moderate; major; default; none; p3; 3; c; m",
    Priority.LOW: "low; lowest; minor; trivial; p4; p5; 4; 5; d; l",
}
# Spreadsheets write a check box in the language of their user.
_TRUE_WORDS = frozenset(
    (
        *("yes", "y", "true", "1", "x", "✓", "✔", "✅", "☑", "done", "completed", "complete", "closed"),
        *("wahr", "vrai", "verdadero", "vero", "waar", "verdadeiro", "ja", "oui", "sí", "si", "sì", "sim"),
    )
)
_FALSE_WORDS = frozenset(
    (
        *("", "no", "n", "false", "0", "-", "☐", "open", "not done", "incomplete"),
        *("falsch", "faux", "falso", "onwaar", "nein", "non", "nee", "não", "nao"),
    )
)

_STATUS_OF = {word: status for status, words in _STATUS_WORDS.items() for word in words.split("; ")}
_PRIORITY_OF = {word: priority for priority, words in _PRIORITY_WORDS.items() for word in words.split("; ")}
_APOSTROPHES = re.compile("['\u2019]")
_SEPARATORS = re.compile(r"[\s_-]+")


def parse_status(word: str) -> TaskStatus | None:
    """Return the status that a word means, ignoring case; None for an unknown word."""
    return _STATUS_OF.get(_normalize(word))


def parse_priority(word: str) -> Priority | None:
    """Return the priority that a word means, ignoring case; of numbers, 1 is the highest."""
    return _PRIORITY_OF.get(_normalize(word))


def parse_boolean(word: str) -> bool | None:
    """Return whether a word means yes; None if it means neither yes nor no."""
    plain = _normalize(word)
    return True if plain in _TRUE_WORDS else False if plain in _FALSE_WORDS else None


def _normalize(word: str) -> str:
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", word.casefold())).strip() or word.strip()
