"""The weekly edition: a review of the week by project, and the week to come.

The review compares the snapshots of the week's briefs with the current facts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from daybreak.agenda import Event, Task
from daybreak.briefs.composing.base import Composed, Groundwork, Occasion, count
from daybreak.briefs.composing.sections import holdings
from daybreak.briefs.composing.week_headline import week_opening
from daybreak.briefs.composing.week_review import Retrospect
from daybreak.briefs.composing.week_topics import Matter, is_coming, write_topics
from daybreak.briefs.document.model import ProjectWeek, TopicView, Week
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim

if TYPE_CHECKING:
    from daybreak.briefs.facts.snapshot import Remembered

OPENING = "The opening"
CALENDAR = "The calendar of the coming week"
_MOST_EVENTS = 20


def compose_week(occasion: Occasion) -> Composed:
    """Compose the review of the week that ends with the day of the input."""
    ground, sums = Groundwork(occasion), []
    back, parts = _look_back(ground), ground.parts
    matters, events = _matters(ground, back), _coming(ground)
    for matter in matters:
        topics: tuple[TopicView, ...] = parts.write(matter.part, partial(write_topics, back, matter), ())
        if topics:
            sums.append(ProjectWeek(project=matter.project, topics=topics))
    calendar: tuple[Claim, ...] = parts.write(CALENDAR, partial(_calendar, events), ())

    def write(page: FactBook) -> tuple[Claim, ...]:
        overdue = _overdue_before(ground, back)
        return page.admit(week_opening(page, back, sums, events=len(events), overdue=overdue))

    headline: tuple[Claim, ...] = parts.write(OPENING, write, ())
    gaps = [*ground.lost, *parts.gaps]
    quiet = not (sums or events or gaps or ground.unseen)
    facts = parts.facts(OPENING, CALENDAR, *(matter.part for matter in matters))
    blank = ground.document(gaps, parts.withheld, facts, quiet=quiet, counts=count(ground.materials))
    week = Week(
        starts=back.starts,
        known_since=back.known_since,
        projects=tuple(sums),
        calendar=calendar,
        calendar_left_out=max(0, len(events) - _MOST_EVENTS) if calendar else 0,
    )
    return ground.composed(replace(blank, headline=headline, week=week), gaps, parts.withheld)


def _look_back(ground: Groundwork) -> Retrospect:
    known = [ground.chosen.of(snapshot) for snapshot in ground.occasion.week]
    sources = ground.known.sources if ground.known else {}
    return Retrospect(ground.book, ground.agenda, known, sources)


def _matters(ground: Groundwork, back: Retrospect) -> list[Matter]:
    """Return the facts of the week by project: by name, tasks without a project last."""
    tasks: dict[str | None, list[Task]] = {}
    vanished: dict[str | None, list[tuple[str, Remembered]]] = {}
    for holding in holdings(ground.agenda):
        name = holding.project.name if holding.project else None
        sound = (task for task in holding.tasks if task.id not in ground.book.set_aside)
        tasks.setdefault(name, []).extend(sound)
    for task_id, before in back.vanished():
        vanished.setdefault(before.project, []).append((task_id, before))
    names = sorted(tasks.keys() | vanished.keys(), key=lambda name: (name is None, (name or "").casefold()))
    return [Matter(name, tasks.get(name, ()), vanished.get(name, ())) for name in names]


def _overdue_before(ground: Groundwork, back: Retrospect) -> int:
    day, tasks = ground.book.day, ground.book.open.values()
    sound = (task for task in tasks if task.id not in ground.book.set_aside)
    return sum((day.on(task.due) or date.max) < back.starts for task in sound)


def _coming(ground: Groundwork) -> list[Event]:
    day = ground.book.day
    found = [event for event in ground.agenda.events if is_coming(day.on(event.start), day)]
    return sorted(found, key=lambda event: (day.instant(event.start), event.title, str(event.id)))


def _calendar(events: Sequence[Event], page: FactBook) -> tuple[Claim, ...]:
    return page.admit(_event(event, page) for event in events[:_MOST_EVENTS])


def _event(event: Event, page: FactBook) -> Claim:
    text = weekly.event_ahead(event, page.day.shown(event.start), page.day.today)
    return Claim(kind="event_ahead", text=text, facts=(page.event(event),))
