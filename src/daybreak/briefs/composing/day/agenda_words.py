"""The words of an agenda's open tasks, projects and people, by which meetings find them."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from daybreak.agenda import Agenda, Holder, Project, Task
from daybreak.briefs.composing.day.title_words import MIN_LETTERS, TitleWord, title_keys, title_words
from daybreak.briefs.wording.people import display_name

_MIN_PREFIX = 8


class AgendaWords:
    """The words of an agenda's open tasks, projects and people, each collected when a meeting asks for it."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.projects = {project.id: project for project in agenda.projects}
        self.open = [task for task in agenda.tasks if task.is_open and not task.is_someday]

    @cached_property
    def tasks_by_word(self) -> Mapping[str, Sequence[Task]]:
        """The open tasks that have a word in their titles."""
        found: dict[str, list[Task]] = defaultdict(list)
        for task in self.open:
            for key in title_keys(task.title):
                found[key].append(task)
        return found

    @cached_property
    def _sorted_words(self) -> Sequence[str]:
        return sorted(self.tasks_by_word)

    @cached_property
    def names(self) -> Sequence[tuple[tuple[TitleWord, ...], Project]]:
        """The words of each name and alias of each project, longest first."""
        named = (
            (title_words(name), project)
            for project in self.agenda.projects
            for name in (project.name, *project.other_names)
        )
        return sorted(named, key=lambda pair: -len(pair[0]))

    @cached_property
    def projects_by_word(self) -> Mapping[str, set[Project]]:
        """The projects that have a word in their names."""
        found: dict[str, set[Project]] = defaultdict(set)
        for name, project in self.names:
            for word in name:
                found[word.key].add(project)
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
        lengths = range(_MIN_PREFIX, len(key))
        yield from (key[:length] for length in lengths if key[:length] in self.tasks_by_word)
        words = self._sorted_words
        for word in words[bisect_left(words, key) :]:
            if not word.startswith(key):
                break
            if word != key:
                yield word


def _keys_of_person(person: str) -> set[str]:
    words = [word.key for word in title_words(person.partition("@")[0])]
    return {key for key in words[:1] if len(key) >= MIN_LETTERS - 1}
