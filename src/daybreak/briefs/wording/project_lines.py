"""The lines of a project at standard length, in English: a count, then the tasks that matter most."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from daybreak.briefs.document.model import Bucket
from daybreak.briefs.wording.formatting import Tense, plural
from daybreak.briefs.wording.tasks import priority
from daybreak.briefs.wording.titles import quoted
from daybreak.claims import Fact

REST = {
    Bucket.IN_PROGRESS: "in progress",
    Bucket.STALE: "in progress without a change for a week",
    Bucket.BLOCKED: "blocked",
    Bucket.UPCOMING: "in the next 7 days",
    Bucket.UNDATED: "without a date",
    Bucket.LATER: "later",
}


class BucketCounts(NamedTuple):
    """The number of tasks in a line: all, those named further up, and those that it does not name."""

    total: int
    above: int
    more: int


def bucket(bucket: Bucket, label: str, named: Sequence[Fact], counts: BucketCounts, tense: Tense) -> str:
    """Return “Overdue 4: 1 above, “A” (3 days), “B” (4 days), 2 older”."""
    phrases = [_phrase(bucket, fact, tense) for fact in named]
    above = [f"{counts.above} above"] if counts.above else []
    more = [f"{counts.more} {'older' if bucket is Bucket.OVERDUE else 'more'}"] if counts.more else []
    number = f" {counts.total}" if counts.total > 1 else ""
    return f"{label}{number}: {', '.join((*above, *phrases, *more))}"


def _phrase(bucket: Bucket, fact: Fact, tense: Tense) -> str:
    remarks = [priority(fact)]
    if bucket is Bucket.OVERDUE and fact.due is not None:
        remarks.insert(0, plural((tense.today - _day(fact.due)).days, "day"))
    told = ", ".join(filter(None, remarks))
    return f"{quoted(fact.title)} ({told})" if told else quoted(fact.title)


def is_tomorrow(fact: Fact, tense: Tense) -> bool:
    """Return whether a task is due tomorrow."""
    return fact.due is not None and _day(fact.due) == tense.today + timedelta(days=1)


def tomorrow(facts: Iterable[Fact]) -> str:
    """Return “Due tomorrow: “A”, “B”.”."""
    return f"Due tomorrow: {', '.join(quoted(fact.title) for fact in facts)}"


def rest(counts: Iterable[tuple[Bucket, int]]) -> str:
    """Return “17 without a date, 3 later”; empty if there is nothing else."""
    return ", ".join(f"{count} {REST[bucket]}" for bucket, count in counts if bucket in REST)


def quiet(names: Sequence[str]) -> str:
    """Return the line of the projects without anything that matters today."""
    return f"{', '.join(names)}: nothing due today"


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
