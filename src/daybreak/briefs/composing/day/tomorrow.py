"""Tomorrow in a line: a public holiday, the appointments, and how many tasks are due."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from daybreak.agenda import Agenda, Event
from daybreak.briefs.composing.day.timeline import timeline_events
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.public_holidays import holiday_name, names_holiday
from daybreak.briefs.wording import calendar
from daybreak.claims import Claim, Fact

_HOLIDAY = re.compile(
    r"\b(?:(?:bank|public|national|legal) holiday|(?:gesetzlicher )?feiertag|jour férié|férié|festivo|feriado"
    r"|giorno festivo|feestdag|helligdag|helgdag|święto)\b",
    re.IGNORECASE,
)


def tomorrow_claims(book: FactBook, agenda: Agenda, country: str | None) -> Iterator[Claim]:
    """Yield the line about the next day, if it has anything."""
    next_day = _day_after(book.day)
    events = timeline_events(agenda.events, next_day)
    due = _due_on(book, next_day)
    holiday = holiday_name(country, next_day.today)
    all_day = [slot for slot in events if slot.event.all_day]
    timed = [slot for slot in events if not slot.event.all_day and _begins_on(slot.event, next_day)]
    if not (holiday or all_day or timed or due):
        return
    facts = [
        *_cite_holiday(book, holiday, country, next_day),
        *(book.cite_event(slot.event) for slot in (*all_day, *timed)),
        *_cite_due(book, due),
    ]
    starts = [(slot.event.title, slot.start.astimezone(next_day.tz)) for slot in timed]
    text = calendar.tomorrow(holiday, [slot.event.title for slot in all_day], starts, len(due))
    yield Claim(kind="tomorrow", text=text, facts=tuple(facts))


def holiday_tomorrow_claims(book: FactBook, agenda: Agenda, country: str | None) -> Iterator[Claim]:
    """Yield the sentence that tomorrow is a holiday, if tasks are due then."""
    next_day = _day_after(book.day)
    due = _due_on(book, next_day)
    if not due:
        return
    name, event = holiday_name(country, next_day.today), _find_holiday(agenda.events, next_day)
    if name is not None:
        facts = _cite_holiday(book, name, country, next_day)
        text = calendar.holiday_tomorrow(name, len(due), is_title=False)
    elif event is not None:
        facts = [book.cite_event(event)]
        text = calendar.holiday_tomorrow(event.title, len(due), is_title=True)
    else:
        return
    yield Claim(kind="tomorrow", text=text, facts=(*facts, *_cite_due(book, due)))


def _day_after(day: Day) -> Day:
    return replace(day, today=day.today + timedelta(days=1))


def _begins_on(event: Event, day: Day) -> bool:
    return day.instant_of(event.start) >= day.start


def _find_holiday(events: Iterable[Event], day: Day) -> Event | None:
    """Return the all-day event that marks a date as a public holiday."""
    for slot in timeline_events(events, day):
        title = slot.event.title
        if slot.event.all_day and (_HOLIDAY.search(title) or names_holiday(title, str(day.tz), day.today)):
            return slot.event
    return None


def _due_on(book: FactBook, day: Day) -> tuple[str, ...]:
    sound = (task for task in book.open.values() if task.id not in book.unsorted)
    due = [task for task in sound if day.date_of(task.due) == day.today]
    return tuple(book.cite_task(task) for task in sorted(due, key=lambda task: (task.title, task.source_ref)))


def _cite_due(book: FactBook, due: tuple[str, ...]) -> Iterator[str]:
    if due:
        yield book.cite_stat(
            "due_tomorrow", "tasks due tomorrow", len(due), "open, due on the next date", due
        )


def _cite_holiday(book: FactBook, name: str | None, country: str | None, day: Day) -> list[str]:
    if not name or not country:
        return []
    fact = Fact(
        kind="holiday",
        title=name,
        source="public holidays",
        source_ref=country,
        start=day.today,
        end=day.today,
    )
    return [book.add(f"holiday:{country}:{day.today}", fact)]
