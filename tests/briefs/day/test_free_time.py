from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak import clock
from daybreak.briefs.composing.day.free_time import FreeTime, busy_events, find_free_time
from daybreak.briefs.composing.day.timeline import timeline_events

from ..factories import TODAY, agenda, compose_brief, day, event, local  # noqa: TID252 - tests are no package

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
AT_NOON = (time(12), time(13))


def free_time(*events, on=None) -> FreeTime:
    on = on or day()
    return find_free_time(timeline_events(events, on), on)


def told(interval) -> tuple[str, str, int]:
    return f"{interval.starts:%H:%M}", f"{interval.ends:%H:%M}", interval.minutes


def lunch(found: FreeTime) -> tuple[str, str, int] | None:
    return found.lunch and told(found.lunch)


def intervals(*events, on=None) -> list[tuple[str, str, int]]:
    return [told(gap) for gap in free_time(*events, on=on).intervals]


def test_free_intervals_are_the_working_day_without_busy_events():
    found = intervals(
        event("Early", local(7), local(9, 30)),
        event("Inside", local(11), local(12)),
        event("Within that", local(11, 15), local(11, 30)),
        event("Soon after", local(12, 14), local(13)),
        event("Over the end", local(17), local(19)),
        event("Optional", local(15), local(16), busy=False),
        event("Point", local(14), local(14)),
        event("Day", TODAY),
    )
    assert found == [("09:30", "11:00", 90), ("13:00", "17:00", 240)]


def test_a_gap_shorter_than_the_shortest_useful_one_is_not_free():
    meetings = event("A", local(9), local(12)), event("B", local(12, 19), local(17, 30))
    assert intervals(*meetings) == []
    assert free_time(*meetings).minutes == 0
    assert intervals(*meetings, on=replace(day(), shortest_gap_minutes=19)) == [("12:00", "12:19", 19)]


@pytest.mark.parametrize(("today", "minutes"), [(SPRING, 150), (AUTUMN, 270), (TODAY, 210)])
def test_the_length_of_a_free_interval_is_elapsed_time(today: date, minutes: int):
    booked = event("Rest", local(3, 30, on=today), local(17, 30, on=today))
    on = day(today)
    early = replace(on, as_of=on.start, work_from=datetime.min.time())
    assert intervals(booked, on=early) == [("00:00", "03:30", minutes)]


def test_past_time_is_not_free():
    assert intervals(on=replace(day(), as_of=local(16))) == [("16:00", "17:30", 90)]
    assert intervals(on=replace(day(), as_of=local(19))) == []


def test_a_date_that_was_skipped_has_no_time_at_all():
    assert intervals(on=day(date(2011, 12, 30), "Pacific/Apia")) == []


def test_a_night_shift_takes_its_hours_of_both_days():
    shift = event("Night shift", local(20, 30), local(10, on=TODAY + timedelta(days=1)))
    assert intervals(shift) == [("09:00", "17:30", 510)]
    assert intervals(shift, on=day(TODAY + timedelta(days=1))) == [("10:00", "17:30", 450)]


def test_an_event_in_another_zone_takes_the_hour_of_the_reader():
    call = event("Call", local(9, zone="America/New_York"), local(10, zone="America/New_York"))
    assert intervals(call) == [("09:00", "15:00", 360), ("16:00", "17:30", 90)]


def test_lunch_is_kept_where_it_lies_in_a_gap():
    on = replace(day(), lunch=AT_NOON)
    found = free_time(event("A", local(9), local(11)), event("B", local(14), local(16)), on=on)
    assert [told(gap) for gap in found.intervals] == [
        ("11:00", "12:00", 60),
        ("13:00", "14:00", 60),
        ("16:00", "17:30", 90),
    ]
    assert lunch(found) == ("12:00", "13:00", 60)
    assert found.minutes == 210


def test_lunch_is_what_a_meeting_leaves_of_it():
    on = replace(day(), lunch=AT_NOON)
    found = free_time(event("A", local(12, 30), local(14)), on=on)
    assert lunch(found) == ("12:00", "12:30", 30)
    assert free_time(event("A", local(12), local(12, 45)), on=on).lunch is None


