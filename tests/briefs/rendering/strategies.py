"""Strategies for documents of any shape, with texts that resemble markup."""

from datetime import UTC, date, datetime, timedelta, timezone

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
from daybreak.claims import Claim, Fact

texts = st.text(
    st.one_of(
        st.sampled_from("*_`[]()<>#+-=.!|~$&:;\\/{}%\"' 1a\n\t\x1b\x9b\u202e\u2066"),
        st.characters(codec="utf-8"),
    ),
    max_size=25,
)
numbers = st.integers(0, 99)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=offsets)  # noqa: DTZ001 - bounds
fact_ids = st.sampled_from(["task:1", "task:2", "event:1", "note:1", "stat:overdue", "project:1"])
cited = st.lists(fact_ids, max_size=6, unique=True).map(tuple)
whens = st.none() | days | moments
facts = st.builds(
    Fact,
    kind=st.sampled_from(["task", "event", "note", "project", "stat", "holiday"]),
    title=texts,
    source=texts,
    source_ref=texts | st.sampled_from(["todo.txt:4", "work/plan.md:17", "8d1c@example.org"]),
    project=st.none() | texts,
    start=whens,
    due=whens,
    completed=whens,
    touched=st.none() | moments,
    value=st.none() | numbers,
    of=cited,
)
claims = st.builds(Claim, kind=st.sampled_from(["counts", "overdue", "done"]), text=texts, facts=cited)
several = st.lists(claims, max_size=3).map(tuple)


@st.composite
def bucket_views(draw):
    bucket = draw(st.sampled_from(Bucket))
    entries = () if bucket is Bucket.LATER else draw(several)
    return BucketEntries(bucket=bucket, count=len(entries) + draw(numbers), entries=entries)


@st.composite
def spans(draw):
    starts = draw(moments)
    return {"starts": starts, "ends": starts + timedelta(minutes=draw(st.integers(0, 300)))}


@st.composite
def timelines(draw):
    whole = {"starts": None, "ends": None}
    chosen = [*draw(st.lists(st.just(whole), max_size=1)), *draw(st.lists(spans(), max_size=3))]
    chosen.sort(key=lambda span: span["starts"] or datetime.min.replace(tzinfo=UTC))
    return tuple(TimelineEntry(text=draw(texts), facts=draw(cited), **span) for span in chosen)


free_intervals = spans().flatmap(
    lambda span: st.builds(FreeInterval, **{k: st.just(v) for k, v in span.items()}, minutes=numbers)
)
sections = st.builds(
    Section,
    project=st.none() | texts,
    statements=several,
    buckets=st.lists(bucket_views(), max_size=4, unique_by=lambda view: view.bucket).map(tuple),
    notes=several,
    content_hash=st.just("0" * 64),
    reused=st.booleans(),
)
actions = st.builds(
    NextAction, text=texts, reason=texts, score=numbers, estimate_minutes=st.none() | numbers, facts=cited
)
topic_views = st.builds(TopicEntries, topic=st.sampled_from(Topic), count=st.integers(4, 99), entries=several)
weeks = st.builds(
    Week,
    starts=days,
    known_since=st.none() | days,
    projects=st.lists(
        st.builds(
            ProjectWeek,
            project=st.none() | texts,
            topics=st.lists(topic_views, max_size=2, unique_by=lambda view: view.topic).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    calendar=st.lists(claims, min_size=1, max_size=2).map(tuple),
)
reengagement_texts = st.builds(
    ReengagementText, tier=st.sampled_from(AbsenceTier), opening=texts, closing=texts
)
exclusions = st.builds(Excluded, projects=st.integers(1, 9), tasks=numbers)
documents = st.builds(
    Document,
    user=st.builds(Recipient, email=texts, name=texts),
    date=days,
    timezone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    edition=st.sampled_from(Edition),
    as_of=moments,
    quiet=st.booleans(),
    headline=several,
    counts=st.builds(Counts, **dict.fromkeys(Counts.__dataclass_fields__, numbers)),
    next_actions=st.lists(actions, max_size=3).map(tuple),
    next_actions_omitted=numbers,
    since_last=st.builds(SinceLast, date=st.none() | days, entries=several, omitted=numbers),
    timeline=timelines(),
    workload=st.builds(
        Workload,
        planned_minutes=numbers,
        unestimated=numbers,
        free_minutes=numbers,
        free_intervals=st.lists(free_intervals, max_size=2).map(tuple),
        statements=several,
    ),
    sections=st.lists(sections, max_size=2).map(tuple),
    warnings=st.lists(st.builds(CoverageWarning, source=texts, text=texts), max_size=2).map(tuple),
    facts=st.dictionaries(fact_ids, facts, max_size=6),
    week=st.none() | weeks,
    reengagement=st.none() | reengagement_texts,
    excluded=st.none() | exclusions,
)
