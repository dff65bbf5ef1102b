"""The base of every edition: the filtered facts by project, the snapshot for the next brief, the warnings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from daybreak.agenda import Agenda
from daybreak.briefs.composing.parts import Gap, Parts
from daybreak.briefs.composing.sections import Material, holdings, material
from daybreak.briefs.document.model import (
    Blindspot,
    Bucket,
    Counts,
    Document,
    Edition,
    Reader,
    SinceLast,
    Tier,
    Workload,
)
from daybreak.briefs.facts.coverage_warnings import blindspots
from daybreak.briefs.facts.day import Day
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.facts.fingerprint import basis
from daybreak.briefs.facts.project_filter import choose
from daybreak.briefs.facts.snapshot import Snapshot, nothing_known, snapshot
from daybreak.briefs.wording import sentences
from daybreak.claims import Fact
from daybreak.people import User

MEMORY = "What has changed since your last brief, and what the next one compares with"
SOURCES = "The state of your sources"
NO_LOAD = Workload(planned_minutes=0, unestimated=0, free_minutes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The input of a composer.

    Attributes:
        user: the reader.
        day: the reader's day.
        edition: the edition of that day.
        agenda: the facts.
        composed_at: the time of composing; None for the instant that the brief describes.
        whole: whether the facts are from all of the reader's sources.
        last_received: the snapshot of the last brief that the reader received.
        last_contents: the content hashes of the sections of this edition when it was last composed.
        stands: whether this edition was composed before.
        week: the snapshots of the past week's briefs, oldest first, for the weekly edition.
        tier: how long the reader has been away, for the re-engagement edition.
    """

    user: User
    day: Day
    edition: Edition
    agenda: Agenda
    composed_at: datetime | None = None
    whole: bool = True
    last_received: Snapshot | None = None
    last_contents: Collection[str] = ()
    stands: bool = False
    week: Sequence[Snapshot] = ()
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A brief with its snapshot, the reasons of withheld statements, and its gaps."""

    document: Document
    snapshot: Snapshot
    withheld: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()


class Groundwork:
    """The filtered facts of a compose input, by project.

    Attributes:
        agenda: the facts without excluded projects.
        book: the facts that can be cited.
        materials: the facts of each project, the most urgent project first.
        lost: gaps of projects whose tasks could not be sorted into buckets.
        parts: the writer of parts, so that a failing part costs itself alone.
        known: the snapshot that the next brief compares with; None if it failed.
        unseen: the warnings about sources.
    """

    def __init__(self, occasion: Occasion) -> None:
        self.occasion = occasion
        self.chosen = choose(occasion.agenda, occasion.user.preferences)
        self.agenda = self.chosen.agenda
        self.book = FactBook(self.agenda, occasion.day, self.chosen.hidden)
        self.materials, self.lost = _sorted_out(self.book, self.agenda)
        self.parts = Parts(self.book)
        self.known: Snapshot | None = self.parts.write(MEMORY, self._snapshot, None)
        self.unseen: tuple[Blindspot, ...] = self.parts.write(SOURCES, self._blindspots, ())

    def document(
        self,
        gaps: Iterable[Gap],
        withheld: Sequence[str],
        facts: Mapping[str, Fact],
        *,
        quiet: bool,
        counts: Counts,
    ) -> Document:
        """Return a document with only the fields that every edition fills."""
        user, day = self.occasion.user, self.occasion.day
        return Document(
            user=Reader(email=user.email, name=user.name),
            date=day.today,
            timezone=user.timezone,
            edition=self.occasion.edition,
            as_of=day.as_of.astimezone(day.tz),
            quiet=quiet,
            headline=(),
            counts=counts,
            next_actions=(),
            next_actions_left_out=0,
            since_last=SinceLast(date=None),
            timeline=(),
            workload=NO_LOAD,
            sections=(),
            warnings=(*(gap.blindspot for gap in gaps), *self.unseen, *_withheld(withheld)),
            facts=dict(facts),
            left_out=self.chosen.left_out,
            basis=_basis(self.occasion, self.unseen),
        )

    def composed(self, document: Document, gaps: Sequence[Gap], withheld: Sequence[str]) -> Composed:
        """Return the composed brief: the document with its snapshot, withheld reasons and gaps."""
        known = self.known or nothing_known(self.occasion.day.today)
        return Composed(document, known, tuple(withheld), tuple(gaps))

    def _snapshot(self, _page: FactBook) -> Snapshot:
        return snapshot(self.occasion.day, self.occasion.agenda, whole=self.occasion.whole)

    def _blindspots(self, _page: FactBook) -> tuple[Blindspot, ...]:
        return _unseen(self.occasion)


def basis_of(occasion: Occasion) -> str:
    """Return the fingerprint that a brief composed from this input would have."""
    return _basis(occasion, _unseen(occasion))


def count(found: Iterable[Material]) -> Counts:
    """Return the counts of all buckets, summed over all sections."""
    sums, projects = dict.fromkeys(Bucket, 0), 0
    for one in found:
        projects += one.project is not None
        for name, tasks in one.buckets.items():
            sums[name] += len(tasks)
    done = sums.pop(Bucket.RECENTLY_COMPLETED)
    return Counts(projects=projects, done=done, **{str(name): number for name, number in sums.items()})


def _sorted_out(book: FactBook, agenda: Agenda) -> tuple[list[Material], list[Gap]]:
    """Return the facts of each project, the most urgent first, and the gaps of projects that failed."""
    found, lost = [], []
    for holding in holdings(agenda):
        try:
            found.append(material(book, holding))
        except Exception as error:  # noqa: BLE001 - any error costs this project and no other
            book.set_aside.update(task.id for task in holding.tasks)
            name = holding.project.name if holding.project else None
            lost.append(Gap.of_project(name, len(holding.tasks), error))
    return sorted((one for one in found if one.is_worth_a_section), key=lambda one: one.urgency), lost


def _unseen(occasion: Occasion) -> tuple[Blindspot, ...]:
    day, composed_at = occasion.day, occasion.composed_at
    return tuple(blindspots(occasion.agenda, day, min(day.as_of, composed_at or day.as_of)))


def _basis(occasion: Occasion, unseen: Sequence[Blindspot]) -> str:
    last = [occasion.last_received] if occasion.last_received else []
    return basis(occasion.agenda, occasion.user, [*last, *occasion.week], [occasion.tier, *unseen])


def _withheld(reasons: Sequence[str]) -> Iterator[Blindspot]:
    if reasons:
        yield Blindspot(source="Daybreak", text=sentences.withheld(len(reasons)))
