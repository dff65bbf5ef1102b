"""Tests that the preview of a schedule equals the briefs after saving it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from daybreak import schedule
from daybreak.people import Frequency, Preferences, QuietDay, Weekday

MORNING = datetime(2026, 3, 30, 5, tzinfo=UTC)
CHANGES = [
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


async def preview_and_next(harness, user, timezone, changes) -> tuple[list, list]:
    wanted = replace(user, timezone=timezone, preferences=replace(Preferences(), **changes))
    async with harness.database.transaction([user.id]) as tx:
        promised = await schedule.preview(tx, wanted, 5)
    await harness.update_preferences(user, timezone=timezone, **changes)
    return promised, await schedule.next_briefs(harness.database, user.id, 5)


@pytest.mark.parametrize("hours", [-1, 0, 3, 30], ids=["before", "just due", "overdue", "long overdue"])
@pytest.mark.parametrize("ticks", [False, True], ids=["no tick", "ticked"])
async def test_preview_equals_next_briefs_after_saving(harness, hours, ticks):
    users = [await harness.create_user() for _ in CHANGES]
    now = harness.set_now(MORNING + timedelta(hours=hours))
    if ticks:
        await harness.tick(now)
    for user, (timezone, changes) in zip(users, CHANGES, strict=True):
        promised, actual = await preview_and_next(harness, user, timezone, changes)
        assert promised == actual, (timezone, changes)
        assert len(promised) == 5


async def test_preview_ignores_a_pause_and_contains_no_past_days(harness):
    user = await harness.create_user(active=False)
    harness.set_now(MORNING + timedelta(days=3, hours=1))
    async with harness.database.transaction([user.id]) as tx:
        promised = await schedule.preview(tx, user, 2)
    assert [due.local_date.day for due in promised] == [3, 4]
    await harness.update_preferences(user, active=True)
    assert await schedule.next_briefs(harness.database, user.id, 2) == promised
