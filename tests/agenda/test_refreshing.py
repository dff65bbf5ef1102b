"""Calendar addresses are asked again in the background, so that a brief in the night finds them read."""

from datetime import timedelta

import pytest

from daybreak import agenda, clock, runs
from daybreak.agenda import Reader
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

    async def open_reader(_user_id) -> Reader:
        return Reader(database, user, user.today(), IntakeSettings(), lambda: vault)

    return agenda.refresh_kind(open_reader), answers


async def only_run(database, user):
    async with database.transaction([user.id]) as tx:
        return (await runs.list_runs(tx, user.id, kinds=["agenda.refresh"]))[0]


async def refreshed(database, user, kind):
    await agenda.start_refreshes(database)
    return await testing.run_inline(database, [kind], await only_run(database, user))


async def test_an_address_that_was_not_asked_for_hours_is_read(database, user, subscribed):
    kind, _ = subscribed
    run = await refreshed(database, user, kind)
    assert (run.status, run.result) == (Status.SUCCEEDED, {"addresses": 1, "read": 1})
    assert [one.events for one in await agenda.overview(database, user)] == [1]


async def test_one_refresh_at_a_time_is_open_for_an_owner_and_none_while_it_is_fresh(
    database, user, subscribed, monkeypatch
):
    kind, _ = subscribed
    await agenda.start_refreshes(database)
    await agenda.start_refreshes(database)
    run = await testing.run_inline(database, [kind], await only_run(database, user))
    await agenda.start_refreshes(database)
    assert (await only_run(database, user)).id == run.id
    later = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    await agenda.start_refreshes(database)
    assert (await only_run(database, user)).id != run.id


async def test_an_address_that_does_not_answer_is_a_gap_and_counts_as_stale_after_days(
    database, user, subscribed, monkeypatch
):
    kind, answers = subscribed
    answers.append(None)
    run = await refreshed(database, user, kind)
    assert (run.status, run.result) == (Status.PARTIAL, {"addresses": 1, "read": 0})
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not (await agenda.report_stale(database)).startswith("0 sources")
