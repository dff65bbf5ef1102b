"""Which event of today or tomorrow a task is for: by words of both titles, or by a meeting's project."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from daybreak.agenda import Event, Task
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.day.meetings import find_meeting_edges
from daybreak.briefs.composing.day.title_words import title_words
from daybreak.briefs.facts.day import Day, last_day
from daybreak.briefs.facts.snapshot import fold_title


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = re.compile(r"\w+(?:[-.]\w+)*")
_IN_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# A task for a person is not for the birthday of that person.
_BIRTHDAY = re.compile(
    r"\b(?:birthday|geburtstag|anniversaire|cumplea[nñ]os|compleanno|verjaardag)\b", re.IGNORECASE
)
_STEM_LENGTH = 6
_NO_EVENTS: frozenset[int] = frozenset()
_NO_STEMS: frozenset[str] = frozenset()
_SHORTEST_WORD = 4
_LONG_WORD = 7
# A word in more titles than these names a project or a habit, not what a meeting is about.
_COMMON_COUNT = 3
_COMMON_SHARE = 0.1
_GENERAL_WORDS = _split_words(
    """
    about after agenda annual before board brief call catch chat check class client coffee conference daily
    demo dinner discussion event first from group hour hold interview into kick kick-off lunch meeting minutes
    monthly morning evening next office on-call online party phone planning prep preparation project quarterly
    reminder review room second session standup stand-up status sync talk team teams their this today tomorrow
    training travel update video visit webinar week weekly with work working workshop your zoom
    abend besprechung eine einen fixe für gespräch herr herrn frau heute mittag morgen sitzung telefonat teil
    termin treffen woche
    appel avec demain dans déjeuner dîner madame monsieur pour point réunion semaine
    llamada para reunión señor señora semana riunione settimana afspraak overleg vergadering
    monday tuesday wednesday thursday friday saturday sunday
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    lundi mardi mercredi jeudi vendredi samedi dimanche
    january february march april june july august september october november december
    """
)


class Occasion(NamedTuple):
    """An event that a task is for.

    Attributes:
        words: the number of strong words that both titles have.
        is_of_project: whether it is a meeting of the task's project.
    """

    event: Event
    is_today: bool
    words: int
    is_of_project: bool

    @property
    def sort_key(self) -> tuple[bool, int, bool, str, str]:
        """The order in which the occasions of one task count."""
        return (
            not self.is_today,
            -self.words,
            not self.is_of_project,
            str(self.event.start),
            str(self.event.id),
        )


def find_occasions(tasks: Collection[Task], words: AgendaWords, day: Day) -> Mapping[UUID, Occasion]:
    """Return the most specific event of today or tomorrow of each task that has one."""
    events = _events_ahead(words.agenda.events, day)
    if not events:
        return {}
    by_stem, by_project = _index(events, words)
    telling = [_telling_stems(event.title) for event, _ in events]
    is_strict = [_BIRTHDAY.search(event.title) is not None for event, _ in events]
    shared = _rare_stems(tasks, frozenset(by_stem))
    found: dict[UUID, Occasion] = {}
    for task in tasks:
        stems = shared.get(task.id, _NO_STEMS)
        counts = Counter(number for stem in stems for number in by_stem[stem])
        is_later = _is_due_later(task, day)
        strong = {
            number: count
            for number, count in counts.items()
            if count > 1 or stems & telling[number] or not (is_later or is_strict[number])
        }
        of_project = by_project.get(task.project_id, _NO_EVENTS)
        occasions = [
            occasion
            for number in of_project.union(strong)
            if (occasion := _make_occasion(*events[number], strong.get(number, 0), number in of_project))
        ]
        if occasions:
            found[task.id] = min(occasions, key=lambda one: one.sort_key)
    return found


def _is_due_later(task: Task, day: Day) -> bool:
    """Return whether a task is due after tomorrow: then a common word does not tie it to a meeting."""
    due = day.date_of(task.due)
    return due is not None and due > day.today + timedelta(days=1)


def _index(
    events: Sequence[tuple[Event, bool]], words: AgendaWords
) -> tuple[Mapping[str, list[int]], Mapping[UUID | None, frozenset[int]]]:
    """Return the numbers of the events by the stems of their titles, and by their projects."""
    by_stem: dict[str, list[int]] = {}
    for number, (event, _) in enumerate(events):
        for stem in _stems(_subject_of(event.title)):
            by_stem.setdefault(stem, []).append(number)
    numbers = {event.id: number for number, (event, _) in enumerate(events)}
    by_project: dict[UUID | None, frozenset[int]] = {}
    for edge in find_meeting_edges((event for event, _ in events), words):
        if edge.project is not None:
            known = by_project.get(edge.project.id, _NO_EVENTS)
            by_project[edge.project.id] = known | {numbers[edge.event.id]}
    return by_stem, by_project


def _make_occasion(event: Event, is_today: bool, words: int, is_of_project: bool) -> Occasion | None:  # noqa: FBT001 - unpacked
    # One word of tomorrow's title, or its project alone, is too little to prepare for it today.
    is_sure = words > 1 or (words == 1 and is_of_project)
    is_meant = is_sure or (is_today and (words > 0 or is_of_project))
    return Occasion(event, is_today, words, is_of_project) if is_meant else None


def _events_ahead(events: Iterable[Event], day: Day) -> list[tuple[Event, bool]]:
    """Return the events of today that are not over, with True, and those that begin tomorrow, with False."""
    tomorrow = day.today + timedelta(days=1)
    found = []
    for event in events:
        if event.declined:
            continue
        starts = day.date_of(event.start)
        if starts == tomorrow:
            found.append((event, False))
        elif _is_ahead_today(event, starts, day):
            found.append((event, True))
    return found


def _is_ahead_today(event: Event, starts: date | None, day: Day) -> bool:
    if event.all_day:
        return starts is not None and starts <= day.today <= last_day(event)
    return starts == day.today and day.instant_of(event.end) > day.as_of


def _rare_stems(tasks: Collection[Task], wanted: frozenset[str]) -> Mapping[UUID, frozenset[str]]:
    """Return those of the wanted stems that each title has, without stems that many titles have."""
    found = {task.id: stems for task in tasks if (stems := wanted & _stems(task.title))}
    counts = Counter(stem for stems in found.values() for stem in stems)
    limit = max(_COMMON_COUNT, int(len(tasks) * _COMMON_SHARE))
    rare = frozenset(stem for stem, count in counts.items() if count <= limit)
    return {task_id: stems & rare for task_id, stems in found.items()}


@lru_cache(maxsize=8192)
def _stems(title: str) -> frozenset[str]:
    words: Sequence[str] = _WORD.findall(fold_title(title))
    return frozenset(word[:_STEM_LENGTH] for word in words if _is_strong(word))


@lru_cache(maxsize=4096)
def _telling_stems(title: str) -> frozenset[str]:
    """Return the stems of an event's title that connect alone: names, codes, long words, or its only one."""
    subject = _subject_of(title)
    stems = _stems(subject)
    if day_of_person := _BIRTHDAY.search(subject):
        return stems & _stems(day_of_person[0])
    if len(stems) == 1:
        return stems
    telling = (
        fold_title(word.shown)[:_STEM_LENGTH]
        for word in title_words(subject)
        if word.is_name or word.is_code or len(word.shown) >= _LONG_WORD
    )
    return stems.intersection(telling)


@lru_cache(maxsize=4096)
def _subject_of(title: str) -> str:
    """Return the title of an event without its remarks in parentheses: a role, a place, a state."""
    return _IN_PARENTHESES.sub(" ", title)


def _is_strong(word: str) -> bool:
    if word in _GENERAL_WORDS:
        return False
    if any(letter.isdigit() for letter in word):
        return len(word) > 1 and not (word.isdigit() and len(word) == _SHORTEST_WORD)
    return len(word) >= _SHORTEST_WORD
