"""The opening of a brief: the numbers, a public holiday, and on a quiet day what comes next."""

from collections.abc import Iterator

from daybreak.agenda import Agenda, Event, Moment, Task, TaskStatus
from daybreak.briefs.composing.day.tomorrow import holiday_tomorrow_claims
from daybreak.briefs.document.model import Counts, SinceLast
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.public_holidays import holiday_name
from daybreak.briefs.wording import headline as wording
from daybreak.claims import Claim, Fact

_DONE_KINDS = frozenset({"done", "recurred"})


def write_headline(
    book: FactBook,
    agenda: Agenda,
    country: str | None,
    numbers: Counts,
    *,
    since_last: SinceLast,
    is_calm: bool,
    is_incomplete: bool,
) -> Iterator[Claim]:
    """Yield the opening sentences.

    Args:
        book: the facts that can be cited.
        agenda: the facts among which the next item is found.
        country: the country whose public holidays count.
        numbers: the counts, summed over all sections.
        since_last: the changes, of which the finished tasks are counted.
        is_calm: whether nothing that could be read needs attention today.
        is_incomplete: whether a source or part is missing.
    """
    if is_empty(agenda):
        yield make_invitation(book)
        return
    done = _count_done(agenda, since_last, numbers)
    since = wording.since_brief(since_last.date, book.day.today)
    text = wording.counts(numbers, done, since) or ("" if is_calm else wording.NOTHING_DUE)
    if text:
        yield Claim(kind="counts", text=text, facts=_cite_counts(book, numbers, done, since))
    yield from _holiday_claims(book, country)
    yield from holiday_tomorrow_claims(book, agenda, country)
    if is_calm:
        nothing = book.cite_stat(
            "asked_today", "events and tasks that ask for something today", 0, "all buckets"
        )
        text = wording.quiet(is_incomplete=is_incomplete, has_others=_has_others(agenda))
        yield Claim(kind="not_all_seen" if is_incomplete else "quiet", text=text, facts=(nothing,))
        yield from _next_up_claims(book, agenda)


def is_empty(agenda: Agenda) -> bool:
    """Return whether the reader has nothing yet: no source and nothing entered by hand."""
    return not (agenda.sources or agenda.tasks or agenda.events or agenda.notes or agenda.deferred)


def make_invitation(book: FactBook) -> Claim:
    """Return what to do with an empty agenda."""
    nothing = book.cite_stat("items", "sources, tasks, events and notes", 0, "all of the reader")
    return Claim(kind="invitation", text=wording.EMPTY, facts=(nothing,))


def _count_done(agenda: Agenda, since_last: SinceLast, numbers: Counts) -> int:
    """Return the number of the reader's tasks finished since the last brief or in the last 24 hours."""
    if since_last.date is None:
        return numbers.done
    cited = {one for claim in since_last.entries if claim.kind in _DONE_KINDS for one in claim.facts}
    finished = (task for task in agenda.tasks if task.is_mine and task.status is TaskStatus.DONE)
    return sum(f"task:{task.id}" in cited for task in finished)


def _has_others(agenda: Agenda) -> bool:
    """Return whether there are open tasks that are not the reader's, or events that the reader declined."""
    return any(task.is_open and not task.is_mine for task in agenda.tasks) or any(
        event.declined for event in agenda.events
    )


def _cite_counts(book: FactBook, numbers: Counts, done: int, since: str) -> tuple[str, ...]:
    return (
        book.cite_stat("due_today", "tasks due today", numbers.due_today, "open, not blocked, due today"),
        book.cite_stat("overdue", "overdue tasks", numbers.overdue, "open, not blocked, due before today"),
        book.cite_stat(
            "overdue_for_over_a_week",
            "tasks overdue for over a week",
            numbers.overdue_for_over_a_week,
            "overdue, due more than 7 days ago",
        ),
        book.cite_stat("done", "tasks done", done, f"finished {since}"),
    )


def _holiday_claims(book: FactBook, country: str | None) -> Iterator[Claim]:
    today = book.day.today
    name = holiday_name(country, today)
    if name and country:
        fact = Fact(kind="holiday", title=name, source="public holidays", source_ref=country, start=today)
        fact_id = book.add(f"holiday:{country}:{today}", fact)
        yield Claim(kind="holiday", text=wording.holiday(name, country), facts=(fact_id,))


def _next_up_claims(book: FactBook, agenda: Agenda) -> Iterator[Claim]:
    day = book.day
    free = [task for task in book.open.values() if not book.is_blocked(task)]
    dated: list[tuple[Task | Event, Moment]] = [
        *((task, moment) for task in free for moment in (task.due, task.start) if moment is not None),
        *((event, event.start) for event in agenda.events if not event.declined),
    ]
    ahead = [(thing, moment) for thing, moment in dated if (day.date_of(moment) or day.today) > day.today]
    if ahead:
        thing, moment = min(ahead, key=lambda pair: (day.instant_of(pair[1]), pair[0].title, pair[0].id))
        cited = book.cite_task(thing) if isinstance(thing, Task) else book.cite_event(thing)
        text = wording.next_up(thing.title, day.localize(moment), day.today)
        yield Claim(kind="next_up", text=text, facts=(cited,))
