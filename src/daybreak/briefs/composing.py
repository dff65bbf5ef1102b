"""From facts to the document: pure, so that the same agenda on the same day is the same brief.

A draft is all that follows from the facts alone; sections complete it, whoever writes them. What fails costs
its own part, and is a named gap.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from daybreak.agenda import Agenda
from daybreak.briefs import sentences
from daybreak.briefs.blindspots import blindspots
from daybreak.briefs.book import FactBook
from daybreak.briefs.day import Day
from daybreak.briefs.gaps import Gap, Parts
from daybreak.briefs.headline import headline
from daybreak.briefs.model import (
    Blindspot,
    Bucket,
    Counts,
    Document,
    Edition,
    NextAction,
    Reader,
    Section,
    SinceLast,
    TimelineEntry,
    Workload,
)
from daybreak.briefs.ranking import next_actions
from daybreak.briefs.sections import Material, asked_today, holdings, material
from daybreak.briefs.since import Snapshot, nothing_known, since_last, snapshot
from daybreak.briefs.timeline import Slot, slots, timeline, workload
from daybreak.briefs.writing import Written, write_all
from daybreak.claims import Claim
from daybreak.people import QuietDay, User

CALENDAR = "Today's calendar, timeline and workload"
TIMELINE = "Today's timeline"
WORKLOAD = "Today's workload"
NEXT_ACTIONS = "What to do first"
MEMORY = "What has changed since your last brief, and what the next one compares with"
SINCE_LAST = "What has changed since your last brief"
SOURCES = "The state of your sources"
HEADLINE = "The opening"
_NO_LOAD = Workload(planned_minutes=0, unestimated=0, free_minutes=0)
_NO_ACTIONS: tuple[tuple[NextAction, ...], int] = ((), 0)
_NO_CHANGES = SinceLast(date=None)


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
    """A brief, what it knew, what was withheld from it, and what is missing."""

    document: Document
    snapshot: Snapshot
    withheld: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()


def compose(occasion: Occasion) -> Composed:
    """Write the brief, sections and all, without waiting for anybody."""
    draft = Draft(occasion)
    return draft.complete(write_all(draft.book, draft.materials))


class Draft:
    """A brief without its sections: all that follows from the facts alone.

    Attributes:
        book: what its sections may cite.
        materials: what its sections are to be written from, in their order.
    """

    def __init__(self, occasion: Occasion) -> None:
        agenda, day = occasion.agenda, occasion.day
        self.book = FactBook(agenda, day)
        self.materials, self._lost = _sorted_out(self.book, agenda)
        self._occasion = occasion
        self._parts = parts = Parts(self.book)
        self._asked = asked_today(self.materials)
        self._today: list[Slot] | None = parts.write(CALENDAR, lambda _: slots(agenda.events, day), None)
        self._load = self._write_workload()
        self._actions = parts.write(NEXT_ACTIONS, self._next_actions, _NO_ACTIONS)
        self._known: Snapshot | None = parts.write(MEMORY, self._snapshot, None)
        self._changes = self._write_changes()
        self._timeline: tuple[TimelineEntry, ...] = parts.write(TIMELINE, self._entries, ())
        self._unseen: tuple[Blindspot, ...] = parts.write(SOURCES, self._blindspots, ())

    def complete(self, written: Sequence[Written] = ()) -> Composed:
        """The brief with these sections; with none it is what can be read while they are written."""
        parts, numbers = self._parts.fork(), count(self.materials)
        lost = [*self._lost, *(one.gap for one in written if one.gap)]
        unseen = bool(self._unseen or lost or parts.gaps or parts.withheld)
        calm = self._is_calm()

        def write(page: FactBook) -> tuple[Claim, ...]:
            agenda, country = self._occasion.agenda, self._occasion.user.country
            return page.admit(headline(page, agenda, country, numbers, calm=calm, unseen=unseen))

        opening: tuple[Claim, ...] = parts.write(HEADLINE, write, ())
        gaps = (*lost, *parts.gaps)
        withheld = [*parts.withheld, *(reason for one in written for reason in one.page.withheld)]
        facts = parts.facts(WORKLOAD, NEXT_ACTIONS, SINCE_LAST, HEADLINE, TIMELINE)
        for one in written:
            facts |= one.page.facts
        user, day = self._occasion.user, self._occasion.day
        quiet = calm and not (unseen or gaps)
        shortened = quiet and user.preferences.quiet_day is QuietDay.SHORTEN
        document = Document(
            user=Reader(email=user.email, name=user.name),
            date=day.today,
            timezone=user.timezone,
            edition=self._occasion.edition,
            as_of=day.as_of.astimezone(day.tz),
            quiet=quiet,
            headline=opening,
            counts=numbers,
            next_actions=self._actions[0],
            next_actions_left_out=self._actions[1],
            since_last=self._changes,
            timeline=self._timeline,
            workload=self._load,
            sections=tuple(self._marked(one.section) for one in written if one.section and not shortened),
            warnings=(*(gap.blindspot for gap in gaps), *self._unseen, *_withheld(withheld)),
            facts=facts,
        )
        return Composed(document, self._known or nothing_known(day.today), tuple(withheld), gaps)

    def _write_workload(self) -> Workload:
        today = self._today
        if today is None:
            return _NO_LOAD

        def write(page: FactBook) -> Workload:
            load = workload(page, today, self._asked)
            return replace(load, statements=page.admit(load.statements))

        return self._parts.write(WORKLOAD, write, _NO_LOAD)

    def _next_actions(self, page: FactBook) -> tuple[tuple[NextAction, ...], int]:
        longest = max((gap.minutes for gap in self._load.gaps), default=0)
        actions, left_out = next_actions(page, longest)
        return page.admit(actions), left_out

    def _snapshot(self, page: FactBook) -> Snapshot:
        return snapshot(page, self._occasion.agenda, whole=self._occasion.whole)

    def _write_changes(self) -> SinceLast:
        known, occasion = self._known, self._occasion
        if known is None:
            return _NO_CHANGES

        def write(page: FactBook) -> SinceLast:
            changes = since_last(page, occasion.agenda, occasion.last_received, known)
            return replace(changes, entries=page.admit(changes.entries))

        return self._parts.write(SINCE_LAST, write, _NO_CHANGES)

    def _entries(self, page: FactBook) -> tuple[TimelineEntry, ...]:
        return page.admit(timeline(page, self._today or ()))

    def _blindspots(self, _page: FactBook) -> tuple[Blindspot, ...]:
        day, composed_at = self._occasion.day, self._occasion.composed_at
        return tuple(blindspots(self._occasion.agenda, day, min(day.as_of, composed_at or day.as_of)))

    def _is_calm(self) -> bool:
        """Whether nothing that could be seen asks for anything today."""
        held_up = _is_held_up(self.materials, self._occasion.day)
        return not (self._asked or self._today or self._changes.entries or held_up)

    def _marked(self, section: Section) -> Section:
        return replace(section, reused=True) if section.content in self._occasion.last_contents else section


def count(found: Iterable[Material]) -> Counts:
    """The sums over all sections."""
    sums, projects = dict.fromkeys(Bucket, 0), 0
    for one in found:
        projects += one.project is not None
        for name, tasks in one.buckets.items():
            sums[name] += len(tasks)
    done = sums.pop(Bucket.RECENTLY_COMPLETED)
    return Counts(projects=projects, done=done, **{str(name): number for name, number in sums.items()})


def _sorted_out(book: FactBook, agenda: Agenda) -> tuple[list[Material], list[Gap]]:
    """What there is to say of each project, the most urgent first, and what could not be sorted out."""
    found, lost = [], []
    for holding in holdings(book, agenda):
        try:
            found.append(material(book, holding))
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this project and no other
            book.set_aside.update(task.id for task in holding.tasks)
            name = holding.project.name if holding.project else None
            lost.append(Gap.of_project(name, len(holding.tasks), error))
    return sorted((one for one in found if one.is_worth_a_section), key=lambda one: one.urgency), lost


def _is_held_up(found: Iterable[Material], day: Day) -> bool:
    """Whether something blocked is due by today: nothing can be done about it, yet the day is not quiet."""
    blocked = (task for one in found for task in one.buckets.get(Bucket.BLOCKED, ()))
    return any((day.on(task.due) or date.max) <= day.today for task in blocked)


def _withheld(reasons: Sequence[str]) -> Iterator[Blindspot]:
    if reasons:
        yield Blindspot(source="Daybreak", text=sentences.withheld(len(reasons)))
