"""The edges from a meeting to what it is about: a project, a person, or single tasks.

Words of the meeting's title make an edge: the name or an alias of a project, a person who holds tasks, a word
that only the tasks of one project have, or words that a task shares with it. A common word makes none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from daybreak.agenda import Event, Holder, Project, Task
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.day.shared_words import SharedWords, find_sharing_tasks
from daybreak.briefs.composing.day.title_words import TitleWord, destination, is_one_to_one, title_words
from daybreak.briefs.wording.people import display_name

_MIN_TASKS_OF_TOPIC = 3


class MeetingEdge(NamedTuple):
    """What a meeting is about, and the words of its title that connect them.

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


def find_meeting_edges(events: Iterable[Event], words: AgendaWords) -> Iterator[MeetingEdge]:
    """Yield the edge of each event with a time that is about a project, a person or tasks."""
    for event in events:
        if not event.all_day and (edge := _find_edge(event, words)):
            yield edge


def _find_edge(event: Event, words: AgendaWords) -> MeetingEdge | None:
    title = title_words(destination(event.title))
    tasks = find_sharing_tasks(title, words, is_with_one=is_one_to_one(event.title))
    return (
        _edge_by_name(event, title, words)
        or _edge_by_person(event, title, words, tasks)
        or _edge_by_topic(event, title, words, tasks)
        or _edge_by_tasks(event, tasks)
    )


def _edge_by_name(event: Event, title: Sequence[TitleWord], words: AgendaWords) -> MeetingEdge | None:
    """Return the edge to the project whose name or alias is in the title, except for a common word."""
    keys = [word.key for word in title]
    for name, project in words.names:
        if not name or (len(name) == 1 and not name[0].is_distinctive):
            continue
        wanted = [word.key for word in name]
        for at in range(len(keys) - len(name) + 1):
            if keys[at : at + len(name)] == wanted:
                return _edge_to_project(event, title[at : at + len(name)], project, words)
    return None


def _edge_to_project(
    event: Event, name: Sequence[TitleWord], project: Project, words: AgendaWords
) -> MeetingEdge:
    """Return the edge to a project, and to its tasks that share a word of the title besides its name."""
    known = {word.key for word in name} | {
        word.key for one, its in words.names if its.id == project.id for word in one
    }
    rest = [word for word in title_words(event.title) if word.key not in known]
    tasks = find_sharing_tasks(rest, words, enough=1)
    of_project = tuple(task for task in tasks.all if task.project_id == project.id)
    return MeetingEdge(event, tuple(word.shown for word in name), project, tasks=of_project)


def _edge_by_person(
    event: Event, title: Sequence[TitleWord], words: AgendaWords, tasks: SharedWords
) -> MeetingEdge | None:
    """Return the edge to the one person who is in the title and holds open tasks."""
    named = {words.people[word.key]: word for word in title if _may_be_person(word, event, words)}
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


def _may_be_person(word: TitleWord, event: Event, words: AgendaWords) -> bool:
    """Return whether a word is the name of a known person: a capital at the beginning is not enough."""
    if word.key not in words.people or not word.has_capital:
        return False
    is_before_colon = event.title.startswith(f"{word.shown}:")
    return word.is_name or is_before_colon or is_one_to_one(event.title)


def _edge_by_topic(
    event: Event, title: Sequence[TitleWord], words: AgendaWords, tasks: SharedWords
) -> MeetingEdge | None:
    """Return the edge to the only project with a distinctive word in its name, or to the tasks of a topic."""
    distinctive = [word for word, after in zip_longest(title, title[1:]) if word and _is_topic(word, after)]
    for word in distinctive:
        if project := _project_of_word(word.key, words):
            return _edge_to_project(event, [word], project, words)
    for word in distinctive:
        if topic := _tasks_of_topic(word.key, words):
            found = {task.id: task for task in (*tasks.all, *topic)}
            return MeetingEdge(event, (word.shown,), tasks=tuple(found.values()))
    return None


def _is_topic(word: TitleWord, after: TitleWord | None) -> bool:
    """Return whether a word names a topic: with a number behind it, it names only one of several."""
    return word.is_distinctive and not (after is not None and after.is_number)


def _project_of_word(key: str, words: AgendaWords) -> Project | None:
    """Return the only project with this word in its name, unless most tasks with the word lie elsewhere."""
    named = words.projects_by_word.get(key, set())
    if len(named) != 1:
        return None
    (project,) = named
    holders = Counter(task.project_id for task in words.tasks_by_word.get(key, ()))
    elsewhere = holders.total() - holders[project.id]
    return project if elsewhere <= holders[project.id] else None


def _tasks_of_topic(key: str, words: AgendaWords) -> Sequence[Task]:
    """Return the tasks with a word that only the tasks of one project have, and several of them."""
    tasks = words.tasks_by_word.get(key, ())
    is_of_one = len({task.project_id for task in tasks}) == 1 and key not in words.projects_by_word
    return tasks if is_of_one and len(tasks) >= _MIN_TASKS_OF_TOPIC else ()


def _edge_by_tasks(event: Event, tasks: SharedWords) -> MeetingEdge | None:
    """Return the edge to the tasks that share enough words with the title."""
    return MeetingEdge(event, tasks.words, tasks=tasks.all) if tasks.all else None
