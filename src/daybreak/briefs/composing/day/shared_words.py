"""The tasks whose titles share words with that of a meeting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from daybreak.agenda import Task
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.day.title_words import LONG_LETTERS, TitleWord, title_words

if TYPE_CHECKING:
    from uuid import UUID

_MAX_TASKS_OF_LONG_WORD, _MAX_TASKS_OF_NAME, _MAX_TASKS_OF_WORD = 3, 6, 8
_ENOUGH = 2


class SharedWords(NamedTuple):
    """The tasks that share enough words with a title, and those words as the title has them."""

    all: tuple[Task, ...]
    words: tuple[str, ...]


@dataclass(slots=True)
class _Match:
    """The words that a task shares with a title.

    Attributes:
        weight: the sum of their weights; 2 connect.
        score: the same, less for words that many tasks have.
    """

    task: Task
    shown: list[str] = field(default_factory=list)
    weight: int = 0
    score: float = 0

    def add(self, shown: str, weight: int, tasks: int) -> None:
        """Add a word that this number of tasks has."""
        self.shown.append(shown)
        self.weight += weight
        self.score += weight / tasks


def find_sharing_tasks(
    title: Sequence[TitleWord], words: AgendaWords, *, is_with_one: bool = False, enough: int = _ENOUGH
) -> SharedWords:
    """Return the tasks that share enough words with a title, without those that share much less."""
    matches: dict[UUID, _Match] = {}
    for number in range(len(title)):
        for task, weight, tasks in _weigh(number, title, words, is_with_one=is_with_one):
            matches.setdefault(task.id, _Match(task)).add(_shown(number, title), weight, tasks)
    found = [match for match in matches.values() if match.weight >= enough]
    best = max((match.score for match in found), default=0)
    found = [match for match in found if match.score * 2 > best]
    said = dict.fromkeys(shown for match in found for shown in match.shown)
    return SharedWords(tuple(match.task for match in found), tuple(said))


def _shown(number: int, title: Sequence[TitleWord]) -> str:
    word = title[number]
    return f"{title[number - 1].shown} {word.shown}" if word.is_number and number else word.shown


def _weigh(
    number: int, title: Sequence[TitleWord], words: AgendaWords, *, is_with_one: bool
) -> Iterator[tuple[Task, int, int]]:
    """Yield the tasks that have a word of the title, its weight, and how many tasks have it."""
    word = title[number]
    if word.is_number:
        yield from _weigh_number(number, title, words)
    if not word.is_distinctive:
        return
    for key in words.similar(word.key):
        tasks = words.tasks_by_word[key]
        if len(tasks) > _MAX_TASKS_OF_WORD and not is_with_one:
            continue
        for task in tasks:
            same = next(one for one in title_words(task.title) if one.key == key)
            if same.is_common:
                continue
            is_name = word.has_capital and same.has_capital and (word.is_name or same.is_name)
            if weight := _weight(word, same, len(tasks), is_name=is_name, is_with_one=is_with_one):
                yield task, weight, len(tasks)


def _weight(word: TitleWord, same: TitleWord, tasks: int, *, is_name: bool, is_with_one: bool) -> int:
    """Return 2 for words that connect alone: names, codes and long words; 1 for others that are rare."""
    is_rare_name = is_name and (is_with_one or tasks <= _MAX_TASKS_OF_NAME)
    is_rare_word = (word.is_code or len(word.key) >= LONG_LETTERS) and tasks <= _MAX_TASKS_OF_LONG_WORD
    if word.key == same.key and (is_rare_name or is_rare_word):
        return _ENOUGH
    return 1 if tasks <= _MAX_TASKS_OF_WORD else 0


def _weigh_number(
    number: int, title: Sequence[TitleWord], words: AgendaWords
) -> Iterator[tuple[Task, int, int]]:
    """Yield the tasks that have a distinctive word and the number behind it, like “candidate 14”."""
    before = title[number - 1] if number else None
    if before is None or not before.is_distinctive:
        return
    pair = (before.key, title[number].key)
    tasks = words.tasks_by_word.get(before.key, ())
    found = [task for task in tasks if pair in pairwise(word.key for word in title_words(task.title))]
    yield from ((task, _ENOUGH, len(found)) for task in found)
