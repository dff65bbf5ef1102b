"""What an outline has named so far: in each length a task is named once, where it matters most."""

from collections.abc import Iterable


class NamedFacts:
    """The ids of the facts that the sentences of an outline have named so far, in reading order."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def name(self, *fact_ids: str) -> None:
        """Record that a sentence names these facts."""
        self._named.update(fact_ids)

    def is_named(self, *fact_ids: str) -> bool:
        """Return whether a sentence has named one of these facts."""
        return not self._named.isdisjoint(fact_ids)

    def unnamed(self, fact_ids: Iterable[str]) -> list[str]:
        """Return those that no sentence has named yet."""
        return [one for one in fact_ids if one not in self._named]
