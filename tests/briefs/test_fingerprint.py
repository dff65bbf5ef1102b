"""Test which preferences make an existing brief out of date."""

from datetime import time

import pytest

from daybreak.people import BriefLength, Preferences, Weekday

from .factories import agenda, compose_brief, task

FOUND = agenda(task())


def fingerprint(**wishes) -> str:
    return compose_brief(FOUND, preferences=Preferences(**wishes)).document.fingerprint


@pytest.mark.parametrize(
    "wishes",
    [
        {"workday_end": time(16)},
        {"lunch_start": time(12, 30)},
        {"lunch_start": None, "lunch_end": None},
        {"days_off": frozenset()},
        {"focus_is_free": False},
        {"shortest_gap_minutes": 30},
    ],
)
def test_changed_hours_make_a_brief_out_of_date(wishes):
    assert fingerprint(**wishes) != fingerprint()


def test_length_and_order_of_days_off_leave_a_brief_up_to_date():
    assert fingerprint(length=BriefLength.GLANCE) == fingerprint()
    sunday_first = frozenset([Weekday.SUNDAY, Weekday.SATURDAY])
    assert fingerprint(days_off=sunday_first) == fingerprint()
