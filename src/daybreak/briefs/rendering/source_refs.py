"""Source references: where a reader finds the facts of a sentence."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from daybreak.briefs.rendering.safe_text import one_line
from daybreak.claims import Fact

_MAX_SHOWN = 3
_COMPUTED = frozenset({"stat", "edge"})
_LINE_OF_A_FILE = re.compile(r".+:\d+")


class SourceRefs:
    """The source references of a document's facts, as shown in it."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts
        self._ambiguous = _paths_of_several_sources(facts.values())

    def shorten(self, fact_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the references of these facts, each once; many are shortened to a few and “and N more”.

        A line of a file is shown with its source only if two sources have a file of that path. An item
        without a line (a calendar entry) is shown as its file. A number is computed and has no reference.
        """
        refs = list(dict.fromkeys(filter(None, map(self._short_ref, fact_ids))))
        if len(refs) <= _MAX_SHOWN + 1:
            return tuple(refs)
        return (*refs[:_MAX_SHOWN], f"and {len(refs) - _MAX_SHOWN} more")

    def format_full(self, fact_ids: Iterable[str]) -> str:
        """Return source and reference of each of these facts, including the UID of a calendar entry."""
        known = (self._facts[fact_id] for fact_id in fact_ids if fact_id in self._facts)
        return "; ".join(dict.fromkeys(one_line(f"{fact.source}: {fact.source_ref}") for fact in known))

    def source_names(self) -> tuple[str, ...]:
        """Return the names of all sources, in the order of their first citation."""
        cited = (one_line(fact.source) for fact in self._facts.values() if fact.kind not in _COMPUTED)
        return tuple(dict.fromkeys(filter(None, cited)))

    def _short_ref(self, fact_id: str) -> str:
        fact = self._facts.get(fact_id)
        if fact is None or fact.kind in _COMPUTED:
            return ""
        if not _is_line_of_a_file(fact):
            return one_line(fact.file or fact.source)
        ambiguous = _path(fact) in self._ambiguous
        return one_line(f"{fact.source}: {fact.source_ref}" if ambiguous else fact.source_ref)


def _paths_of_several_sources(facts: Iterable[Fact]) -> frozenset[str]:
    sources = defaultdict(set)
    for fact in facts:
        if _is_line_of_a_file(fact):
            sources[_path(fact)].add(fact.source)
    return frozenset(path for path, names in sources.items() if len(names) > 1)


def _is_line_of_a_file(fact: Fact) -> bool:
    if fact.kind in {"event", *_COMPUTED} or not _LINE_OF_A_FILE.fullmatch(fact.source_ref):
        return False
    # A UID may end like a line; the file of the fact decides.
    return fact.file is None or _path(fact) == fact.file


def _path(fact: Fact) -> str:
    return fact.source_ref.rpartition(":")[0]
