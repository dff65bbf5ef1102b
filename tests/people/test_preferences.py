"""Tests of preferences: validation, storage and activity."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import pytest

from daybreak import clock, people
from daybreak.errors import InvalidInput
from daybreak.people import (
    BriefLength,
    Frequency,
    Preferences,
    ProjectChoice,
    QuietDay,
    Weekday,
    resolve_weekdays,
)

MONDAY, THURSDAY = Weekday.MONDAY, Weekday.THURSDAY


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"brief_time": time(7, 0, 30)}, "to the minute"),
        ({"brief_time": time(7, tzinfo=UTC)}, "local time"),
        ({"frequency": Frequency.WEEKLY}, "one day of the week"),
        ({"frequency": Frequency.WEEKLY, "weekdays": frozenset({MONDAY, THURSDAY})}, "one day of the week"),
        ({"frequency": Frequency.CHOSEN, "weekdays": frozenset()}, "No day of the week"),
        ({"frequency": Frequency.WEEKDAYS}, "has fixed days"),
        ({"frequency": Frequency.DAILY, "weekdays": frozenset({MONDAY})}, "has fixed days"),
        ({"catch_up": timedelta(hours=21)}, "0 to 20 hours"),
        ({"catch_up": timedelta(minutes=-1)}, "0 to 20 hours"),
        ({"workday_start": time(9, tzinfo=UTC)}, "has a time zone"),
        ({"lunch_start": None}, "needs a start and an end"),
        ({"lunch_end": None}, "needs a start and an end"),
        ({"lunch_start": time(13), "lunch_end": time(13)}, "has no minutes"),
        ({"lunch_start": time(12, tzinfo=UTC)}, "has a time zone"),
        ({"shortest_gap_minutes": 4}, "5 to 240 minutes"),
        ({"shortest_gap_minutes": 241}, "5 to 240 minutes"),
        ({"project_choice": ProjectChoice.ONLY}, "at least one"),
        ({"project_choice": ProjectChoice.EXCEPT, "projects": ("a\0",)}, "printable"),
    ],
)
def test_invalid_preference_is_rejected(wishes, words):
    with pytest.raises(InvalidInput, match=words):
        Preferences(**wishes)


def test_frequency_resolves_to_its_weekdays():
    assert len(resolve_weekdays(Frequency.DAILY)) == 7
    assert resolve_weekdays(Frequency.WEEKDAYS) == frozenset(map(Weekday, range(1, 6)))
    assert resolve_weekdays(Frequency.WEEKLY, [MONDAY]) == frozenset({MONDAY})


def test_brief_is_due_on_selected_weekdays_unless_paused():
    preferences = Preferences(frequency=Frequency.CHOSEN, weekdays=frozenset({MONDAY}))
    assert [preferences.is_brief_day(date(2026, 3, day)) for day in (29, 30, 31)] == [False, True, False]
    assert not replace(preferences, active=False).is_brief_day(date(2026, 3, 30))


def test_projects_are_included_or_excluded():
    only = Preferences(project_choice=ProjectChoice.ONLY, projects=("House",))
    without = replace(only, project_choice=ProjectChoice.EXCEPT)
    assert [only.includes_project(name) for name in ("House", "Work", None)] == [True, False, False]
    assert [without.includes_project(name) for name in ("House", "Work", None)] == [False, True, True]


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"lunch_start": None}, "lunch_start"),
        ({"lunch_end": None}, "lunch_end"),
        ({"lunch_end": time(11)}, "lunch_end"),
        ({"shortest_gap_minutes": 0}, "shortest_gap_minutes"),
    ],
)
def test_error_names_the_field_of_the_form(wishes, field):
    with pytest.raises(InvalidInput) as refused:
        Preferences(**wishes)
    assert list(refused.value.details["errors"]) == [field]


@pytest.mark.parametrize(
    "wrong",
    [
        "lunch_end = NULL",
        "lunch_start = '14:00'",
        "days_off = '{0}'",
        "length = 'epic'",
        "shortest_gap_minutes = 4",
    ],
)
async def test_database_refuses_invalid_preferences(database, user, wrong):
    with pytest.raises(asyncpg.CheckViolationError):
        async with database.transaction([user.id]) as tx:
            await tx.execute(
                f"UPDATE people_preferences SET {wrong} WHERE owner_id = $1",  # noqa: S608 - of this test
                user.id,
            )


async def test_every_preference_survives_storage(database, user):
    wishes = Preferences(
        active=False,
        brief_time=time(6, 15),
        frequency=Frequency.CHOSEN,
        weekdays=frozenset({MONDAY, THURSDAY}),
        email=True,
        quiet_day=QuietDay.WEEKLY,
        weekly_day=Weekday.SUNDAY,
        catch_up=timedelta(minutes=90),
        reengagement=False,
        project_choice=ProjectChoice.EXCEPT,
        projects=("House", "Garten"),
        length=BriefLength.GLANCE,
        lunch_start=None,
        lunch_end=None,
        days_off=frozenset({Weekday.SUNDAY, Weekday.MONDAY}),
        focus_is_free=False,
        shortest_gap_minutes=240,
    )
    await people.update_user_with(database, user.id, lambda _: replace(user, preferences=wishes))
    found = await people.find_by_email(database, user.email)
    assert found is not None
    assert found.preferences == wishes


async def test_activity_is_recorded_every_few_minutes_and_never_goes_back(database, user, monkeypatch):
    async def seen() -> datetime:
        async with database.transaction([user.id]) as tx:
            await people.record_activity(tx, user.id)
            return await tx.fetchval("SELECT last_seen_at FROM people_users WHERE id = $1", user.id)

    later = datetime.now(UTC) + timedelta(hours=1)
    for minutes, expected in ((0, 0), (4, 0), (6, 6), (-60, 6)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: later + timedelta(minutes=minutes))
        assert await seen() == later + timedelta(minutes=expected)