def test_a_lunch_that_is_over_is_not_free_again():
    on = replace(day(), lunch=AT_NOON, as_of=local(12, 50))
    assert lunch(free_time(on=on)) == ("12:50", "13:00", 10)
    assert intervals(on=on) == [("13:00", "17:30", 270)]
    assert free_time(on=replace(on, as_of=local(13, 30))).lunch is None


def test_focus_time_is_time_for_tasks_if_the_reader_wants_it_so():
    focus = event("Focus time", local(9), local(12))
    assert intervals(focus) == [("09:00", "17:30", 510)]
    assert intervals(focus, on=replace(day(), focus_is_free=False)) == [("12:00", "17:30", 330)]


@pytest.mark.parametrize("title", ["Focus", "Deep work", "Fokuszeit", "🎯 Focus time", "Heads-down time"])
def test_focus_time_is_known_by_its_title(title: str):
    assert free_time(event(title, local(9), local(12))).minutes == 510


@pytest.mark.parametrize("title", ["Focus group", "Autofokus", "Deep sea dive", "Workshop: focus on sales"])
def test_other_events_are_not_focus_time(title: str):
    assert free_time(event(title, local(9), local(12))).minutes == 330


def test_a_day_off_is_free_from_morning_to_evening_but_shows_no_free_time():
    off = replace(day(), is_day_off=True, lunch=AT_NOON)
    walk = event("Walk", local(10), local(12))
    assert intervals(walk, on=off) == [("09:00", "10:00", 60), ("12:00", "21:00", 540)]
    workload = compose_brief(agenda(walk), off).document.workload
    assert (workload.free_intervals, workload.free_minutes, workload.lunch) == ((), 600, None)


moments = st.integers(0, 23 * 60 + 59).map(lambda minute: divmod(minute, 60))
spans = st.tuples(moments, moments).map(sorted)


@given(
    st.lists(spans, max_size=6),
    spans,
    st.one_of(st.none(), spans),
    st.sampled_from([SPRING, AUTUMN, TODAY]),
    moments,
    st.integers(1, 60),
)
def test_free_busy_and_lunch_are_the_rest_of_the_working_hours(busy, work, noon, today, as_of, shortest):
    on = replace(
        day(today),
        work_from=time(*work[0]),
        work_until=time(*work[1]),
        lunch=(time(*noon[0]), time(*noon[1])) if noon else None,
        as_of=clock.first_instant(today, time(*as_of), day().tz),
        shortest_gap_minutes=shortest,
    )
    events = timeline_events(
        [event("E", local(*one, on=today), local(*two, on=today)) for one, two in busy], on
    )
    found = find_free_time(events, on)
    begin = max(clock.first_instant(today, on.work_from, on.tz), on.as_of)
    end = clock.first_instant(today, on.work_until, on.tz)
    kept = [*found.intervals, *([found.lunch] if found.lunch else [])]
    taken = [(slot.start, slot.end) for slot in busy_events(events, on)]
    for gap in kept:
        assert begin <= gap.starts < gap.ends <= end
        assert all(ends <= gap.starts or gap.ends <= starts for starts, ends in taken)
    assert all(gap.minutes >= shortest for gap in found.intervals)
    kept.sort(key=lambda gap: gap.starts.timestamp())
    assert all(one.ends.timestamp() <= two.starts.timestamp() for one, two in pairwise(kept))
    assert_nothing_useful_is_left_out(kept, taken, (begin, end), on)


def assert_nothing_useful_is_left_out(kept, taken, hours, on):
    told_edges = [at for gap in kept for at in (gap.starts, gap.ends)]
    noon = [clock.first_instant(on.today, at, on.tz) for at in on.lunch or ()]
    edges = sorted({*hours, *told_edges, *noon, *(at for pair in taken for at in pair)})
    for one, two in pairwise(edges):
        is_told = any(gap.starts <= one and two <= gap.ends for gap in kept)
        is_busy = any(starts <= one and two <= ends for starts, ends in taken)
        is_outside = one < hours[0] or hours[1] < two
        assert is_told or is_busy or is_outside or two - one < timedelta(minutes=on.shortest_gap_minutes)
