"""The edges from a meeting to what it is about: a project, a person, or single tasks.

Words of the meeting's title make an edge: the name or an alias of a project, a person who holds tasks, a word
that only the tasks of one project have, or words that a task shares with it. A common word makes none.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Agenda, Event, Holder, Project, Task
from daybreak.briefs.composing.day.title_words import (
    LONG_LETTERS,
    MIN_LETTERS,
    TitleWord,
    common_words,
    is_one_to_one,
    title_words,
)
from daybreak.briefs.wording.people import display_name

_MIN_PREFIX = 8
_MAX_TASKS_OF_WORD, _MAX_TASKS_OF_NAME = 3, 6
_MIN_TASKS_OF_TOPIC = 3
_ENOUGH = 2


class MeetingProject(NamedTuple):
    """A meeting, its project, and why.

    Attributes:
        reason: the words of the title that say so.
        tasks: the open tasks whose titles share words with that of the meeting.
    """

    event: Event
    project: Project
    reason: str
    tasks: tuple[Task, ...] = ()


class MeetingEdge(NamedTuple):
    """What a meeting is about, and the words of its title that say so.

    Attributes:
        project: its project, if there is one.
        person: the person whom it is with, if open tasks name one.
        tasks: the open tasks that the words name, in any order.
    """

    event: Event
    words: tuple[str, ...]
    project: Project | None = None
    person: str | None = None
    tasks: tuple[Task, ...] = ()

    @property
    def reason(self) -> str:
        """The words of the title as text."""
        return " ".join(self.words)


def find_meeting_projects(events: Iterable[Event], agenda: Agenda) -> Iterator[MeetingProject]:
    """Yield the project of each event that has one."""
    for edge in find_meeting_edges(events, agenda):
        if edge.project is not None:
            yield MeetingProject(edge.event, edge.project, edge.reason, edge.tasks)


def find_meeting_edges(events: Iterable[Event], agenda: Agenda) -> Iterator[MeetingEdge]:
    """Yield the edge of each event with a time that is about a project, a person or tasks."""
    meetings = [event for event in events if not event.all_day]
    if not meetings:
        return
    words = _AgendaWords(agenda)
    for event in meetings:
        if edge := _find_edge(event, words):
            yield edge


class _AgendaWords:
    """The words of an agenda's open tasks, projects and people."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self.projects = {project.id: project for project in agenda.projects}
        self.open = [task for task in agenda.tasks if task.is_open and not task.is_someday]

    @cached_property
    def tasks_by_word(self) -> Mapping[str, Sequence[Task]]:
        """The open tasks that have a word in their titles."""
        found: dict[str, list[Task]] = defaultdict(list)
        for task in self.open:
            for key in {word.key for word in title_words(task.title)}:
                found[key].append(task)
        return found

    @cached_property
    def _sorted_words(self) -> Sequence[str]:
        return sorted(self.tasks_by_word)

    @cached_property
    def names(self) -> Sequence[tuple[tuple[str, ...], Project]]:
        """The words of each name and alias of each project, longest first."""
        named = (
            (tuple(word.key for word in title_words(name)), project)
            for project in self._agenda.projects
            for name in (project.name, *project.other_names)
        )
        return sorted(named, key=lambda pair: -len(pair[0]))

    @cached_property
    def projects_by_word(self) -> Mapping[str, set[Project]]:
        """The projects that have a word in their names."""
        found: dict[str, set[Project]] = defaultdict(set)
        for keys, project in self.names:
            for key in keys:
                found[key].add(project)
        return found

    @cached_property
    def people(self) -> Mapping[str, str]:
        """The other people who hold open tasks, by first name; without names that several people have."""
        persons = {display_name(task.assignee or "") for task in self.open if task.holder is Holder.OTHER}
        keys = ((key, person) for person in persons for key in _keys_of_person(person))
        found: dict[str, set[str]] = defaultdict(set)
        for key, person in keys:
            found[key].add(person)
        return {key: names.pop() for key, names in found.items() if len(names) == 1}

    def similar(self, key: str) -> Iterator[str]:
        """Yield the words of tasks that are this word, or of which one is the beginning of the other."""
        if key in self.tasks_by_word:
            yield key
        if len(key) < _MIN_PREFIX:
            return
        yield from (
            key[:length] for length in range(_MIN_PREFIX, len(key)) if key[:length] in self.tasks_by_word
        )
        words = self._sorted_words
        for word in words[bisect_left(words, key) :]:
            if not word.startswith(key):
                break
            if word != key:
                yield word


def _keys_of_person(person: str) -> set[str]:
    words = [word.key for word in title_words(person.partition("@")[0])]
    return {key for key in words[:1] if len(key) >= MIN_LETTERS - 1}


def _find_edge(event: Event, words: _AgendaWords) -> MeetingEdge | None:
    title = title_words(event.title)
    tasks = _tasks_sharing_words(title, words, is_with_one=is_one_to_one(event.title))
    return (
        _edge_by_name(event, title, words, tasks)
        or _edge_by_person(event, title, words, tasks)
        or _edge_by_topic(event, title, words, tasks)
        or _edge_by_tasks(event, title, words, tasks)
    )


