from datetime import UTC, date, datetime, time, timedelta

import pytest

from daybreak.agenda import TaskStatus
from daybreak.briefs.document.model import Bucket
from daybreak.briefs.facts.buckets import bucket_of
from daybreak.briefs.facts.fact_book import FactBook
from daybreak.briefs.wording.entries import with_texts

from .factories import TODAY, agenda, compose_brief, day, days_later, local, task

ONGOING, DONE = TaskStatus.IN_PROGRESS, TaskStatus.DONE
SECOND = timedelta(seconds=1)


def bucket_for(it, *others, on=None) -> Bucket | None:
    return bucket_of(it, FactBook(agenda(it, *others), on or day()))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"due": days_later(-1)}, Bucket.OVERDUE),
        ({"due": days_later(0)}, Bucket.DUE_TODAY),
        ({"due": days_later(1)}, Bucket.UPCOMING),
        ({"due": days_later(7)}, Bucket.UPCOMING),
        ({"due": days_later(8)}, Bucket.LATER),
        ({"start": days_later(0)}, Bucket.STARTING_TODAY),
        ({"start": days_later(0), "due": days_later(30)}, Bucket.STARTING_TODAY),
        ({"start": days_later(0), "due": days_later(0)}, Bucket.DUE_TODAY),
        ({"start": days_later(7)}, Bucket.UPCOMING),
        ({"start": days_later(8)}, Bucket.LATER),
        ({"start": days_later(-3)}, Bucket.STARTING_TODAY),
        ({"start": days_later(-1)}, Bucket.STARTING_TODAY),
        ({"start": days_later(-400)}, Bucket.STARTING_TODAY),
        ({"start": local(9, on=days_later(-2))}, Bucket.STARTING_TODAY),
        ({"start": days_later(-3), "status": ONGOING}, Bucket.IN_PROGRESS),
        ({"start": days_later(-3), "due": days_later(30)}, Bucket.LATER),
        ({"start": days_later(3), "due": days_later(30)}, Bucket.UPCOMING),
        ({}, Bucket.UNDATED),
        ({"status": ONGOING}, Bucket.IN_PROGRESS),
        ({"status": ONGOING, "due": days_later(-1)}, Bucket.OVERDUE),
        ({"status": ONGOING, "due": days_later(3)}, Bucket.IN_PROGRESS),
        ({"status": ONGOING, "start": days_later(0)}, Bucket.IN_PROGRESS),
        ({"status": TaskStatus.BLOCKED, "due": days_later(-1)}, Bucket.BLOCKED),
        ({"status": TaskStatus.CANCELLED, "due": days_later(-1)}, None),
        ({"status": DONE, "due": days_later(-1)}, None),
    ],
)
def test_the_first_matching_rule_decides(parts: dict, expected: Bucket | None):
    assert bucket_for(task(**parts)) is expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])
@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 29), date(2026, 10, 25)])
def test_an_instant_counts_for_its_date_in_the_readers_zone(zone: str, today: date):
    here = day(today, zone)
    assert bucket_for(task(due=here.start - SECOND), on=here) is Bucket.OVERDUE
    assert bucket_for(task(due=here.start), on=here) is Bucket.DUE_TODAY
    assert bucket_for(task(due=here.end - SECOND), on=here) is Bucket.DUE_TODAY
    assert bucket_for(task(due=here.end), on=here) is Bucket.UPCOMING
    assert bucket_for(task(due=today), on=here) is Bucket.DUE_TODAY


def test_a_date_skipped_by_the_zone_precedes_the_next():
    apia = day(date(2011, 12, 31), "Pacific/Apia")
    assert bucket_for(task(due=date(2011, 12, 30)), on=apia) is Bucket.OVERDUE
    assert bucket_for(task(due=apia.start), on=apia) is Bucket.DUE_TODAY


@pytest.mark.parametrize(
    ("completed", "recent"),
    [
        (local(7, on=days_later(-1)), True),
        (local(7, on=days_later(-1)) - SECOND, False),
        (local(7), True),
        (local(7) + SECOND, False),
        (days_later(-1), True),
        (days_later(-2), False),
        (days_later(0), True),
        (days_later(1), False),
        (None, False),
    ],
)
def test_a_task_finished_within_24_hours_is_recently_completed(completed, recent: bool):
    it = task(status=DONE, completed=completed, touched_at=local(7))
    assert (bucket_for(it) is Bucket.RECENTLY_COMPLETED) == recent


@pytest.mark.parametrize(
    ("seen", "completed", "recent"),
    [
        (local(7, on=days_later(-1)), None, True),
        (local(7, on=days_later(-1)) - SECOND, None, False),
        (local(6, 59), None, True),
        (local(7) + SECOND, None, False),
        (local(6), days_later(-3), False),
        (local(6, on=days_later(-3)), days_later(-1), True),
    ],
)
def test_a_task_found_done_within_24_hours_is_told_without_a_date(seen, completed, recent: bool):
    it = task(status=DONE, completed=completed, completion_seen_at=seen, touched_at=local(7))
    assert (bucket_for(it) is Bucket.RECENTLY_COMPLETED) == recent
    if recent and completed is None:
        document = with_texts(compose_brief(agenda(it)).document)
        (entry,) = document.sections[0].buckets[0].entries
        assert entry.text == "“Water the plants” was finished"
        assert compose_brief(agenda(it)).withheld == ()


def test_24_hours_reach_two_dates_back_after_a_short_day():
    monday = day(date(2026, 3, 30), at=time(0, 10))
    it = task(status=DONE, completed=local(23, 30, on=date(2026, 3, 28)))
    assert bucket_for(it, on=monday) is Bucket.RECENTLY_COMPLETED
    assert compose_brief(agenda(it), monday).withheld == ()


def test_a_task_untouched_for_seven_dates_is_stale():
    midnight = local(0, on=days_later(-6))
    assert bucket_for(task(status=ONGOING, touched_at=midnight - SECOND)) is Bucket.STALE
    assert bucket_for(task(status=ONGOING, touched_at=midnight)) is Bucket.IN_PROGRESS
    assert bucket_for(task(touched_at=datetime(2020, 1, 1, tzinfo=UTC))) is Bucket.UNDATED


def test_a_task_is_blocked_while_its_blocker_is_open():
    for status in (TaskStatus.OPEN, ONGOING, TaskStatus.BLOCKED):
        first = task(status=status)
        assert bucket_for(task(due=TODAY, blocked_by=(first.id,)), first) is Bucket.BLOCKED
    for status in (DONE, TaskStatus.CANCELLED):
        first = task(status=status)
        assert bucket_for(task(due=TODAY, blocked_by=(first.id,)), first) is Bucket.DUE_TODAY
    assert bucket_for(task(due=TODAY, blocked_by=(task().id,))) is Bucket.DUE_TODAY


def test_a_task_does_not_block_itself():
    it = task(due=TODAY)
    assert bucket_for(task(id=it.id, due=TODAY, blocked_by=(it.id,))) is Bucket.DUE_TODAY
