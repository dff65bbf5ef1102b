"""Which task of an earlier snapshot is which task of the agenda now. Pure.

Ids are stable, but the safety net below does not rely on them. In this order, each item at most once:

1. the same id, title and dates;
2. the same title and dates in the same source, then in any source;
3. the same id and title;
4. the same title in the same source: with a finished task, or if both are the only ones left with it;
5. the same dates in the same source and a title that was only corrected, if there is one such task;
6. the same id.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from daybreak.agenda import Task, is_corrected_title
from daybreak.briefs.facts.snapshot import SnapshotItem, fold_title, item_content, source_key, task_content

_MAX_CANDIDATES = 20
# A title that is more similar than this was corrected, which is no news.
_CORRECTED_RATIO = 0.8


class TaskPair(NamedTuple):
    """A task before and now."""

    before_id: str
    before: SnapshotItem
    task: Task


class TaskMatches(NamedTuple):
    """The result of matching.

    Attributes:
        gone: tasks that were not found, by id.
        added: tasks that were not there.
    """

    pairs: list[TaskPair]
    gone: dict[str, SnapshotItem]
    added: list[Task]


def match_tasks(before: Mapping[str, SnapshotItem], now: Iterable[Task]) -> TaskMatches:
    """Match the tasks of a snapshot with tasks of the agenda."""
    known = {str(task.id): task for task in now}
    matcher = _TaskPairing(dict(sorted(before.items())), dict(sorted(known.items())))
    matcher.pair_by_id(lambda item, task: item_content(item) == task_content(task))
    matcher.pair_by_key(
        lambda item: (item.source, item_content(item)),
        lambda task: (source_key(task.source_id), task_content(task)),
    )
    matcher.pair_by_key(item_content, task_content)
    matcher.pair_by_id(lambda item, task: fold_title(item.title) == fold_title(task.title))
    matcher.pair_by_title()
    matcher.pair_corrected()
    matcher.pair_by_id(lambda _item, _task: True)
    return TaskMatches(matcher.pairs, matcher.before, list(matcher.now.values()))


def is_corrected(before: str, title: str) -> bool:
    """Return whether a title was only corrected: it is similar and has the same numbers."""
    old, new = fold_title(before), fold_title(title)
    if old == new:
        return True
    digits = [[one for one in text if one.isdigit()] for text in (old, new)]
    return digits[0] == digits[1] and SequenceMatcher(None, old, new).ratio() > _CORRECTED_RATIO


def _is_same_title(before: str, title: str) -> bool:
    """Return whether tasks with different ids are one: “Call Anna” and “Call Anne” are similar, but two."""
    return is_corrected(before, title) and is_corrected_title(before, title)


class _TaskPairing:
    def __init__(self, before: dict[str, SnapshotItem], now: dict[str, Task]) -> None:
        self.before, self.now = before, now
        self.pairs: list[TaskPair] = []

    def pair_by_id(self, is_same: Callable[[SnapshotItem, Task], bool]) -> None:
        for key in [key for key in self.before if key in self.now]:
            if is_same(self.before[key], self.now[key]):
                self._pair(key, key)

    def pair_by_key(
        self, key_of_item: Callable[[SnapshotItem], Hashable], key_of_task: Callable[[Task], Hashable]
    ) -> None:
        if not self.before or not self.now:
            return
        waiting: dict[Hashable, list[str]] = defaultdict(list)
        for key, task in self.now.items():
            waiting[key_of_task(task)].append(key)
        for key, item in list(self.before.items()):
            if found := waiting.get(key_of_item(item)):
                self._pair(key, found.pop(0))

    def pair_by_title(self) -> None:
        finished: dict[Hashable, list[str]] = defaultdict(list)
        unfinished = Counter(_title_key(task) for task in self.now.values() if task.is_open)
        left = Counter((item.source, fold_title(item.title)) for item in self.before.values())
        openly = {_title_key(task): key for key, task in self.now.items() if task.is_open}
        for key, task in self.now.items():
            if not task.is_open:
                finished[_title_key(task)].append(key)
        for key, item in list(self.before.items()):
            title = item.source, fold_title(item.title)
            if finished.get(title):
                self._pair(key, finished[title].pop(0))
            elif left[title] == 1 and unfinished[title] == 1:
                self._pair(key, openly[title])

    def pair_corrected(self) -> None:
        added: dict[Hashable, list[str]] = defaultdict(list)
        for key, task in self.now.items():
            added[source_key(task.source_id), *task_content(task)[1:]].append(key)
        for key, item in list(self.before.items()):
            candidates = added.get((item.source, item.starts, item.due), [])
            if len(candidates) <= _MAX_CANDIDATES:
                found = [one for one in candidates if _is_same_title(item.title, self.now[one].title)]
                if len(found) == 1:
                    candidates.remove(found[0])
                    self._pair(key, found[0])

    def _pair(self, before_id: str, task_id: str) -> None:
        self.pairs.append(TaskPair(before_id, self.before.pop(before_id), self.now.pop(task_id)))


def _title_key(task: Task) -> tuple[str, str]:
    return source_key(task.source_id), fold_title(task.title)
