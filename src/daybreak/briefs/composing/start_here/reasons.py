"""Why a task is shown first: two or three reasons, the strongest first, with the facts that they cite."""

from collections.abc import Iterator

from daybreak.agenda import Event, Priority, Task, TaskStatus
from daybreak.briefs.composing.start_here.candidates import Candidate
from daybreak.briefs.composing.start_here.occasions import Occasion
from daybreak.briefs.document.model import NextAction
from daybreak.briefs.facts.buckets import is_stale
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import start_here as wording
from daybreak.briefs.wording.tasks import priority
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Fact

_MAX_REASONS = 3
Reason = tuple[str, str | None]


def make_action(book: FactBook, candidate: Candidate) -> NextAction:
    """Return the action of a candidate; its first fact is the task, the others are those of its reasons."""
    cited = book.cite_task(candidate.task)
    reasons = list(_iter_reasons(book, candidate))[:_MAX_REASONS]
    others = [fact for _, fact in reasons if fact is not None]
    return NextAction(
        text=quoted(candidate.task.title),
        reason=wording.join_reasons(text for text, _ in reasons),
        score=candidate.score,
        estimate_minutes=candidate.task.estimate_minutes,
        facts=(cited, *others),
    )


def _iter_reasons(book: FactBook, candidate: Candidate) -> Iterator[Reason]:
    task, worth, day = candidate.task, candidate.worth, book.day
    if state := _state_of(task, book.facts[book.cite_task(task)], day):
        yield state, None
    if worth.occasion:
        yield _of_occasion(worth.occasion, day), book.cite_event(worth.occasion.event)
    if worth.blocks:
        yield wording.blocks(worth.blocks.title), book.cite_task(worth.blocks)
    if worth.phase and worth.phase.end_on:
        yield wording.next_step(worth.phase.name, worth.phase.end_on, day.today), book.cite_phase(worth.phase)
    if not candidate.fits:
        yield wording.longer_than_free_time(), None


def _state_of(task: Task, fact: Fact, day: Day) -> str:
    """Return the date and the priority, or what else is known of a task without a date."""
    due, start = day.date_of(task.due), day.date_of(task.start)
    parts = []
    if task.due is not None and due is not None:
        parts.append(wording.due_reason(day.localize(task.due), day.today))
    elif task.status is not TaskStatus.IN_PROGRESS and start is not None:
        parts.append(wording.planned_reason(start, day.today))
    if task.status is TaskStatus.IN_PROGRESS:
        parts.append(wording.in_progress_reason(is_stale(task, day)))
    if parts or task.priority > Priority.NORMAL:  # a low priority alone is no reason to begin
        parts.append(priority(fact))
    return ", ".join(filter(None, parts))


def _of_occasion(occasion: Occasion, day: Day) -> str:
    event: Event = occasion.event
    starts = None if event.all_day else day.localize(event.start)
    return wording.occasion_reason(event.title, starts, is_today=occasion.is_today)
