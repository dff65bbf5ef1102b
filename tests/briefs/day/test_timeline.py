import time
from dataclasses import replace
from datetime import date, datetime

import pytest

from ..factories import TODAY, agenda, compose_brief, day, days_later, event, local  # noqa: TID252 - tests are no package


def weekday_and_time(moment: datetime | None) -> str | None:
    return moment and f"{moment:%a %H:%M}"


def list_entries(*events, on=None) -> list[tuple[str, str | None, str | None]]:
    document = compose_brief(agenda(*events), on).document
    return [
        (entry.text, weekday_and_time(entry.starts), weekday_and_time(entry.ends))
        for entry in document.timeline
    ]


def conflicts(*events, on=None) -> list[str]:
    claims = compose_brief(agenda(*events), on).document.workload.statements
    return [claim.text for claim in claims if claim.kind == "conflict"]


def test_an_event_over_midnight_is_clipped_to_the_day():
    night = event("Night train", local(22, on=days_later(-1)), local(6))
    assert list_entries(night) == [("“Night train”", "Tue 00:00", "Tue 06:00")]
    assert list_entries(night, on=day(days_later(-1))) == [("“Night train”", "Mon 22:00", "Tue 00:00")]
    assert list_entries(night, on=day(days_later(1))) == []


def test_an_event_that_ends_at_midnight_is_not_of_the_next_day():
    late = event("Late", local(22, on=days_later(-1)), local(0))
    assert list_entries(late) == []


def test_an_event_without_length_is_listed():
    for hour in (0, 12):
        assert list_entries(event("Ping", local(hour), local(hour))) == [
            ("“Ping”", f"Tue {hour:02}:00", f"Tue {hour:02}:00")
        ]


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


def test_two_events_at_once_are_a_conflict():
    assert conflicts(event("A", local(9), local(10, 30)), event("B", local(10), local(12))) == [
        "“A” and “B” overlap from 10:00 to 10:30."
    ]


def test_adjacent_or_empty_events_do_not_conflict():
    a = event("A", local(9), local(10))
    others = [
        event("After", local(10), local(11)),
        event("Free", local(9), local(10), busy=False),
        event("Point", local(9, 30), local(9, 30)),
        event("Day", TODAY),
    ]
    assert conflicts(a, *others) == []


def test_tentative_events_conflict():
    assert len(conflicts(event("A", local(9)), event("B", local(9), tentative=True))) == 1


def test_every_overlapping_pair_is_a_conflict():
    found = conflicts(*(event(name, local(9), local(12)) for name in "ABC"))
    assert [text[:13] for text in found] == ["“A” and “B” o", "“A” and “C” o", "“B” and “C” o"]


def test_a_day_of_five_hundred_events_is_quick():
    crowd = agenda(*(event(f"{n}", local(9), local(17)) for n in range(500)))
    began = time.process_time()
    assert len(compose_brief(crowd).document.workload.statements) == 10
    assert time.process_time() - began < 0.5


def test_declined_events_are_not_listed():
    assert list_entries(event("Party", local(9), declined=True)) == []


def test_events_say_what_they_leave_free():
    entries = compose_brief(
        agenda(
            event("Focus time", local(9)),
            event("Focus group", local(10)),
            event("Lunch talk", local(12), busy=False),
            event("Fair", TODAY, busy=False),
        )
    ).document.timeline
    assert [entry.text for entry in entries] == [
        "“Fair”",
        "“Focus time” (time for tasks)",
        "“Focus group”",
        "“Lunch talk” (marked as free)",
    ]


def test_a_meeting_over_focus_time_is_no_conflict():
    meetings = event("Fokuszeit", local(9), local(12)), event("A", local(10))
    assert conflicts(*meetings) == []
    assert len(conflicts(*meetings, on=replace(day(), focus_is_free=False))) == 1
