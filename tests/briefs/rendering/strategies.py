"""Strategies for documents of any shape, with texts that resemble markup.

Hypothesis draws a few texts and a seed; the rest of a document is arranged from them. Drawing each of its
hundred texts takes a hundred times as long and finds the same defects.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from daybreak.briefs.document.model import (
    AbsenceTier,
    Bucket,
    BucketEntries,
    Counts,
    CoverageWarning,
    Document,
    Edition,
    Excluded,
    FreeInterval,
    MeetingContext,
    NextAction,
    ProjectWeek,
    Recipient,
    ReengagementText,
    Section,
    SinceLast,
    TimelineEntry,
    Topic,
    TopicEntries,
    Week,
    Workload,
)
from daybreak.briefs.wording.titles import own_words, quoted
from daybreak.claims import Claim, Fact

texts = st.text(
    st.one_of(
        st.sampled_from("*_`[]()<>#+-=.!|~$&:;\\/{}%\"' 1a\n\t\x1b\x9b\u202e\u2066"),
        st.characters(codec="utf-8"),
    ),
    max_size=25,
)
_ZONES = ["Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
_REFS = ["todo.txt:4", "a long folder/another one/work plan of the next year.md:17", "8d1c@example.org"]
CHANGE_KINDS = [
    *("done", "recurred", "handed_over", "can_start", "came_in", "comes_next", "moved", "moved_again"),
    *("renamed", "file_moved", "place_changed", "became_overdue", "vanished"),
]
_PRIORITIES = [None, "low", "high", "highest"]


@dataclass(frozen=True)
class Arranger:
    """A maker of documents from drawn texts; the same seed makes the same document."""

    random: Random
    drawn: list[str]
    today: date

    def text(self):
        return self.random.choice([*self.drawn, "Call the hotel", "x" * 130, "長い題名" * 12])

    def sentence(self):
        return f"{own_words(self.text())} {quoted(self.text())} {own_words(self.text())}"

    def number(self, most=99):
        return self.random.randint(0, most)

    def many(self, make, most):
        return tuple(make() for _ in range(self.number(most)))

    def moment(self):
        day = self.today + timedelta(days=self.random.randint(-400, 20))
        at = datetime(day.year, day.month, day.day, self.number(23), self.number(59), tzinfo=UTC)
        return self.random.choice([None, day, at])

    def fact(self, kind, others=()):
        return Fact(
            kind=kind,
            title=self.text(),
            source=self.text(),
            source_ref=self.random.choice([self.text(), *_REFS]),
            holder=self.random.choice([None, "mine", "other"]),
            assignee=self.random.choice([None, self.text()]),
            priority=self.random.choice(_PRIORITIES),
            estimate_minutes=self.random.choice([None, 15, 240]),
            blockers=tuple(self.random.sample(others, min(len(others), self.number(2)))),
            start=self.moment(),
            due=self.moment(),
            touched=datetime(self.today.year, 1, 1, tzinfo=UTC),
            value=self.number() if kind == "stat" else None,
        )


def _facts(arrange):
    tasks = [f"task:{n}" for n in range(arrange.random.choice([2, 12, 40]))]
    facts = {one: arrange.fact("task", tasks) for one in tasks}
    for kind in ("event", "note", "stat", "project", "phase", "holiday"):
        facts |= {f"{kind}:{n}": arrange.fact(kind) for n in range(3)}
    return facts


def _claim(arrange, facts, kind, most=4):
    known = arrange.random.sample(list(facts), arrange.random.randint(1, most))
    return Claim(kind=kind, text=arrange.sentence(), facts=tuple(known))


def _section(arrange, facts, tasks):
    buckets = [
        BucketEntries(
            bucket=bucket,
            count=len(chosen),
            entries=tuple(Claim(kind=str(bucket), text="", facts=(one,)) for one in chosen),
        )
        for bucket in Bucket
        if (chosen := [tasks.pop() for _ in range(min(len(tasks), arrange.number(4)))])
    ]
    people = arrange.many(lambda: tuple(tasks.pop() for _ in range(min(len(tasks), 3))), 2)
    waiting = (
        Claim(kind="waiting_for", text=f"Waiting for {own_words(arrange.text())}: 3.", facts=("stat:1", *one))
        for one in people
        if one
    )
    kinds = ("description", "phase", "next_in_phase")
    return Section(
        project=arrange.random.choice([None, arrange.text()]),
        statements=tuple(_claim(arrange, facts, kind, 1) for kind in kinds[: arrange.number(3)]),
        buckets=tuple(buckets),
        waiting=tuple(waiting),
        notes=arrange.many(lambda: _claim(arrange, facts, "note", 1), 2),
        content_hash="0" * 64,
    )


def _timeline(arrange, facts):
    entries = []
    for _ in range(arrange.random.choice([0, 3, 12])):
        starts = datetime(arrange.today.year, arrange.today.month, arrange.today.day, tzinfo=UTC)
        starts += timedelta(minutes=arrange.number(1400))
        ends = starts + timedelta(minutes=arrange.number(300))
        context = MeetingContext(
            project=arrange.text(),
            reason=arrange.text(),
            text=arrange.sentence(),
            facts=("event:1", "task:1"),
            tasks=("task:1",),
        )
        entries.append(
            TimelineEntry(
                text=arrange.sentence(),
                starts=starts,
                ends=ends,
                facts=(f"event:{arrange.number(2)}",),
                context=arrange.random.choice([None, context]),
            )
        )
    entries.sort(key=lambda entry: entry.starts)
    if arrange.number(1):
        entries.insert(0, TimelineEntry(text=arrange.sentence(), starts=None, ends=None, facts=("event:1",)))
    return tuple(entries)


def _workload(arrange, facts):
    noon = datetime(arrange.today.year, arrange.today.month, arrange.today.day, 12, tzinfo=UTC)
    gap = FreeInterval(starts=noon, ends=noon + timedelta(hours=1), minutes=60)
    return Workload(
        planned_minutes=60,
        unestimated=1,
        free_minutes=60,
        free_intervals=arrange.many(lambda: gap, 1),
        statements=arrange.many(lambda: _claim(arrange, facts, "load"), 2),
        moves=arrange.many(lambda: _claim(arrange, facts, "move", 1), 2),
    )


def _week(arrange, facts):
    topics = [
        TopicEntries(topic=topic, count=9, entries=arrange.many(lambda: _claim(arrange, facts, "ahead"), 3))
        for topic in arrange.random.sample(list(Topic), 2)
    ]
    return Week(
        starts=arrange.today - timedelta(days=7),
        known_since=None,
        projects=arrange.many(lambda: ProjectWeek(project=arrange.text(), topics=tuple(topics)), 2),
        calendar=arrange.many(lambda: _claim(arrange, facts, "event_ahead"), 2),
    )


def _make(seed, drawn, day, edition=None):
    arrange = Arranger(Random(seed), drawn, day)  # noqa: S311 - test data
    facts = _facts(arrange)
    tasks = arrange.random.sample(
        [one for one in facts if one.startswith("task:")], arrange.number(len(facts) - 18)
    )
    changes = [
        _claim(arrange, facts, kind) for kind in arrange.random.sample(CHANGE_KINDS, arrange.number(8))
    ]
    headline = ["counts", "holiday", "quiet", "next_up"][: arrange.number(4)]
    edition = edition or arrange.random.choice([Edition.STANDARD, Edition.STANDARD, *Edition])
    return Document(
        user=Recipient(email=arrange.text(), name=arrange.text()),
        date=day,
        timezone=arrange.random.choice(_ZONES),
        edition=edition,
        as_of=datetime(day.year, day.month, day.day, 6, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        quiet=False,
        headline=tuple(_claim(arrange, facts, kind) for kind in headline),
        counts=Counts(**dict.fromkeys(Counts.__dataclass_fields__, arrange.number(3))),
        next_actions=arrange.many(
            lambda: NextAction(
                text=quoted(arrange.text()),
                reason=arrange.sentence(),
                score=1,
                estimate_minutes=arrange.random.choice([None, 90]),
                facts=(f"task:{arrange.number(1)}", "event:1"),
            ),
            3,
        ),
        next_actions_omitted=0,
        since_last=SinceLast(
            date=arrange.random.choice([None, day - timedelta(days=1)]), entries=tuple(changes)
        ),
        timeline=_timeline(arrange, facts),
        workload=_workload(arrange, facts),
        sections=arrange.many(lambda: _section(arrange, facts, tasks), 3),
        warnings=arrange.many(lambda: CoverageWarning(source=arrange.text(), text=arrange.text()), 3),
        facts=facts,
        still_wanted=arrange.random.choice([None, _claim(arrange, facts, "still_wanted", 1)]),
        tomorrow=arrange.many(lambda: _claim(arrange, facts, "tomorrow"), 2),
        week=_week(arrange, facts) if edition is Edition.WEEKLY else None,
        reengagement=ReengagementText(
            tier=AbsenceTier.WARM, opening=own_words(arrange.text()), closing=own_words(arrange.text())
        )
        if edition is Edition.REENGAGEMENT
        else None,
        excluded=arrange.random.choice([None, Excluded(projects=1, tasks=2)]),
    )


_drawn = (
    st.integers(0, 2**32),
    st.lists(texts, min_size=3, max_size=6),
    st.dates(date(1995, 1, 1), date(2095, 1, 1)),
)
documents = st.builds(_make, *_drawn)
weekly_documents = st.builds(_make, *_drawn, edition=st.just(Edition.WEEKLY))
