"""From facts to the document: pure, so that the same agenda on the same day is the same brief."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from daybreak.agenda import Agenda, Event, Moment, Source, Task
from daybreak.briefs import sentences
from daybreak.briefs.book import FactBook
from daybreak.briefs.day import Day
from daybreak.briefs.model import (
    Blindspot,
    Bucket,
    Counts,
    Document,
    Edition,
    Reader,
    SinceLast,
    Workload,
)
from daybreak.briefs.ranking import next_actions
from daybreak.briefs.sections import Material, asked_today, materials, sections
from daybreak.briefs.since import Snapshot, since_last, snapshot
from daybreak.briefs.timeline import slots, timeline, workload
from daybreak.claims import Claim, Fact
from daybreak.people import QuietDay, User

_OLD_AFTER = timedelta(hours=36)
_MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a brief is composed for and from.

    Attributes:
        user: the reader.
        day: the reader's day.
        edition: which brief of the day.
        agenda: the facts.
        composed_at: when; None for the instant that the brief speaks for.
        whole: whether the facts are from all of the reader's sources.
        last_received: what the last brief that the reader received knew.
        last_contents: the contents of the sections of this edition as it was composed before.
    """

    user: User
    day: Day
    edition: Edition
    agenda: Agenda
    composed_at: datetime | None = None
    whole: bool = True
    last_received: Snapshot | None = None
    last_contents: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """A brief, what it knew, and what was withheld from it."""

    document: Document
    snapshot: Snapshot
    withheld: tuple[str, ...]


def compose(occasion: Occasion) -> Composed:
    """Write the brief."""
    agenda, day = occasion.agenda, occasion.day
    book = FactBook(agenda, day)
    found = materials(book, agenda)
    asked = asked_today(found)
    today = slots(agenda.events, day)
    load = workload(book, today, asked)
    actions, left_out = next_actions(book, max((gap.minutes for gap in load.gaps), default=0))
    known = snapshot(book, agenda, whole=occasion.whole)
    changes = since_last(book, agenda, occasion.last_received, known)
    numbers = count(found)
    calm = not (asked or today or changes.entries or _is_held_up(found, day))
    unseen = tuple(_blindspots(agenda, day, min(day.as_of, occasion.composed_at or day.as_of)))
    quiet = calm and not unseen
    shortened = quiet and occasion.user.preferences.quiet_day is QuietDay.SHORTEN
    document = Document(
        user=Reader(email=occasion.user.email, name=occasion.user.name),
        date=day.today,
        timezone=occasion.user.timezone,
        edition=occasion.edition,
        as_of=day.as_of.astimezone(day.tz),
        quiet=quiet,
        headline=book.admit(_headline(book, occasion, numbers, calm=calm, unseen=bool(unseen))),
        counts=numbers,
        next_actions=book.admit(actions),
        next_actions_left_out=left_out,
        since_last=_admitted_changes(book, changes),
        timeline=book.admit(timeline(book, today)),
        workload=_admitted_workload(book, load),
        sections=() if shortened else sections(book, found, occasion.last_contents),
        warnings=(*unseen, *_withheld(book)),
        facts=book.facts,
    )
    return Composed(document, known, tuple(book.withheld))


def count(found: list[Material]) -> Counts:
    """The sums over all sections."""
    sums = dict.fromkeys(Bucket, 0)
    for material in found:
        for name, tasks in material.buckets.items():
            sums[name] += len(tasks)
    done = sums.pop(Bucket.RECENTLY_COMPLETED)
    projects = sum(1 for material in found if material.project is not None)
    return Counts(projects=projects, done=done, **{str(name): number for name, number in sums.items()})


def _is_held_up(found: list[Material], day: Day) -> bool:
    """Whether something blocked is due by today: nothing can be done about it, yet the day is not quiet."""
    blocked = (task for material in found for task in material.buckets.get(Bucket.BLOCKED, ()))
    return any((day.on(task.due) or date.max) <= day.today for task in blocked)


def _headline(
    book: FactBook, occasion: Occasion, numbers: Counts, *, calm: bool, unseen: bool
) -> Iterator[Claim]:
    yield Claim(kind="counts", text=sentences.counts(numbers), facts=_count_facts(book, numbers))
    yield from _holidays(book, occasion.user.country)
    if calm:
        nothing = book.stat("asked_today", "events and tasks that ask for something today", 0, "all buckets")
        kind, text = ("not_all_seen", sentences.NOT_ALL_SEEN) if unseen else ("quiet", sentences.QUIET)
        yield Claim(kind=kind, text=text, facts=(nothing,))
        yield from _next_up(book, occasion.agenda)


