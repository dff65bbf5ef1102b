"""The base of every edition: the filtered facts by project, the snapshot for the next brief, the warnings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from daybreak.agenda import Agenda
from daybreak.briefs.composing.day.agenda_words import AgendaWords
from daybreak.briefs.composing.parts import Gap, PartWriter
from daybreak.briefs.composing.sections import ProjectFacts, collect_project_facts, group_by_project
from daybreak.briefs.document.model import (
    AbsenceTier,
    Bucket,
    Counts,
    CoverageWarning,
    Document,
    Edition,
    Recipient,
    SinceLast,
    Workload,
)
from daybreak.briefs.facts.coverage_warnings import find_coverage_warnings
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.fingerprint import fingerprint
from daybreak.briefs.facts.other_people import unite_people
from daybreak.briefs.facts.project_filter import filter_agenda
from daybreak.briefs.facts.snapshot import Snapshot, empty_snapshot, take_snapshot
from daybreak.briefs.wording import warnings
from daybreak.claims import Fact
from daybreak.people import User

SNAPSHOT_PART = "What has changed since your last brief, and what the next one compares with"
SOURCES_PART = "The state of your sources"
EMPTY_WORKLOAD = Workload(planned_minutes=0, unestimated=0, free_minutes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeInput:
    """The input of a composer.

    Attributes:
        user: the reader.
        day: the reader's day.
        edition: the edition of that day.
        agenda: the facts.
        composed_at: the time of composing; None for the instant that the brief describes.
        covers_all_sources: whether the facts are from all of the reader's sources.
        last_received_snapshot: the snapshot of the last brief that the reader received.
        previous_section_hashes: the content hashes of the sections of this edition when it was last composed.
        exists: whether this edition was composed before.
        week_snapshots: the snapshots of the past week's briefs, oldest first, for the weekly edition.
        tier: how long the reader has been away, for the re-engagement edition.
    """

    user: User
    day: Day
    edition: Edition
    agenda: Agenda
    composed_at: datetime | None = None
    covers_all_sources: bool = True
    last_received_snapshot: Snapshot | None = None
    previous_section_hashes: Collection[str] = ()
    exists: bool = False
    week_snapshots: Sequence[Snapshot] = ()
    tier: AbsenceTier | None = None


@dataclass(frozen=True, slots=True)
class ComposedBrief:
    """A brief with its snapshot, the reasons of withheld statements, and its gaps."""

    document: Document
    snapshot: Snapshot
    withheld: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()


class CompositionBase:
    """The filtered facts of a compose input, by project.

    Attributes:
        agenda: the facts without excluded projects.
        book: the facts that can be cited.
        words: the words by which meetings find what they are about.
        projects: the facts of each project, the most urgent project first.
        failed_projects: gaps of projects whose tasks could not be sorted into buckets.
        parts: the writer of parts, so that a failing part costs itself alone.
        snapshot: the snapshot that the next brief compares with; None if it failed.
        coverage_warnings: the warnings about sources.
    """

    def __init__(self, compose_input: ComposeInput) -> None:
        self.compose_input = compose_input
        self.filtered = filter_agenda(compose_input.agenda, compose_input.user.preferences)
        self.agenda = self.filtered.agenda
        self.book = FactBook(self.agenda, compose_input.day, self.filtered.excluded_open_ids)
        self.projects, self.failed_projects = _collect_projects(self.book, self.agenda)
        self.words = AgendaWords(self.agenda)
        self.parts = PartWriter(self.book)
        self.snapshot: Snapshot | None = self.parts.write(SNAPSHOT_PART, self._take_snapshot, None)
        self.coverage_warnings: tuple[CoverageWarning, ...] = self.parts.write(
            SOURCES_PART, self._find_coverage_warnings, ()
        )

    def make_document(
        self,
        gaps: Iterable[Gap],
        withheld: Sequence[str],
        facts: Mapping[str, Fact],
        *,
        quiet: bool,
        counts: Counts,
    ) -> Document:
        """Return a document with only the fields that every edition fills."""
        user, day = self.compose_input.user, self.compose_input.day
        return Document(
            user=Recipient(email=user.email, name=user.name),
            date=day.today,
            timezone=user.timezone,
            edition=self.compose_input.edition,
            as_of=day.as_of.astimezone(day.tz),
            quiet=quiet,
            headline=(),
            counts=counts,
            next_actions=(),
            next_actions_omitted=0,
            since_last=SinceLast(date=None),
            timeline=(),
            workload=EMPTY_WORKLOAD,
            sections=(),
            warnings=(*(gap.warning for gap in gaps), *self.coverage_warnings, *_withheld_warnings(withheld)),
            facts=dict(facts),
            excluded=self.filtered.excluded,
            fingerprint=_fingerprint(self.compose_input, self.coverage_warnings),
        )

    def make_brief(self, document: Document, gaps: Sequence[Gap], withheld: Sequence[str]) -> ComposedBrief:
        """Return the composed brief: the document with its snapshot, withheld reasons and gaps."""
        known = self.snapshot or empty_snapshot(self.compose_input.day.today)
        return ComposedBrief(document, known, tuple(withheld), tuple(gaps))

    def _take_snapshot(self, _page: FactBook) -> Snapshot:
        return take_snapshot(
            self.compose_input.day,
            self.compose_input.agenda,
            covers_all_sources=self.compose_input.covers_all_sources,
            last=self.compose_input.last_received_snapshot,
        )

    def _find_coverage_warnings(self, _page: FactBook) -> tuple[CoverageWarning, ...]:
        return _coverage_warnings_of(self.compose_input)


def fingerprint_of(compose_input: ComposeInput) -> str:
    """Return the fingerprint that a brief composed from this input would have."""
    return _fingerprint(compose_input, _coverage_warnings_of(compose_input))


def count_buckets(project_facts: Iterable[ProjectFacts]) -> Counts:
    """Return the counts of all buckets, summed over all sections."""
    sums, projects, old = dict.fromkeys(Bucket, 0), 0, 0
    for one in project_facts:
        projects += one.project is not None
        for name, tasks in one.buckets.items():
            sums[name] += len(tasks)
        old += one.overdue_for_over_a_week
    done = sums.pop(Bucket.RECENTLY_COMPLETED)
    return Counts(
        projects=projects,
        done=done,
        overdue_for_over_a_week=old,
        **{str(name): number for name, number in sums.items()},
    )


def _collect_projects(book: FactBook, agenda: Agenda) -> tuple[list[ProjectFacts], list[Gap]]:
    """Return the facts of each project, the most urgent first, and the gaps of projects that failed."""
    found, lost = [], []
    for project_items in group_by_project(agenda):
        try:
            found.append(collect_project_facts(book, project_items))
        except Exception as error:  # noqa: BLE001 - any error costs this project and no other
            book.unsorted.update(task.id for task in project_items.tasks)
            name = project_items.project.name if project_items.project else None
            lost.append(Gap.of_project(name, len(project_items.tasks), error))
    waiting = unite_people([one.waiting for one in found], book.day)
    united = [replace(one, waiting=groups) for one, groups in zip(found, waiting, strict=True)]
    return sorted((one for one in united if one.has_content), key=lambda one: one.sort_key), lost


def _coverage_warnings_of(compose_input: ComposeInput) -> tuple[CoverageWarning, ...]:
    day, composed_at = compose_input.day, compose_input.composed_at
    return tuple(find_coverage_warnings(compose_input.agenda, day, min(day.as_of, composed_at or day.as_of)))


def _fingerprint(compose_input: ComposeInput, warnings: Sequence[CoverageWarning]) -> str:
    last = [compose_input.last_received_snapshot] if compose_input.last_received_snapshot else []
    return fingerprint(
        compose_input.agenda,
        compose_input.user,
        [*last, *compose_input.week_snapshots],
        [compose_input.tier, *warnings],
    )


def _withheld_warnings(reasons: Sequence[str]) -> Iterator[CoverageWarning]:
    if reasons:
        yield CoverageWarning(source="Daybreak", text=warnings.withheld(len(reasons)))
