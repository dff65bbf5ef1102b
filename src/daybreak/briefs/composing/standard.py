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
from daybreak.briefs.composing.day.free_time import FreeTime, find_free_time
from daybreak.briefs.composing.day.load import PlannedTasks, build_workload
from daybreak.briefs.composing.day.meeting_context import meeting_contexts, tasks_of_meetings
from daybreak.briefs.composing.day.meetings import MeetingEdge, find_meeting_edges
from daybreak.briefs.composing.day.timeline import TimelineEvent, build_timeline, timeline_events
from daybreak.briefs.composing.day.tomorrow import tomorrow_claims
from daybreak.briefs.composing.headline import is_empty, write_headline
from daybreak.briefs.composing.section_writers import SectionResult, write_sections
from daybreak.briefs.composing.sections import ProjectFacts, tasks_for_today
from daybreak.briefs.composing.start_here import Situation, StartHere, pick_start_here, remember_shown
from daybreak.briefs.document.model import (
    Bucket,
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
MEETINGS_PART = "What today's meetings are about"
WORKLOAD_PART = "Today's workload"
TOMORROW_PART = "Tomorrow"
NEXT_ACTIONS_PART = "What to do first"
SINCE_LAST_PART = "What has changed since your last brief"
HEADLINE_PART = "The opening"
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
        self._free: FreeTime = parts.write(WORKLOAD_PART, lambda _: self._find_free_time(), FreeTime())
        self._edges: list[MeetingEdge] = parts.write(MEETINGS_PART, lambda _: self._find_edges(), [])
        self._first = parts.write(NEXT_ACTIONS_PART, self._pick_start_here, StartHere())
        self._workload = self._write_workload()
        self._changes = self._write_changes()
        self._timeline: tuple[TimelineEntry, ...] = parts.write(TIMELINE_PART, self._write_timeline, ())
        self._tomorrow: tuple[Claim, ...] = parts.write(TOMORROW_PART, self._write_tomorrow, ())

    def complete(self, results: Sequence[SectionResult] = ()) -> ComposedBrief:
        """Return the brief with these sections; without any it is the preview while they are written."""
        base, parts, numbers = self._base, self._parts.fork(), count_buckets(self.projects)
        lost = [*base.failed_projects, *(one.gap for one in results if one.gap)]
        unseen = bool(base.coverage_warnings or lost or parts.gaps or parts.withheld)
        calm = self._is_calm()

        def write(book: FactBook) -> tuple[Claim, ...]:
            claims = write_headline(
                book,
                base.agenda,
                self._compose_input.user.country,
                numbers,
                since_last=self._changes,
                is_calm=calm,
                is_incomplete=unseen,
            )
            return book.keep_supported(one for one in claims if not self._is_next_up_shown(one))

        opening: tuple[Claim, ...] = parts.write(HEADLINE_PART, write, ())
        gaps = (*lost, *parts.gaps)
        withheld = [*parts.withheld, *(reason for one in results for reason in one.book.withheld)]
        facts = parts.cited_facts(
            WORKLOAD_PART, NEXT_ACTIONS_PART, SINCE_LAST_PART, HEADLINE_PART, TIMELINE_PART, TOMORROW_PART
        )
        for one in results:
            facts |= one.book.facts
        quiet = calm and not (unseen or gaps or is_empty(base.agenda))
        shortened = quiet and self._compose_input.user.preferences.quiet_day is QuietDay.SHORTEN
        document = replace(
            base.make_document(gaps, withheld, facts, quiet=quiet, counts=numbers),
            headline=opening,
            next_actions=self._first.actions,
            next_actions_omitted=self._first.omitted,
            still_wanted=self._first.still_wanted,
            since_last=self._changes,
            timeline=self._timeline,
            workload=self._workload,
            tomorrow=self._tomorrow,
            sections=tuple(
                self._mark_reused(one.section) for one in results if one.section and not shortened
            ),
        )
        return base.make_brief(document, gaps, withheld)

    def _find_free_time(self) -> FreeTime:
        today = self._events_today
        return find_free_time(today, self._compose_input.day) if today is not None else FreeTime()

    def _find_edges(self) -> list[MeetingEdge]:
        return list(find_meeting_edges((slot.event for slot in self._events_today or ()), self._base.words))

    def _write_workload(self) -> Workload:
        today = self._events_today
        if today is None:
            return EMPTY_WORKLOAD
        planned = self._plan_tasks()

        def write(book: FactBook) -> Workload:
            load = build_workload(book, today, self._free, planned)
            statements, moves = book.keep_supported(load.statements), book.keep_supported(load.moves)
            return replace(load, statements=statements, moves=moves)

        return self._parts.write(WORKLOAD_PART, write, EMPTY_WORKLOAD)

    def _plan_tasks(self) -> PlannedTasks:
        due = [task for one in self.projects for task in one.buckets.get(Bucket.DUE_TODAY, ())]
        is_due = {task.id for task in due}
        cited = {action.facts[0] for action in self._first.actions}
        first = [task for task_id, task in self.book.open.items() if f"task:{task_id}" in cited]
        kept = {task.id for task in first} | tasks_of_meetings(self._edges)
        return PlannedTasks(due, [task for task in first if task.id not in is_due], kept)

    def _pick_start_here(self, book: FactBook) -> StartHere:
        base, last = self._base, self._compose_input.last_received_snapshot
        preferences = self._compose_input.user.preferences
        situation = Situation(
            words=base.words,
            longest_free_minutes=self._longest_free_minutes(),
            days_off=frozenset(map(int, preferences.days_off)),
            last=last,
        )
        first = pick_start_here(book, situation)
        if base.snapshot is not None:
            base.snapshot = remember_shown(base.snapshot, book, first, last)
        return first

    def _longest_free_minutes(self) -> int | None:
        """Return the longest free time; None if it is not known, or if there is none to choose by."""
        return (self._free.longest or None) if self._events_today is not None else None

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
        contexts = meeting_contexts(book, self._edges, self._base.agenda)
        entries = book.keep_supported(build_timeline(book, self._events_today or (), contexts))
        supported = {one.facts for one in book.keep_supported(filter(None, (one.context for one in entries)))}
        return tuple(
            entry
            if entry.context is None or entry.context.facts in supported
            else replace(entry, context=None)
            for entry in entries
        )

    def _write_tomorrow(self, book: FactBook) -> tuple[Claim, ...]:
        country = self._compose_input.user.country
        return book.keep_supported(tomorrow_claims(book, self._base.agenda, country))

    def _is_calm(self) -> bool:
        """Return whether nothing that could be read needs attention today."""
        held_up = _has_blocked_task_due(self.projects, self._compose_input.day)
        return not (self._tasks_for_today or self._events_today or self._changes.entries or held_up)

    def _is_next_up_shown(self, claim: Claim) -> bool:
        """Return whether a claim names as next what Start here shows."""
        shown = {fact for action in self._first.actions for fact in action.facts[:1]}
        return claim.kind == "next_up" and not shown.isdisjoint(claim.facts)

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
