"""Tests that the preview of a schedule equals the briefs after saving it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from daybreak import schedule
from daybreak.people import Frequency, Preferences, QuietDay, Weekday

MORNING = datetime(2026, 3, 30, 5, tzinfo=UTC)
ANEW = [
    ("Europe/Berlin", {"brief_time": time(7)}),
    ("Europe/Berlin", {"brief_time": time(23, 59)}),
    ("Europe/Berlin", {"brief_time": time(6, 59)}),
    ("Europe/Berlin", {"frequency": Frequency.WEEKLY, "weekdays": frozenset({Weekday.MONDAY})}),
    ("Asia/Tokyo", {"frequency": Frequency.CHOSEN, "weekdays": frozenset({Weekday.TUESDAY, Weekday.SUNDAY})}),
    ("Pacific/Kiritimati", {"brief_time": time(0)}),
    ("Pacific/Honolulu", {"brief_time": time(12)}),
    ("Europe/Berlin", {"quiet_day": QuietDay.WEEKLY, "weekly_day": Weekday.SATURDAY,
                       "frequency": Frequency.WEEKLY, "weekdays": frozenset({Weekday.THURSDAY})}),
]  # fmt: skip


async def promised_and_kept(office, user, zone, anew) -> tuple[list, list]:
    wanted = replace(user, timezone=zone, preferences=replace(Preferences(), **anew))
    async with office.database.transaction([user.id]) as tx:
        promised = await schedule.preview(tx, wanted, 5)
    await office.prefer(user, timezone=zone, **anew)
    return promised, await schedule.next_briefs(office.database, user.id, 5)


@pytest.mark.parametrize("hours", [-1, 0, 3, 30], ids=["before", "just due", "overdue", "long overdue"])
@pytest.mark.parametrize("ticks", [False, True], ids=["no tick", "ticked"])
async def test_preview_equals_next_briefs_after_saving(office, hours, ticks):
    users = [await office.join() for _ in ANEW]
    moment = office.at(MORNING + timedelta(hours=hours))
    if ticks:
        await office.tick(moment)
    for user, (zone, anew) in zip(users, ANEW, strict=True):
        promised, kept = await promised_and_kept(office, user, zone, anew)
        assert promised == kept, (zone, anew)
        assert len(promised) == 5


async def test_preview_ignores_a_pause_and_contains_no_past_days(office):
    user = await office.join(active=False)
    office.at(MORNING + timedelta(days=3, hours=1))
    async with office.database.transaction([user.id]) as tx:
        promised = await schedule.preview(tx, user, 2)
    assert [due.local_date.day for due in promised] == [3, 4]
    await office.prefer(user, active=True)
    assert await schedule.next_briefs(office.database, user.id, 2) == promised
