"""Calendar addresses are asked again in the background, so that a brief in the night finds them read."""

from datetime import timedelta

import pytest

from daybreak import agenda, clock, runs
from daybreak.errors import Unavailable
from daybreak.intake import Fetched, IntakeSettings, Vault
from daybreak.runs import Status, testing

CALENDAR = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
DTSTART:20260330T080000Z
SUMMARY:Tea
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def subscribed(database, user, tmp_path, monkeypatch):
    """A user with an address, and what answers there."""
    vault = Vault.open(IntakeSettings(), tmp_path)
    answers = [CALENDAR]

    def fetch(*_arguments, **_named) -> Fetched:
        if answers[-1] is None:
            raise Unavailable("The address does not answer.")
        return Fetched(content=answers[-1], etag="", last_modified="")

    monkeypatch.setattr("daybreak.agenda.importing.fetch", fetch)
    await agenda.add_address(database, user, "https://calendar.example/team.ics", vault)

    monkeypatch.setattr("daybreak.agenda.equipment.open_vault", lambda: vault)
    return answers


async def only_run(database, user):
    async with database.transaction([user.id]) as tx:
        return (await runs.list_runs(tx, user.id, kinds=["agenda.refresh"]))[0]


async def refreshed(database, user):
    await agenda.start_refreshes(database)
    for _ in range(3):  # an address that does not answer is asked again
        await testing.drain(database, agenda.kinds(), user.id)
        await testing.move_clock(database, user.id, timedelta(minutes=1))
    return await only_run(database, user)


async def test_an_address_that_was_not_asked_for_hours_is_read(database, user, subscribed):
    run = await refreshed(database, user)
    assert (run.status, run.result) == (Status.SUCCEEDED, {"sources": 1})
    assert [one.events for one in await agenda.overview(database, user)] == [1]


async def test_one_refresh_at_a_time_is_open_for_an_owner_and_none_while_it_is_fresh(
    database, user, subscribed, monkeypatch
):
    await agenda.start_refreshes(database)
    run = await refreshed(database, user)
    await agenda.start_refreshes(database)
    assert (await only_run(database, user)).id == run.id
    later = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    await agenda.start_refreshes(database)
    assert (await only_run(database, user)).id != run.id


async def test_an_address_that_does_not_answer_is_a_gap_and_counts_as_stale_after_days(
    database, user, subscribed, monkeypatch
):
    subscribed.append(None)
    run = await refreshed(database, user)
    assert (run.status, len(run.gaps)) == (Status.PARTIAL, 1)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not (await agenda.report_stale(database)).startswith("0 sources")
