import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, task

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def weekday_and_time(moment: datetime | None) -> str | None:
    return moment and f"{moment:%a %H:%M}"


def list_entries(*events, on=None) -> list[tuple[str, str | None, str | None]]:
    document = compose_brief(agenda(*events), on).document
    return [
        (entry.text, weekday_and_time(entry.starts), weekday_and_time(entry.ends))
        for entry in document.timeline
    ]


def compose_workload(*things, on=None):
    return compose_brief(agenda(*things), on).document.workload


def free_intervals(*things, on=None) -> list[tuple[str, str, int]]:
    return [
        (f"{g.starts:%H:%M}", f"{g.ends:%H:%M}", g.minutes)
        for g in compose_workload(*things, on=on).free_intervals
    ]


def statements_of_kind(*things, kind: str) -> list[str]:
    return [claim.text for claim in compose_workload(*things).statements if claim.kind == kind]


def test_an_event_over_midnight_is_clipped_to_the_day():
    night = event("Night train", local(22, on=days_later(-1)), local(6))
    assert list_entries(night) == [("“Night train”", "Tue 00:00", "Tue 06:00")]
    assert list_entries(night, on=day(days_later(-1))) == [("“Night train”", "Mon 22:00", "Tue 00:00")]
    assert list_entries(night, on=day(days_later(1))) == []


def test_an_event_that_ends_at_midnight_is_not_of_the_next_day():
    late = event("Late", local(22, on=days_later(-1)), local(0))
    assert list_entries(late) == []


def test_an_event_without_length_is_listed_but_not_busy():
    for hour in (0, 12):
        assert list_entries(event("Ping", local(hour), local(hour))) == [
            ("“Ping”", f"Tue {hour:02}:00", f"Tue {hour:02}:00")
        ]
    assert free_intervals(event("Ping", local(12), local(12))) == [("09:00", "17:30", 510)]


@pytest.mark.parametrize(("apart", "there"), [(-1, False), (0, True), (1, True), (2, True), (3, False)])
def test_an_all_day_event_is_on_each_of_its_days(apart: int, there: bool):
    fair = event("Fair", TODAY, days_later(3))
    assert list_entries(fair, on=day(days_later(apart))) == ([("“Fair”", None, None)] if there else [])


def test_an_all_day_event_of_zero_days_counts_as_one():
    assert list_entries(event("Day", TODAY, TODAY)) == [("“Day”", None, None)]


def test_an_all_day_event_has_its_date_in_every_zone():
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert len(list_entries(event("Day", TODAY), on=day(zone=zone))) == 1
        assert (
            list_entries(event("Day", days_later(1)), event("Day", days_later(-1)), on=day(zone=zone)) == []
        )
    apia = day(date(2011, 12, 30), "Pacific/Apia")
    assert len(list_entries(event("Day that was skipped", apia.today), on=apia)) == 1


def test_a_floating_event_has_its_time_in_every_zone():
    at_nine = datetime(2026, 3, 31, 9)  # noqa: DTZ001 - floating
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert list_entries(event("Tea", at_nine), on=day(zone=zone)) == [("“Tea”", "Tue 09:00", "Tue 10:00")]


def test_all_day_events_come_first_then_events_by_start():
    found = list_entries(
        event("B", local(11)), event("A", local(9)), event("Day", TODAY), event("C", local(9), local(9, 30))
    )
    assert [text for text, _, _ in found] == ["“Day”", "“C”", "“A”", "“B”"]


def test_free_intervals_are_the_working_day_without_busy_events():
    found = free_intervals(
        event("Early", local(7), local(9, 30)),
        event("Inside", local(11), local(12)),
        event("Within that", local(11, 15), local(11, 30)),
        event("Soon after", local(12, 14), local(13)),
        event("Over the end", local(17), local(19)),
        event("Optional", local(15), local(16), busy=False),
        event("Day", TODAY),
    )
    assert found == [("09:30", "11:00", 90), ("13:00", "17:00", 240)]


def test_fifteen_minutes_are_a_free_interval():
    assert ("12:00", "12:15", 15) in free_intervals(
        event("A", local(9), local(12)), event("B", local(12, 15), local(13))
    )


@pytest.mark.parametrize(("today", "minutes"), [(SPRING, 150), (AUTUMN, 270), (TODAY, 210)])
def test_the_length_of_a_free_interval_is_elapsed_time(today: date, minutes: int):
    booked = event("Rest", local(3, 30, on=today), local(17, 30, on=today))
    on = day(today)
    early = replace(on, as_of=on.start, work_from=datetime.min.time())
    assert free_intervals(booked, on=early) == [("00:00", "03:30", minutes)]


def test_past_time_is_not_free():
    assert free_intervals(on=replace(day(), as_of=local(16))) == [("16:00", "17:30", 90)]
    assert free_intervals(on=replace(day(), as_of=local(19))) == []


def test_a_date_that_was_skipped_has_no_time_at_all():
    assert free_intervals(on=day(date(2011, 12, 30), "Pacific/Apia")) == []


def test_two_events_at_once_are_a_conflict():
    assert statements_of_kind(
        event("A", local(9), local(10, 30)), event("B", local(10), local(12)), kind="conflict"
    ) == ["“A” and “B” overlap from 10:00 to 10:30."]


def test_adjacent_or_empty_events_do_not_conflict():
    a = event("A", local(9), local(10))
    others = [
        event("After", local(10), local(11)),
        event("Free", local(9), local(10), busy=False),
        event("Point", local(9, 30), local(9, 30)),
        event("Day", TODAY),
    ]
    assert statements_of_kind(a, *others, kind="conflict") == []


def test_tentative_events_conflict():
    assert (
        len(statements_of_kind(event("A", local(9)), event("B", local(9), tentative=True), kind="conflict"))
        == 1
    )


def test_every_overlapping_pair_is_a_conflict():
    found = statements_of_kind(*(event(name, local(9), local(12)) for name in "ABC"), kind="conflict")
    assert [text[:13] for text in found] == ["“A” and “B” o", "“A” and “C” o", "“B” and “C” o"]


def test_a_day_of_five_hundred_events_is_quick():
    crowd = agenda(*(event(f"{n}", local(9), local(17)) for n in range(500)))
    began = time.process_time()
    assert len(compose_brief(crowd).document.workload.statements) == 10
    assert time.process_time() - began < 0.5


def test_an_overload_is_stated():
    assert statements_of_kind(task(due=TODAY, estimate_minutes=600), kind="overload") == [
        "You can't do all of it: 10 h of tasks, 8 h 30 min free."
    ]


def test_a_load_that_fits_is_stated():
    found = compose_workload(
        task(due=TODAY, estimate_minutes=510), task(due=days_later(-1)), task(estimate_minutes=99)
    )
    assert (found.planned_minutes, found.unestimated, found.free_minutes) == (510, 1, 510)
    assert [claim.text for claim in found.statements] == [
        "8 h 30 min of tasks planned, 8 h 30 min free; 1 task without an estimate."
    ]


def test_tasks_without_any_estimate_leave_the_free_time():
    assert statements_of_kind(task(due=TODAY), task(due=TODAY), kind="load") == [
        "8 h 30 min free; 2 tasks without an estimate."
    ]
    assert compose_workload(event("A", local(9), local(9) + timedelta(minutes=1))).statements == ()