def _edge_by_name(
    event: Event, title: Sequence[TitleWord], words: _AgendaWords, tasks: "_SharedWords"
) -> MeetingEdge | None:
    """Return the edge to the project whose name or alias is in the title, except for a common word."""
    keys = [word.key for word in title]
    for name, project in words.names:
        if not name or (len(name) == 1 and (name[0] in common_words() or len(name[0]) < MIN_LETTERS)):
            continue
        for at in range(len(keys) - len(name) + 1):
            if tuple(keys[at : at + len(name)]) == name:
                shown = tuple(word.shown for word in title[at : at + len(name)])
                return MeetingEdge(event, shown, project, tasks=tasks.of_project(project))
    return None


def _edge_by_person(
    event: Event, title: Sequence[TitleWord], words: _AgendaWords, tasks: "_SharedWords"
) -> MeetingEdge | None:
    """Return the edge to the one person who is in the title and holds open tasks."""
    named = {words.people[word.key]: word for word in title if word.has_capital and word.key in words.people}
    if len(named) != 1:
        return None
    ((person, word),) = named.items()
    theirs = [
        task
        for task in words.open
        if task.holder is Holder.OTHER and display_name(task.assignee or "") == person
    ]
    mine = [task for task in words.tasks_by_word.get(word.key, ()) if task.is_mine]
    found = {task.id: task for task in (*tasks.all, *mine, *theirs)}
    return MeetingEdge(event, (word.shown,), person=person, tasks=tuple(found.values()))


def _edge_by_topic(
    event: Event, title: Sequence[TitleWord], words: _AgendaWords, tasks: "_SharedWords"
) -> MeetingEdge | None:
    """Return the edge to the only project that has a telling word in its name, or in several of its tasks."""
    for word in title:
        if not word.is_telling or word.is_number:
            continue
        project = _project_of_word(word.key, words)
        if project is not None:
            return MeetingEdge(event, (word.shown,), project, tasks=tasks.of_project(project))
    return None


def _project_of_word(key: str, words: _AgendaWords) -> Project | None:
    named = words.projects_by_word.get(key, set())
    holders = Counter(task.project_id for task in words.tasks_by_word.get(key, ()))
    if len(named) == 1:
        (project,) = named
        elsewhere = sum(count for project_id, count in holders.items() if project_id != project.id)
        return project if elsewhere <= holders[project.id] else None
    if named or len(holders) != 1:
        return None
    ((project_id, count),) = holders.items()
    return words.projects.get(project_id) if project_id and count >= _MIN_TASKS_OF_TOPIC else None


def _edge_by_tasks(
    event: Event, _title: Sequence[TitleWord], words: _AgendaWords, tasks: "_SharedWords"
) -> MeetingEdge | None:
    """Return the edge to the tasks that share enough words with the title."""
    if not tasks.all:
        return None
    projects = {task.project_id for task in tasks.all}
    project_id = projects.pop() if len(projects) == 1 else None
    project = words.projects.get(project_id) if project_id else None
    return MeetingEdge(event, tasks.words, project, tasks=tasks.all)


class _SharedWords(NamedTuple):
    """The tasks that share enough words with a title, and those words as the title has them."""

    all: tuple[Task, ...]
    words: tuple[str, ...]

    def of_project(self, project: Project) -> tuple[Task, ...]:
        """Return the tasks of a project."""
        return tuple(task for task in self.all if task.project_id == project.id)


def _tasks_sharing_words(
    title: Sequence[TitleWord], words: _AgendaWords, *, is_with_one: bool
) -> _SharedWords:
    weights: Counter[UUID] = Counter()
    shared: dict[UUID, list[str]] = defaultdict(list)
    tasks: dict[UUID, Task] = {}
    for number, word in enumerate(title):
        for task, weight in _weigh(number, title, words, is_with_one=is_with_one):
            weights[task.id] += weight
            shared[task.id].append(word.shown)
            tasks[task.id] = task
    found = [task_id for task_id, weight in weights.items() if weight >= _ENOUGH]
    said = dict.fromkeys(shown for task_id in found for shown in shared[task_id])
    return _SharedWords(tuple(tasks[task_id] for task_id in found), tuple(said))


def _weigh(
    number: int, title: Sequence[TitleWord], words: _AgendaWords, *, is_with_one: bool
) -> Iterator[tuple[Task, int]]:
    """Yield the tasks that have a word of the title, with its weight: 2 connects, 1 only with another word."""
    word = title[number]
    if word.is_number:
        yield from _weigh_number(number, title, words)
    if not word.is_telling:
        return
    for key in words.similar(word.key):
        tasks = words.tasks_by_word[key]
        if key in common_words():
            continue
        for task in tasks:
            same = next(one for one in title_words(task.title) if one.key == key)
            is_name = word.has_capital and same.has_capital and (word.is_name or same.is_name)
            most = (
                len(words.open)
                if is_name and is_with_one
                else _MAX_TASKS_OF_NAME
                if is_name
                else _MAX_TASKS_OF_WORD
            )
            if len(tasks) <= most:
                says_all = is_name or word.is_code or key != word.key or len(key) >= LONG_LETTERS
                yield task, _ENOUGH if says_all else 1


def _weigh_number(number: int, title: Sequence[TitleWord], words: _AgendaWords) -> Iterator[tuple[Task, int]]:
    """Yield the tasks that have a telling word and the number behind it, like “candidate 14”."""
    before = title[number - 1] if number else None
    if before is None or not before.is_telling:
        return
    pair = (before.key, title[number].key)
    for task in words.tasks_by_word.get(before.key, ()):
        keys = [word.key for word in title_words(task.title)]
        if pair in pairwise(keys):
            yield task, _ENOUGH
