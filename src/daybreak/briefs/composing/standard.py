"""From facts to the document of a day. Pure: the same agenda on the same day results in the same brief.

A draft has everything that needs the facts alone; sections complete it, by any writer. A failure costs only
its own part, which becomes a named gap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from daybreak.briefs.composing.base import (
    EMPTY_WORKLOAD,
    ComposedBrief,
    ComposeInput,
    CompositionBase,
    count_buckets,
)
from daybreak.briefs.composing.changes import changes_since
from daybreak.briefs.composing.headline import write_headline
from daybreak.briefs.composing.next_actions import pick_next_actions
from daybreak.briefs.composing.section_writers import SectionResult, write_sections
from daybreak.briefs.composing.sections import ProjectFacts, tasks_for_today
from daybreak.briefs.composing.timeline import (
    TimelineEvent,
    build_timeline,
    build_workload,
    free_intervals,
    timeline_events,
)
from daybreak.briefs.document.model import (
    Bucket,
    FreeInterval,
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

CALENDAR_PART = "Today's calendar, timeline and workload"
TIMELINE_PART = "Today's timeline"
WORKLOAD_PART = "Today's workload"
NEXT_ACTIONS_PART = "What to do first"
SINCE_LAST_PART = "What has changed since your last brief"
HEADLINE_PART = "The opening"
_NO_ACTIONS: tuple[tuple[NextAction, ...], int] = ((), 0)
_NO_CHANGES = SinceLast(date=None)


def compose_standard(compose_input: ComposeInput) -> ComposedBrief:
    """Compose the brief of a day with its sections, without waiting for an external writer."""
    draft = BriefDraft(compose_input)
    return draft.complete(write_sections(draft.book, draft.projects))


class BriefDraft:
    """A brief without its sections: everything that needs the facts alone.

    Attributes:
        book: the facts that its sections may cite.
        projects: the facts of each section, in the order of the sections.
    """

    def __init__(self, compose_input: ComposeInput) -> None:
        self._base = base = CompositionBase(compose_input)
        self._compose_input = compose_input
        self.book, self.projects = base.book, base.projects
        self._parts = parts = base.parts
        self._tasks_for_today = tasks_for_today(self.projects)
        agenda, day = base.agenda, compose_input.day
        self._events_today: list[TimelineEvent] | None = parts.write(
            CALENDAR_PART, lambda _: timeline_events(agenda.events, day), None
        )
        self._free: list[FreeInterval] = parts.write(WORKLOAD_PART, lambda _: self._find_free_intervals(), [])
        self._actions = parts.write(NEXT_ACTIONS_PART, self._pick_next_actions, _NO_ACTIONS)
        self._workload = self._write_workload()
        self._changes = self._write_changes()
        self._timeline: tuple[TimelineEntry, ...] = parts.write(TIMELINE_PART, self._write_timeline, ())

    def complete(self, results: Sequence[SectionResult] = ()) -> ComposedBrief:
        """Return the brief with these sections; without any it is the preview while they are written."""
        base, parts, numbers = self._base, self._parts.fork(), count_buckets(self.projects)
        lost = [*base.failed_projects, *(one.gap for one in results if one.gap)]
        unseen = bool(base.coverage_warnings or lost or parts.gaps or parts.withheld)
        calm = self._is_calm()

        def write(book: FactBook) -> tuple[Claim, ...]:
            country = self._compose_input.user.country
            return book.keep_supported(
                write_headline(book, base.agenda, country, numbers, is_calm=calm, is_incomplete=unseen)
            )

        opening: tuple[Claim, ...] = parts.write(HEADLINE_PART, write, ())
        gaps = (*lost, *parts.gaps)
        withheld = [*parts.withheld, *(reason for one in results for reason in one.book.withheld)]
        facts = parts.cited_facts(
            WORKLOAD_PART, NEXT_ACTIONS_PART, SINCE_LAST_PART, HEADLINE_PART, TIMELINE_PART
        )
        for one in results:
            facts |= one.book.facts
        quiet = calm and not (unseen or gaps)
        shortened = quiet and self._compose_input.user.preferences.quiet_day is QuietDay.SHORTEN
        document = replace(
            base.make_document(gaps, withheld, facts, quiet=quiet, counts=numbers),
            headline=opening,
            next_actions=self._actions[0],
            next_actions_omitted=self._actions[1],
            since_last=self._changes,
            timeline=self._timeline,
            workload=self._workload,
            sections=tuple(
                self._mark_reused(one.section) for one in results if one.section and not shortened
            ),
        )
        return base.make_brief(document, gaps, withheld)

    def _find_free_intervals(self) -> list[FreeInterval]:
        today = self._events_today
        return free_intervals(today, self._compose_input.day) if today is not None else []

    def _write_workload(self) -> Workload:
        today = self._events_today
        if today is None:
            return EMPTY_WORKLOAD
        first = {fact for action in self._actions[0] for fact in action.facts}
        due = {task.id for one in self.projects for task in one.buckets.get(Bucket.DUE_TODAY, ())}
        planned = [task for task in self._tasks_for_today if task.id in due or f"task:{task.id}" in first]

        def write(book: FactBook) -> Workload:
            load = build_workload(book, today, self._free, planned)
            return replace(load, statements=book.keep_supported(load.statements))

        return self._parts.write(WORKLOAD_PART, write, EMPTY_WORKLOAD)

    def _pick_next_actions(self, book: FactBook) -> tuple[tuple[NextAction, ...], int]:
        longest = max((gap.minutes for gap in self._free), default=0)
        actions, omitted = pick_next_actions(book, longest)
        return book.keep_supported(actions), omitted

    def _write_changes(self) -> SinceLast:
        known, base, last = self._base.snapshot, self._base, self._compose_input.last_received_snapshot
        if known is None:
            return _NO_CHANGES

        def write(book: FactBook) -> SinceLast:
            changes = changes_since(
                book, base.agenda, base.filtered.filter_snapshot(last) if last else None, known
            )
            return replace(changes, entries=book.keep_supported(changes.entries))

        return self._parts.write(SINCE_LAST_PART, write, _NO_CHANGES)

    def _write_timeline(self, book: FactBook) -> tuple[TimelineEntry, ...]:
        return book.keep_supported(build_timeline(book, self._events_today or ()))

    def _is_calm(self) -> bool:
        """Return whether nothing that could be read needs attention today."""
        held_up = _has_blocked_task_due(self.projects, self._compose_input.day)
        return not (self._tasks_for_today or self._events_today or self._changes.entries or held_up)

    def _mark_reused(self, section: Section) -> Section:
        return (
            replace(section, reused=True)
            if section.content_hash in self._compose_input.previous_section_hashes
            else section
        )


def _has_blocked_task_due(projects: Iterable[ProjectFacts], day: Day) -> bool:
    """Return whether a blocked task is due by today: it cannot be worked on, yet the day is not quiet."""
    blocked = (task for one in projects for task in one.buckets.get(Bucket.BLOCKED, ()))
    return any((day.date_of(task.due) or date.max) <= day.today for task in blocked)
