"""The context of today's meetings: what their projects have open, and the last note."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from daybreak.agenda import Agenda, Note, Task
from daybreak.briefs.composing.day.meetings import MeetingEdge
from daybreak.briefs.composing.day.title_words import title_words
from daybreak.briefs.document.model import MeetingContext
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import meetings as wording
from daybreak.claims import Fact

_SOON = timedelta(days=7)


def meeting_contexts(
    book: FactBook, edges: Iterable[MeetingEdge], agenda: Agenda
) -> Mapping[UUID, MeetingContext]:
    """Return the context of each meeting with an edge to something open or noted, by its event's id."""
    contexts = ((edge.event.id, _make_context(book, edge, agenda)) for edge in edges)
    return {event_id: context for event_id, context in contexts if context is not None}


def _make_context(book: FactBook, edge: MeetingEdge, agenda: Agenda) -> MeetingContext | None:
    tasks = _tasks_by_pressure(book, edge)
    note = _last_note(edge, agenda)
    if not tasks and note is None:
        return None
    task_facts = tuple(book.cite_task(task) for task in tasks)
    note_fact = book.cite_note(note) if note else None
    subject = edge.project.name if edge.project else edge.person or ""
    cited = (*_cite_edge(book, edge, subject), *task_facts, *((note_fact,) if note_fact else ()))
    told = wording.MeetingFacts(
        subject,
        tuple(book.facts[one] for one in task_facts),
        edge.person is not None,
        book.facts[note_fact] if note_fact else None,
    )
    return MeetingContext(
        project=subject,
        reason=edge.reason,
        text=wording.context(told, book.day.tense).text,
        facts=cited,
        tasks=task_facts,
        note=note_fact,
        is_person=edge.person is not None,
    )


def _tasks_by_pressure(book: FactBook, edge: MeetingEdge) -> list[Task]:
    """Return the tasks of a meeting, the most pressing first; of equal ones those that its title names."""
    named = {task.id: task for task in edge.tasks}
    found = named | {task.id: task for task in _pressing_tasks(book, edge)}

    def order(task: Task) -> tuple[tuple[bool, int], bool, tuple[int, str]]:
        group, rest = _pressure(book, task)
        return group, task.id not in named, rest

    return sorted(found.values(), key=order)


def _cite_edge(book: FactBook, edge: MeetingEdge, subject: str) -> tuple[str, str]:
    """Cite the meeting, and its edge with the words of the title that make it."""
    event = book.cite_event(edge.event)
    fact = Fact(
        kind="edge",
        title=subject or edge.reason,
        source="Daybreak",
        source_ref=wording.reason(edge.reason, edge.event.title),
        of=(event, *(f"task:{task.id}" for task in edge.tasks)),
    )
    return event, book.add(f"edge:{edge.event.id}", fact)


def _pressing_tasks(book: FactBook, edge: MeetingEdge) -> Iterator[Task]:
    """Yield the reader's tasks of the project that are due within a week, or were due."""
    if edge.project is None:
        return
    until = book.day.today + _SOON
    for task in book.open.values():
        if task.project_id != edge.project.id:
            continue
        due = book.day.date_of(task.due)
        if due is not None and due <= until and not book.is_blocked(task):
            yield task


def _pressure(book: FactBook, task: Task) -> tuple[tuple[bool, int], tuple[int, str]]:
    """Return the order of tasks: mine first; due today, overdue by the newest, due later, without a date."""
    due, today = book.day.date_of(task.due), book.day.today
    if due is None:
        return (not task.is_mine, 3), (-task.priority, task.title)
    days = (due - today).days
    group = 0 if days == 0 else 1 if days < 0 else 2
    return (not task.is_mine, group), (abs(days), task.title)


def _last_note(edge: MeetingEdge, agenda: Agenda) -> Note | None:
    """Return the newest note of the project, or about what the words of the title name."""
    if edge.project is not None:
        found: Sequence[Note] = [note for note in agenda.notes if note.project_id == edge.project.id]
    else:
        keys = {word.casefold() for word in edge.words}
        found = [
            note
            for note in agenda.notes
            if any(word.has_capital and word.key in keys for word in title_words(note.title))
        ]
    return max(found, key=lambda note: (note.noted_at, note.title), default=None)


def tasks_of_meetings(edges: Iterable[MeetingEdge]) -> frozenset[UUID]:
    """Return the ids of the tasks that today's meetings name."""
    return frozenset(task.id for edge in edges for task in edge.tasks)
