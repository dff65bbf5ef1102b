"""Tests of the changes since the last brief when another source cancels an event."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from daybreak import agenda, briefs
from daybreak.agenda.parsed import ImportedEvent, ImportedRevision

from .conftest import PlanFolder

SATURDAY = date(2026, 3, 28)
START = datetime(2026, 3, 31, 8, tzinfo=UTC)


def meeting(number: int = 0, **parts) -> ImportedEvent:
    start = START + timedelta(days=number)
    original = {"recurrence_id": start.isoformat(), "external_id": f"m/{start.isoformat()}"}
    content = {"external_id": "m", "uid": "m", "title": "Interview", "source_ref": "m"}
    times = {"start": start, "end": start + timedelta(hours=1)}
    return ImportedEvent(**(content | times | (original if parts.pop("in_series", False) else {}) | parts))


def cancel(**parts) -> ImportedRevision:
    return ImportedRevision(uid="m", sequence=1, is_cancelled=True, is_message=True, **parts)


async def changes(plans: PlanFolder, days: int) -> list[str]:
    brief = await briefs.compose(plans.database, plans.user.id, SATURDAY + timedelta(days=days))
    await briefs.mark_received(plans.database, plans.user.id, brief.id)
    return [claim.text for claim in brief.document.since_last.entries]


ALL_GONE = "“Interview” (Tuesday at 10:00) is no longer on the calendar."
SERIES = [meeting(number, in_series=True) for number in range(3)]


@pytest.mark.parametrize(
    ("events", "cancellation", "expected"),
    [
        ([meeting()], cancel(), [ALL_GONE]),
        ([meeting()], cancel(recurrence_id=START.isoformat()), []),
        ([meeting(sequence=2)], cancel(), []),
        (SERIES, cancel(recurrence_id=START.isoformat()), [ALL_GONE]),
        (SERIES, cancel(recurrence_id=(START + timedelta(days=9)).isoformat()), []),
    ],
)
async def test_cancelled_event_is_one_change(
    plans: PlanFolder, new_plans: Callable, events, cancellation, expected
):
    mail = await new_plans("mail")
    await plans.replace_items(*events)
    await mail.replace_items()
    assert await changes(plans, 0) == []
    await mail.replace_items(cancellation)
    assert await changes(plans, 1) == expected
    assert await changes(plans, 2) == []


async def test_later_invitation_is_one_move_and_its_own_cancellation_one_more(
    plans: PlanFolder, new_plans: Callable
):
    mail, team = await new_plans("mail"), await new_plans("team")
    await plans.replace_items(meeting())
    await mail.replace_items()
    await team.replace_items()
    assert await changes(plans, 0) == []
    await mail.replace_items(cancel())
    later = START + timedelta(hours=5)
    await team.replace_items(meeting(sequence=2, start=later, end=later + timedelta(hours=1)))
    assert await changes(plans, 1) == ["“Interview” moved from 10:00 to 15:00 on Tuesday."]
    await mail.replace_items(replace(cancel(), sequence=3))
    assert await changes(plans, 2) == ["“Interview” (tomorrow at 15:00) is no longer on the calendar."]


async def test_event_that_returns_with_the_source_of_its_cancellation_deleted_is_one_change(
    plans: PlanFolder, new_plans: Callable
):
    mail = await new_plans("mail")
    await plans.replace_items(meeting())
    await mail.replace_items(cancel())
    assert await changes(plans, 0) == []
    await agenda.delete_source_by_reference(plans.database, plans.user, "mail")
    assert await changes(plans, 1) == ["“Interview” was added for Tuesday at 10:00."]
    assert await changes(plans, 2) == []
