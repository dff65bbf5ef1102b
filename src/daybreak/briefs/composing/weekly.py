"""The weekly edition: a review of the week by project, and the week to come.

The review compares the snapshots of the week's briefs with the current facts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from daybreak.agenda import Event, Task
from daybreak.briefs.composing.base import ComposedBrief, ComposeInput, CompositionBase, count_buckets
from daybreak.briefs.composing.headline import is_empty, make_invitation
from daybreak.briefs.composing.sections import group_by_project
from daybreak.briefs.composing.week_headline import write_week_headline
from daybreak.briefs.composing.week_review import WeekReview
from daybreak.briefs.composing.week_topics import ProjectWeekFacts, is_in_next_week, write_topics
from daybreak.briefs.document.model import ProjectWeek, TopicEntries, Week
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording import weekly
from daybreak.claims import Claim

if TYPE_CHECKING:
    from daybreak.briefs.facts.snapshot import SnapshotItem

OPENING_PART = "The opening"
CALENDAR_PART = "The calendar of the coming week"


def compose_weekly(compose_input: ComposeInput) -> ComposedBrief:
    """Compose the review of the week that ends with the day of the input."""
    base, sums = CompositionBase(compose_input), []
    back, parts = _review_week(base), base.parts
    matters, events = _group_week_facts(base, back), _events_ahead(base)
    for matter in matters:
        topics: tuple[TopicEntries, ...] = parts.write(
            matter.part_name, partial(write_topics, back, matter), ()
        )
        if topics or matter.has_open_tasks:
            sums.append(ProjectWeek(project=matter.project, topics=topics))
    calendar: tuple[Claim, ...] = parts.write(CALENDAR_PART, partial(_calendar_claims, events), ())

    def write(book: FactBook) -> tuple[Claim, ...]:
        if is_empty(base.agenda):
            return book.keep_supported([make_invitation(book)])
        overdue = _count_overdue_before(base, back)
        return book.keep_supported(write_week_headline(book, back, sums, events=len(events), overdue=overdue))

    headline: tuple[Claim, ...] = parts.write(OPENING_PART, write, ())
    gaps = [*base.failed_projects, *parts.gaps]
    quiet = not (any(one.topics for one in sums) or events or gaps or base.coverage_warnings)
    facts = parts.cited_facts(OPENING_PART, CALENDAR_PART, *(matter.part_name for matter in matters))
    blank = base.make_document(gaps, parts.withheld, facts, quiet=quiet, counts=count_buckets(base.projects))
    week = Week(
        starts=back.starts,
        known_since=back.known_since,
        projects=tuple(sums),
        calendar=calendar,
    )
    return base.make_brief(replace(blank, headline=headline, week=week), gaps, parts.withheld)


def _review_week(base: CompositionBase) -> WeekReview:
    known = [base.filtered.filter_snapshot(snapshot) for snapshot in base.compose_input.week_snapshots]
    sources = base.snapshot.sources if base.snapshot else {}
    return WeekReview(base.book, base.agenda, known, sources)


def _group_week_facts(base: CompositionBase, review: WeekReview) -> list[ProjectWeekFacts]:
    """Return the facts of the week by project: by name, tasks without a project last."""
    tasks: dict[str | None, list[Task]] = {}
    vanished: dict[str | None, list[tuple[str, SnapshotItem]]] = {}
    for holding in group_by_project(base.agenda):
        name = holding.project.name if holding.project else None
        sound = (task for task in holding.tasks if task.is_mine and task.id not in base.book.unsorted)
        tasks.setdefault(name, []).extend(sound)
    for task_id, before in review.list_vanished():
        vanished.setdefault(before.project, []).append((task_id, before))
    names = sorted(tasks.keys() | vanished.keys(), key=lambda name: (name is None, (name or "").casefold()))
    return [ProjectWeekFacts(name, tasks.get(name, ()), vanished.get(name, ())) for name in names]


def _count_overdue_before(base: CompositionBase, review: WeekReview) -> int:
    day, tasks = base.book.day, base.book.open.values()
    sound = (task for task in tasks if task.id not in base.book.unsorted)
    return sum((day.date_of(task.due) or date.max) < review.starts for task in sound)


def _events_ahead(base: CompositionBase) -> list[Event]:
    day = base.book.day
    found = [
        event
        for event in base.agenda.events
        if not event.declined and is_in_next_week(day.date_of(event.start), day)
    ]
    return sorted(found, key=lambda event: (day.instant_of(event.start), event.title, str(event.id)))


def _calendar_claims(events: Sequence[Event], book: FactBook) -> tuple[Claim, ...]:
    return book.keep_supported(_event_claim(event, book) for event in events)


def _event_claim(event: Event, book: FactBook) -> Claim:
    text = weekly.event_ahead(event.title, book.day.localize(event.start), book.day.today)
    return Claim(kind="event_ahead", text=text, facts=(book.cite_event(event),))
