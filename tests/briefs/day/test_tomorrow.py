from datetime import date, timedelta

import pytest

from daybreak.agenda import TaskStatus

from ..factories import (  # noqa: TID252 - tests are no package
    TODAY,
    agenda,
    compose_brief,
    day,
    days_later,
    event,
    local,
    task,
)

TOMORROW = days_later(1)
MAUNDY_THURSDAY = date(2027, 3, 25)
GOOD_FRIDAY = MAUNDY_THURSDAY + timedelta(days=1)


def tomorrow(*things, on=None, country=None) -> list[str]:
    document = compose_brief(agenda(*things), on, country=country).document
    return [claim.text for claim in document.tomorrow]


def opening(*things, country=None) -> list[str]:
    brief = compose_brief(agenda(*things), day(MAUNDY_THURSDAY), country=country)
    return [claim.text for claim in brief.document.headline if claim.kind == "tomorrow"]


def test_an_empty_day_is_not_mentioned():
    assert tomorrow(event("Today", local(9)), task(due=TODAY), task(due=days_later(2))) == []


def test_first_appointments_and_due_tasks_are_in_one_line():
    found = tomorrow(
        *(
            event(title, local(hour, on=TOMORROW))
            for title, hour in (("C", 11), ("A", 9), ("D", 15), ("B", 10))
        ),
        event("Fair", TOMORROW),
        event("No", local(8, on=TOMORROW), declined=True),
        task(due=TOMORROW),
        task(due=TOMORROW, status=TaskStatus.DONE),
    )
    assert found == ["Tomorrow: all day “Fair”; “A” at 09:00, “B” at 10:00, “C” at 11:00 and 1 more; 1 due."]


def test_a_night_shift_of_today_is_not_an_appointment_of_tomorrow():
    assert tomorrow(event("Shift", local(22), local(6, on=TOMORROW))) == []


def test_the_public_holiday_of_the_country_is_named():
    assert tomorrow(on=day(MAUNDY_THURSDAY), country="DE") == ["Tomorrow: Good Friday, a public holiday."]
    assert tomorrow(on=day(MAUNDY_THURSDAY)) == []


def test_tasks_due_on_a_holiday_are_told_in_the_opening():
    due = task(due=GOOD_FRIDAY)
    said = "Tomorrow is Good Friday, a holiday: 1 due then, better done today."
    assert opening(due, country="DE") == [said]
    assert opening(country="DE") == []
    assert opening(due) == []


@pytest.mark.parametrize("title", ["Karfreitag", "Good Friday", "Feiertag (Büro zu)", "Bank holiday"])
def test_a_holiday_is_known_by_the_calendar_too(title: str):
    found = opening(task(due=GOOD_FRIDAY), event(title, GOOD_FRIDAY))
    assert found == [f"Tomorrow is “{title}”, a holiday: 1 due then, better done today."]


@pytest.mark.parametrize("title", ["Leo’s birthday", "Ostermontag", "Holiday planning"])
def test_other_all_day_events_are_no_holidays(title: str):
    assert opening(task(due=GOOD_FRIDAY), event(title, GOOD_FRIDAY)) == []