def _count_facts(book: FactBook, numbers: Counts) -> tuple[str, ...]:
    return (
        book.stat("projects", "projects", numbers.projects, "projects with anything to tell"),
        book.stat("due_today", "tasks due today", numbers.due_today, "open, not blocked, due on the date"),
        book.stat("overdue", "tasks overdue", numbers.overdue, "open, not blocked, due before the date"),
        book.stat("upcoming", "tasks upcoming", numbers.upcoming, "due or starting in the next 7 days"),
        book.stat("blocked", "tasks blocked", numbers.blocked, "open, and marked so or waiting for another"),
        book.stat("done", "tasks done", numbers.done, "finished in the 24 hours before the brief"),
    )


def _holidays(book: FactBook, country: str | None) -> Iterator[Claim]:
    today = book.day.today
    name = _holiday_names(country, today.year).get(today) if country else None
    if name and country:
        fact = Fact(kind="holiday", title=name, source="public holidays", place=country, start=today)
        fact_id = book.other(f"holiday:{country}:{today}", fact)
        yield Claim(kind="holiday", text=sentences.holiday(name, country), facts=(fact_id,))


@lru_cache(maxsize=512)
def _holiday_names(country: str, year: int) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - 0.1 s that most commands need not wait for

    if country not in holidays.list_supported_countries(include_aliases=False):
        return {}
    supported = holidays.list_localized_countries(include_aliases=False).get(country, [])
    language = next((code for code in ("en_US", "en_GB", "en") if code in supported), None)
    return dict(holidays.country_holidays(country, years=year, language=language).items())


def _next_up(book: FactBook, agenda: Agenda) -> Iterator[Claim]:
    day = book.day
    free = [task for task in book.open.values() if not book.is_blocked(task)]
    dated: list[tuple[Task | Event, Moment]] = [
        *((task, moment) for task in free for moment in (task.due, task.start) if moment is not None),
        *((event, event.start) for event in agenda.events),
    ]
    ahead = [(thing, moment) for thing, moment in dated if (day.on(moment) or day.today) > day.today]
    if ahead:
        thing, moment = min(ahead, key=lambda pair: (day.instant(pair[1]), pair[0].title, pair[0].id))
        cited = book.task(thing) if isinstance(thing, Task) else book.event(thing)
        text = sentences.next_up(thing.title, day.shown(moment), day.today)
        yield Claim(kind="next_up", text=text, facts=(cited,))


def _admitted_changes(book: FactBook, changes: SinceLast) -> SinceLast:
    return SinceLast(date=changes.date, entries=book.admit(changes.entries), left_out=changes.left_out)


def _admitted_workload(book: FactBook, load: Workload) -> Workload:
    return Workload(
        planned_minutes=load.planned_minutes,
        unestimated=load.unestimated,
        free_minutes=load.free_minutes,
        gaps=load.gaps,
        statements=book.admit(load.statements),
    )


def _blindspots(agenda: Agenda, day: Day, now: datetime) -> Iterator[Blindspot]:
    if not (agenda.sources or agenda.tasks or agenda.events):
        yield Blindspot(source="Daybreak", text=sentences.NO_SOURCES)
    names = {source.id: source.name for source in agenda.sources}
    for source in agenda.sources:
        yield from _source_blindspot(source, day, now)
    for warning in agenda.warnings[:_MOST_WARNINGS]:
        yield Blindspot(source=names.get(warning.source_id, ""), text=str(warning))
    if (more := len(agenda.warnings) - _MOST_WARNINGS) > 0:
        yield Blindspot(source="", text=sentences.more_warnings(more))


def _withheld(book: FactBook) -> Iterator[Blindspot]:
    if book.withheld:
        yield Blindspot(source="Daybreak", text=sentences.withheld(len(book.withheld)))


def _source_blindspot(source: Source, day: Day, now: datetime) -> Iterator[Blindspot]:
    read = source.last_read_at.astimezone(day.tz) if source.last_read_at else None
    if source.error:
        yield Blindspot(source=source.name, text=sentences.source_unread(read, source.error, day.today))
    elif read is None:
        yield Blindspot(source=source.name, text=sentences.SOURCE_NEVER_READ)
    elif now - read > _OLD_AFTER:
        yield Blindspot(source=source.name, text=sentences.source_old(read, day.today))
