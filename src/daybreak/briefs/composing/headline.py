"""The opening of a brief: the numbers, a public holiday, and on a quiet day what comes next."""

from collections.abc import Iterator

from daybreak.agenda import Agenda, Event, Moment, Task
from daybreak.briefs.composing.day.tomorrow import holiday_tomorrow_claims
from daybreak.briefs.document.model import Counts
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.public_holidays import holiday_name
from daybreak.briefs.wording import opening
from daybreak.claims import Claim, Fact


def write_headline(
    book: FactBook,
    agenda: Agenda,
    country: str | None,
    numbers: Counts,
    *,
    is_calm: bool,
    is_incomplete: bool,
) -> Iterator[Claim]:
    """Yield the opening sentences.

    Args:
        book: the facts that can be cited.
        agenda: the facts among which the next item is found.
        country: the country whose public holidays count.
        numbers: the counts, summed over all sections.
        is_calm: whether nothing that could be read needs attention today.
        is_incomplete: whether a source or part is missing.
    """
    yield Claim(kind="counts", text=opening.counts(numbers), facts=_cite_counts(book, numbers))
    yield from _holiday_claims(book, country)
    yield from holiday_tomorrow_claims(book, agenda, country)
    if is_calm:
        nothing = book.cite_stat(
            "asked_today", "events and tasks that ask for something today", 0, "all buckets"
        )
        text = opening.quiet(is_incomplete=is_incomplete, has_others=_has_others(agenda))
        yield Claim(kind="not_all_seen" if is_incomplete else "quiet", text=text, facts=(nothing,))
        yield from _next_up_claims(book, agenda)


def _has_others(agenda: Agenda) -> bool:
    """Return whether there are open tasks that are not the reader's, or events that the reader declined."""
    return any(task.is_open and not task.is_mine for task in agenda.tasks) or any(
        event.declined for event in agenda.events
    )


def _cite_counts(book: FactBook, numbers: Counts) -> tuple[str, ...]:
    return (
        book.cite_stat("projects", "projects", numbers.projects, "projects with anything to tell"),
        book.cite_stat(
            "due_today", "tasks due today", numbers.due_today, "open, not blocked, due on the date"
        ),
        book.cite_stat("overdue", "tasks overdue", numbers.overdue, "open, not blocked, due before the date"),
        book.cite_stat("upcoming", "tasks upcoming", numbers.upcoming, "due or starting in the next 7 days"),
        book.cite_stat(
            "blocked", "tasks blocked", numbers.blocked, "open, and marked so or waiting for another"
        ),
        book.cite_stat("done", "tasks done", numbers.done, "finished in the 24 hours before the brief"),
    )


def _holiday_claims(book: FactBook, country: str | None) -> Iterator[Claim]:
    today = book.day.today
    name = holiday_name(country, today)
    if name and country:
        fact = Fact(kind="holiday", title=name, source="public holidays", source_ref=country, start=today)
        fact_id = book.add(f"holiday:{country}:{today}", fact)
        yield Claim(kind="holiday", text=opening.holiday(name, country), facts=(fact_id,))


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
        text = opening.next_up(thing.title, day.localize(moment), day.today)
        yield Claim(kind="next_up", text=text, facts=(cited,))
