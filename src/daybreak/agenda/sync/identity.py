"""Identity: which parsed task is which stored one, so that its id, decisions and history follow it.

`match_tasks` is pure, one to one and deterministic. Its stages, the surest first:

1. The native id, while it is unique on both sides. A permanent id (UUID, issue key, UID) decides alone; a
   short id, which is used again, needs an agreeing title.
2. Equal words and equal dates, then the other properties: tags, details, file, project, section, neighbours.
3. Equal words and other dates: in the same file and project the task was moved to another date.
4. A corrected title (`titles.is_corrected`) with equal dates in the same file or project; the most similar
   place first.

A recurring task whose date is later is its next occurrence, which is another task. Tasks with different
permanent ids are different, unless a whole list got new ids. A removed task returns only with equal words and
dates, in its file or project.

All stages take linear time: tasks are compared by hash keys, and a title with at most `MAX_CANDIDATES`
others.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from pathlib import PurePosixPath
from uuid import UUID

from daybreak.agenda.comparison.titles import agrees, is_corrected, is_distinctive
from daybreak.agenda.sync.compared_item import ComparedItem
from daybreak.agenda.sync.matcher import MAX_CANDIDATES, Matcher, place_of

_MAX_POSTINGS = 64
_MAX_INDEXED_WORDS = 20
_MIN_RENEWED = 2

_SAME_DATES = (
    "when native_id tags content path project section priority closed completed before after",
    "when native_id tags content path project section priority closed completed before",
    "when native_id tags content path project section priority closed completed after",
    "when native_id tags content priority closed completed before after",
    "when native_id tags content path project section priority closed completed",
    "when native_id tags content project section priority closed completed",
    "when tags content path project closed",
    "when tags content path closed",
    "when tags content project",
    "when tags path project closed",
    "when path project section closed before after",
    "when path project closed",
    "when path project",
    "when path",
    "when project",
)
_OTHER_DATES = (
    "native_id tags content path project section before after",
    "native_id tags content path project section priority",
    "tags content path project",
    "path project section before after",
    "path project section before",
    "path project section after",
    "path project section",
    "path project",
)
_RETURNED = (
    "when native_id tags content path project closed",
    "when native_id tags content project closed",
    "when tags path project closed",
    "when path closed",
    "when project closed",
)


def match_tasks(
    stored: Sequence[ComparedItem], parsed: Sequence[ComparedItem], stable_paths: Collection[str] = ()
) -> dict[UUID, UUID]:
    """Return the id of the stored task for each parsed task that is one, by its derived id.

    Args:
        stored: stored tasks that were not found with equal content, and removed tasks that may have returned.
        parsed: parsed tasks that were not found with equal content.
        stable_paths: files with tasks that were found with equal content.
    """
    projects = {item.project for item in parsed}
    matcher = Matcher((item for item in stored if item.is_current), parsed)
    _match_native_ids(matcher)
    _ignore_renewed_ids(matcher, stable_paths)
    matcher.match_unique_words(_may_be_moved)
    matcher.learn_moves(stable_paths, projects)
    _match_completed_occurrences(matcher)
    for names in _SAME_DATES:
        matcher.match_properties(names, _may_be_same)
    matcher.match_properties("when", _may_be_moved)
    matcher.learn_moves(stable_paths, projects)
    matcher.match_properties("", _may_be_completed)
    for names in _OTHER_DATES:
        matcher.match_properties(names, _may_be_postponed)
    matcher.match_properties("", _may_be_moved_and_postponed)
    _match_corrected_titles(matcher)
    _match_returned(matcher, [item for item in stored if not item.is_current])
    return matcher.matches


def _match_native_ids(matcher: Matcher) -> None:
    old_ids, new_ids = (
        _unique_native_ids(matcher.stored.values()),
        _unique_native_ids(matcher.parsed.values()),
    )
    for native_id, new in new_ids.items():
        old = old_ids.get(native_id)
        if old is not None and not _is_next_occurrence(old, new) and _may_keep_id(old, new):
            matcher.match(new, old)


def _may_keep_id(old: ComparedItem, new: ComparedItem) -> bool:
    return bool(old.permanent_id) or (agrees(old.words, new.words) and not _is_opened_again(old, new))


def _unique_native_ids(items: Iterable[ComparedItem]) -> dict[str, ComparedItem]:
    found: dict[str, list[ComparedItem]] = defaultdict(list)
    for item in items:
        found[item.native_id].append(item)
    return {native_id: listed[0] for native_id, listed in found.items() if native_id and len(listed) == 1}


def _ignore_renewed_ids(matcher: Matcher, stable_paths: Collection[str]) -> None:
    """Ignore the permanent ids of lists of which no id was found again, but most words and dates were.

    Some programs write new UIDs into each export.
    """
    old_lists = _group_unmatched_lists(matcher.stored.values(), {*stable_paths, *matcher.old_paths})
    new_lists = _group_unmatched_lists(matcher.parsed.values(), {*stable_paths, *matcher.new_paths})
    new_places = {(item.words, item.when): path for path, listed in new_lists.items() for item in listed}
    new_series = {
        item.words: path for path, listed in new_lists.items() for item in listed if item.recurrence
    }
    for old_list in old_lists.values():
        places = (
            new_places.get((item.words, item.when)) or (item.recurrence and new_series.get(item.words))
            for item in old_list
        )
        found = Counter(place for place in places if place)
        path, count = found.most_common(1)[0] if found else ("", 0)
        is_dated_single = len(old_list) == count == 1 and old_list[0].day is not None
        if is_dated_single or (count >= _MIN_RENEWED and count * 2 > len(old_list)):
            for item in (*old_list, *new_lists[path]):
                item.native_id = ""


def _group_unmatched_lists(
    items: Iterable[ComparedItem], found_paths: Collection[str]
) -> dict[str, list[ComparedItem]]:
    """Group the tasks with permanent ids by file, or by folder if each file has one task."""
    files: dict[str, list[ComparedItem]] = defaultdict(list)
    for item in items:
        if item.permanent_id:
            files[item.path].append(item)
    found_folders = {PurePosixPath(path).parent for path in found_paths}
    lists: dict[str, list[ComparedItem]] = defaultdict(list)
    for path, listed in files.items():
        folder = PurePosixPath(path).parent
        if len(listed) > 1 and path not in found_paths:
            lists[path] = listed
        elif len(listed) == 1 and folder not in found_folders:
            lists[f"{folder}/"].extend(listed)
    return lists


def _match_completed_occurrences(matcher: Matcher) -> None:
    """Match a recurring task with its completed entry before the entry of its next occurrence."""

    def key_of_closed(item: ComparedItem) -> Hashable:
        key = (item.words, item.when, item.completed, item.project, item.content)
        return key if item.closed else None

    def key_of_open_stored(item: ComparedItem) -> Hashable:
        return (item.words, item.when) if item.recurrence and not item.closed else None

    def key_of_closed_parsed(item: ComparedItem) -> Hashable:
        return (item.words, item.when) if item.recurrence and item.closed else None

    matcher.match_keys(key_of_closed, key_of_closed, _may_be_same)
    matcher.match_keys(
        lambda old: (key_of_open_stored(old), old.project) if key_of_open_stored(old) else None,
        lambda new: (key_of_closed_parsed(new), new.project) if key_of_closed_parsed(new) else None,
        _may_be_same,
    )
    matcher.match_keys(key_of_open_stored, key_of_closed_parsed, _may_be_same)


def _match_corrected_titles(matcher: Matcher) -> None:
    index = _CandidateIndex(matcher)
    found = [
        (likeness, place_of(new), place_of(old), new, old)
        for new in matcher.parsed.values()
        for old in index.find(new)
        if (likeness := _likeness(matcher, old, new)) is not None
    ]
    found.sort(key=lambda one: one[:3])
    for *_, new, old in found:
        if new.row_id in matcher.parsed and old.row_id in matcher.stored:
            matcher.match(new, old)


def _likeness(matcher: Matcher, old: ComparedItem, new: ComparedItem) -> tuple[int, ...] | None:
    """Return a sort key of two tasks with a corrected title, smaller if more alike; None if different."""
    is_same_file = matcher.paths.get(old.path, old.path) == new.path
    is_same_project = matcher.projects.get(old.project, old.project) == new.project
    is_between_same = old.before == new.before or old.after == new.after
    if not (is_same_file or (is_same_project and new.project)) or not _may_be_same(old, new):
        return None
    if old.when != new.when and not (is_same_file and is_same_project and is_between_same):
        return None
    if _have_other_marks(old, new) or not is_corrected(old.tokens, new.tokens):
        return None
    differences = len(set(old.tokens) ^ set(new.tokens))
    return (old.when != new.when, not is_between_same, differences, not is_same_file, not is_same_project)


class _CandidateIndex:
    """An index of the stored tasks by the words and places that they share with a parsed task."""

    def __init__(self, matcher: Matcher) -> None:
        self._items = list(matcher.stored.values())
        # The numbers of the items by file or project, then by key. Keys that too many share are not searched.
        # Most keys have one item; a million tuples take less memory and time than lists.
        self._postings: dict[tuple[str, str], dict[Hashable, tuple[int, ...]]] = defaultdict(dict)
        for number, old in enumerate(self._items):
            path = matcher.paths.get(old.path, old.path)
            keys = _index_keys(old)
            for group in _index_groups(path, matcher.projects.get(old.project, old.project)):
                postings = self._postings[group]
                for key in keys:
                    if len(listed := postings.get(key, ())) <= _MAX_POSTINGS:
                        postings[key] = (*listed, number)

    def find(self, new: ComparedItem) -> list[ComparedItem]:
        """Return the stored tasks that share the most with this one, of those with its rarest words."""
        keys = _index_keys(new)
        groups = [self._postings.get(group, {}) for group in _index_groups(new.path, new.project)]
        postings = [listed for group in groups for key in keys if (listed := group.get(key))]
        postings.sort(key=len)
        counts: dict[int, int] = defaultdict(int)
        visited = 0
        for listed in postings:
            visited += len(listed)
            if visited > _MAX_POSTINGS:
                break
            for number in listed:
                counts[number] += 1
        # Stable: equal counts stay in the order of the postings.
        ranked = sorted(counts, key=counts.__getitem__, reverse=True)
        return [self._items[number] for number in ranked[:MAX_CANDIDATES]]


def _index_keys(item: ComparedItem) -> list[Hashable]:
    """Return what a title shares with its corrected form: words, their beginnings and neighbours."""
    words = item.tokens[:_MAX_INDEXED_WORDS]
    keys = sorted({*words, *(word[:3] for word in words), "".join(words)})
    return [*keys, ("before", item.before), ("after", item.after)]


def _index_groups(path: str, project: str) -> list[tuple[str, str]]:
    return [("path", path), ("project", project)] if project else [("path", path)]


def _match_returned(matcher: Matcher, removed: Iterable[ComparedItem]) -> None:
    """Match what is still new with removed tasks, so that a restored file brings back the same tasks."""
    matcher.stored = {item.row_id: item for item in removed}
    old_ids = _unique_native_ids(matcher.stored.values())
    for new in list(matcher.parsed.values()):
        old = old_ids.get(new.permanent_id)
        if old is not None and old.row_id in matcher.stored and not _is_next_occurrence(old, new):
            matcher.match(new, old)
    for names in _RETURNED:
        matcher.match_properties(names, _may_return)


def _may_be_same(old: ComparedItem, new: ComparedItem) -> bool:
    if old.permanent_id and new.permanent_id and old.permanent_id != new.permanent_id:
        return False
    return not _is_next_occurrence(old, new) and not _is_opened_again(old, new)


def _may_be_moved(old: ComparedItem, new: ComparedItem) -> bool:
    """Return whether a task with equal words and dates is the same one in another file and project."""
    has_other_details = old.content and new.content and old.content != new.content
    return _may_be_same(old, new) and not _have_other_marks(old, new) and not has_other_details


def _may_be_completed(old: ComparedItem, new: ComparedItem) -> bool:
    """Return whether a task was completed and its entry lost or got a date, as in an archive."""
    is_completed = new.closed and not old.closed and None in (old.day, new.day)
    return is_completed and _may_be_same(old, new) and not _have_other_marks(old, new)


def _may_be_postponed(old: ComparedItem, new: ComparedItem) -> bool:
    return _may_be_same(old, new) and not _have_other_marks(old, new)


def _may_be_moved_and_postponed(old: ComparedItem, new: ComparedItem) -> bool:
    return is_distinctive(new.tokens) and _may_be_moved(old, new)


def _may_return(old: ComparedItem, new: ComparedItem) -> bool:
    has_place = old.path == new.path or bool(new.project)
    return has_place and _may_be_same(old, new) and not _have_other_marks(old, new)


def _have_other_marks(old: ComparedItem, new: ComparedItem) -> bool:
    """Return whether tags or short native ids contradict that two tasks are one."""
    if old.native_id and new.native_id and old.native_id != new.native_id:
        return True
    return bool(old.tags and new.tags and not old.tags & new.tags)


def _is_next_occurrence(old: ComparedItem, new: ComparedItem) -> bool:
    return bool(old.recurrence and old.day and new.day and new.day > old.day)


def _is_opened_again(old: ComparedItem, new: ComparedItem) -> bool:
    """Return whether an open task on another date is another task than a closed one."""
    return old.closed and not new.closed and old.when != new.when
