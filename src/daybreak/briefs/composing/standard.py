"""From facts to the document of a day. Pure: the same agenda on the same day results in the same brief.

A draft has everything that needs the facts alone; sections complete it, by any writer. A failure costs only
its own part, which becomes a named gap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from daybreak.briefs.composing.base import NO_LOAD, Composed, Groundwork, Occasion, count
from daybreak.briefs.composing.changes import since_last
from daybreak.briefs.composing.headline import headline
from daybreak.briefs.composing.next_actions import next_actions
from daybreak.briefs.composing.section_writers import Written, write_all
from daybreak.briefs.composing.sections import Material, asked_today
from daybreak.briefs.composing.timeline import Slot, slots, timeline, workload
from daybreak.briefs.document.model import (
    Bucket,
    NextAction,
    Section,
    SinceLast,
    TimelineEntry,
    Workload,
)
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.claims import Claim
from daybreak.people import QuietDay

CALENDAR = "Today's calendar, timeline and workload"
TIMELINE = "Today's timeline"
WORKLOAD = "Today's workload"
NEXT_ACTIONS = "What to do first"
SINCE_LAST = "What has changed since your last brief"
HEADLINE = "The opening"
_NO_ACTIONS: tuple[tuple[NextAction, ...], int] = ((), 0)
_NO_CHANGES = SinceLast(date=None)


def compose_day(occasion: Occasion) -> Composed:
    """Compose the brief of a day with its sections, without waiting for an external writer."""
    draft = Draft(occasion)
    return draft.complete(write_all(draft.book, draft.materials))


class Draft:
    """A brief without its sections: everything that needs the facts alone.

    Attributes:
        book: the facts that its sections may cite.
        materials: the facts of each section, in the order of the sections.
    """

    def __init__(self, occasion: Occasion) -> None:
        self._ground = ground = Groundwork(occasion)
        self._occasion = occasion
        self.book, self.materials = ground.book, ground.materials
        self._parts = parts = ground.parts
        self._asked = asked_today(self.materials)
        agenda, day = ground.agenda, occasion.day
        self._today: list[Slot] | None = parts.write(CALENDAR, lambda _: slots(agenda.events, day), None)
        self._load = self._write_workload()
        self._actions = parts.write(NEXT_ACTIONS, self._next_actions, _NO_ACTIONS)
        self._changes = self._write_changes()
        self._timeline: tuple[TimelineEntry, ...] = parts.write(TIMELINE, self._entries, ())

    def complete(self, written: Sequence[Written] = ()) -> Composed:
        """Return the brief with these sections; without any it is the preview while they are written."""
        ground, parts, numbers = self._ground, self._parts.fork(), count(self.materials)
        lost = [*ground.lost, *(one.gap for one in written if one.gap)]
        unseen = bool(ground.unseen or lost or parts.gaps or parts.withheld)
        calm = self._is_calm()

        def write(page: FactBook) -> tuple[Claim, ...]:
            country = self._occasion.user.country
            return page.admit(headline(page, ground.agenda, country, numbers, calm=calm, unseen=unseen))

        opening: tuple[Claim, ...] = parts.write(HEADLINE, write, ())
        gaps = (*lost, *parts.gaps)
        withheld = [*parts.withheld, *(reason for one in written for reason in one.page.withheld)]
        facts = parts.facts(WORKLOAD, NEXT_ACTIONS, SINCE_LAST, HEADLINE, TIMELINE)
        for one in written:
            facts |= one.page.facts
        quiet = calm and not (unseen or gaps)
        shortened = quiet and self._occasion.user.preferences.quiet_day is QuietDay.SHORTEN
        document = replace(
            ground.document(gaps, withheld, facts, quiet=quiet, counts=numbers),
            headline=opening,
            next_actions=self._actions[0],
            next_actions_left_out=self._actions[1],
            since_last=self._changes,
            timeline=self._timeline,
            workload=self._load,
            sections=tuple(self._marked(one.section) for one in written if one.section and not shortened),
        )
        return ground.composed(document, gaps, withheld)

    def _write_workload(self) -> Workload:
        today = self._today
        if today is None:
            return NO_LOAD

        def write(page: FactBook) -> Workload:
            load = workload(page, today, self._asked)
            return replace(load, statements=page.admit(load.statements))

        return self._parts.write(WORKLOAD, write, NO_LOAD)

    def _next_actions(self, page: FactBook) -> tuple[tuple[NextAction, ...], int]:
        longest = max((gap.minutes for gap in self._load.gaps), default=0)
        actions, left_out = next_actions(page, longest)
        return page.admit(actions), left_out

    def _write_changes(self) -> SinceLast:
        known, ground, last = self._ground.known, self._ground, self._occasion.last_received
        if known is None:
            return _NO_CHANGES

        def write(page: FactBook) -> SinceLast:
            changes = since_last(page, ground.agenda, ground.chosen.of(last) if last else None, known)
            return replace(changes, entries=page.admit(changes.entries))

        return self._parts.write(SINCE_LAST, write, _NO_CHANGES)

    def _entries(self, page: FactBook) -> tuple[TimelineEntry, ...]:
        return page.admit(timeline(page, self._today or ()))

    def _is_calm(self) -> bool:
        """Return whether nothing that could be read needs attention today."""
        held_up = _is_held_up(self.materials, self._occasion.day)
        return not (self._asked or self._today or self._changes.entries or held_up)

    def _marked(self, section: Section) -> Section:
        return replace(section, reused=True) if section.content in self._occasion.last_contents else section


def _is_held_up(found: Iterable[Material], day: Day) -> bool:
    """Return whether a blocked task is due by today: it cannot be worked on, yet the day is not quiet."""
    blocked = (task for one in found for task in one.buckets.get(Bucket.BLOCKED, ()))
    return any((day.on(task.due) or date.max) <= day.today for task in blocked)
