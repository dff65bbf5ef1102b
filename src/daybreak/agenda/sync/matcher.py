"""One-to-one matching of stored with parsed items by hash keys, in linear time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from uuid import UUID

from daybreak.agenda.sync.compared_item import ComparedItem

MAX_CANDIDATES = 8
"""The number of stored items with which one parsed item is compared beyond equal keys."""

Rule = Callable[[ComparedItem, ComparedItem], bool]
Key = Callable[[ComparedItem], Hashable]
Matches = dict[UUID, UUID]


class Matcher:
    """The state of one comparison.

    Attributes:
        stored: the stored items that are not matched yet, by row id.
        parsed: the parsed items that are not matched yet.
        matches: the row id of the stored item for each parsed one, by derived id.
        paths: which file became which, from the matches so far.
        projects: which project became which.
    """

    def __init__(self, stored: Iterable[ComparedItem], parsed: Iterable[ComparedItem]) -> None:
        self.stored = {item.row_id: item for item in stored}
        self.parsed = {item.row_id: item for item in parsed}
        self.matches: Matches = {}
        self.paths: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self._pairs: list[tuple[ComparedItem, ComparedItem]] = []

    @property
    def old_paths(self) -> set[str]:
        """The files of the stored items that are matched."""
        return {old.path for old, _ in self._pairs}

    @property
    def new_paths(self) -> set[str]:
        """The files of the parsed items that are matched."""
        return {new.path for _, new in self._pairs}

    def match(self, new: ComparedItem, old: ComparedItem) -> None:
        """Record that the parsed item is the stored one."""
        self.matches[new.row_id] = old.row_id
        self._pairs.append((old, new))
        del self.parsed[new.row_id], self.stored[old.row_id]

    def match_keys(self, key_of_stored: Key, key_of_parsed: Key, rule: Rule) -> None:
        """Match items with equal keys that the rule permits, in the order of their positions.

        An item whose key is None is not matched.
        """
        if not self.stored or not self.parsed:
            return
        groups: dict[Hashable, list[ComparedItem]] = defaultdict(list)
        for old in self.stored.values():
            if (key := key_of_stored(old)) is not None:
                groups[key].append(old)
        for listed in groups.values():
            listed.sort(key=place_of, reverse=True)
        for new in sorted(self.parsed.values(), key=place_of):
            key = key_of_parsed(new)
            found = _pop_best(new, groups.get(key, []), rule) if key is not None else None
            if found is not None:
                self.match(new, found)

    def match_properties(self, names: str, rule: Rule) -> None:
        """Match items with equal words that agree in these properties."""
        fields = ["words", *names.split()]
        common = {one.words for one in self.stored.values()} & {one.words for one in self.parsed.values()}
        if common:
            self.match_keys(
                lambda old: (
                    tuple(self._read_moved(old, name) for name in fields) if old.words in common else None
                ),
                lambda new: tuple(getattr(new, name) for name in fields) if new.words in common else None,
                rule,
            )

    def match_unique_words(self, rule: Rule) -> None:
        """Match items whose words and dates occur once on both sides."""
        old_words, new_words = _unique(self.stored.values()), _unique(self.parsed.values())
        for key, new in new_words.items():
            old = old_words.get(key)
            if old is not None and rule(old, new):
                self.match(new, old)

    def learn_moves(self, stable_paths: Collection[str], projects: Collection[str]) -> None:
        """Learn which file and project became which from the matches so far.

        Args:
            stable_paths: files with items that were found unchanged.
            projects: the projects that were parsed.
        """
        self.paths = _majority((o.path, n.path) for o, n in self._pairs if o.path not in stable_paths)
        self.projects = _majority((o.project, n.project) for o, n in self._pairs if o.project not in projects)

    def _read_moved(self, old: ComparedItem, name: str) -> Hashable:
        value: Hashable = getattr(old, name)
        if name == "path":
            return self.paths.get(old.path, value)
        return self.projects.get(old.project, value) if name == "project" else value


def place_of(item: ComparedItem) -> tuple[str, int, int, str]:
    """Return the place of an item as a sort key."""
    return (item.path, item.position, len(item.external_id), item.external_id)


def _pop_best(new: ComparedItem, listed: list[ComparedItem], rule: Rule) -> ComparedItem | None:
    """Remove and return the candidate with the nearest date; the list is in reverse order of places."""
    best, least = None, 0
    for offset in range(1, min(MAX_CANDIDATES, len(listed)) + 1):
        old = listed[-offset]
        if rule(old, new) and (best is None or _days_apart(old, new) < least):
            best, least = offset, _days_apart(old, new)
    return None if best is None else listed.pop(-best)


def _days_apart(old: ComparedItem, new: ComparedItem) -> int:
    return abs((old.day - new.day).days) if old.day and new.day else 0


def _unique(items: Iterable[ComparedItem]) -> dict[Hashable, ComparedItem]:
    found: dict[Hashable, list[ComparedItem]] = defaultdict(list)
    for item in items:
        found[item.words, item.when].append(item)
    return {key: listed[0] for key, listed in found.items() if len(listed) == 1}


def _majority(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the most frequent second value for each first value."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for old, new in pairs:
        counts[old][new] += 1
    return {old: max(sorted(found), key=found.__getitem__) for old, found in counts.items()}
