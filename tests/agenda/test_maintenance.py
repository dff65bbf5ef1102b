"""Tests of the periodic refresh of calendar URLs."""

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
async def calendar_responses(database, user, tmp_path, monkeypatch):
    """Add a calendar URL for the user; return the list of its responses."""
    vault = Vault.open(IntakeSettings(), tmp_path)
    answers = [CALENDAR]

    def fetch(*_arguments, **_named) -> Fetched:
        if isinstance(answers[-1], Unavailable):
            answers.append(answers[-1])
            raise answers[-1]
        if answers[-1] is None:
            raise Unavailable("The address does not answer.")
        return Fetched(content=answers[-1], etag="", last_modified="")

    monkeypatch.setattr("daybreak.agenda.sources.addresses.fetch", fetch)
    await agenda.add_address(database, user, "https://calendar.example/team.ics", vault)

    monkeypatch.setattr("daybreak.agenda.sources.defaults.open_vault", lambda: vault)
    return answers


async def get_latest_run(database, user):
    async with database.transaction([user.id]) as tx:
        return (await runs.list_runs(tx, user.id, kinds=["agenda.refresh"]))[0]


async def run_refresh(database, user):
    await agenda.enqueue_refreshes(database)
    for _ in range(3):  # a URL that does not respond is requested again
        await testing.run_all_due(database, agenda.kinds(), user.id)
        await testing.advance_clock(database, user.id, timedelta(minutes=1))
    return await get_latest_run(database, user)


async def test_url_not_read_for_hours_is_refreshed(database, user, calendar_responses):
    run = await run_refresh(database, user)
    assert (run.status, run.result) == (Status.SUCCEEDED, {"sources": 1})
    assert [one.events for one in await agenda.list_sources(database, user)] == [1]


async def test_owner_has_one_open_refresh_and_none_while_the_url_is_fresh(
    database, user, calendar_responses, monkeypatch
):
    await agenda.enqueue_refreshes(database)
    run = await run_refresh(database, user)
    await agenda.enqueue_refreshes(database)
    assert (await get_latest_run(database, user)).id == run.id
    later = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    await agenda.enqueue_refreshes(database)
    assert (await get_latest_run(database, user)).id != run.id


async def test_unresponsive_url_is_a_gap_and_counts_as_stale_after_days(
    database, user, calendar_responses, monkeypatch
):
    calendar_responses.append(None)
    run = await run_refresh(database, user)
    assert (run.status, len(run.gaps)) == (Status.PARTIAL, 1)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not (await agenda.report_stale_sources(database)).startswith("0 sources")


@pytest.mark.parametrize(("seconds", "requests"), [(None, 3), (5, 3), (61, 1), (3600, 1), (86_400, 1)])
async def test_url_is_not_requested_again_before_the_time_that_its_server_asks_for(
    database, user, calendar_responses, seconds, requests
):
    error = Unavailable("It answered 429 Too Many Requests; try again later.")
    calendar_responses[:] = [error if seconds is None else error.with_retry_after(seconds)]
    run = await run_refresh(database, user)
    assert run.status == Status.PARTIAL
    assert len(calendar_responses) == 1 + requests
    (known,) = await agenda.list_sources(database, user)
    assert known.source.error == str(error)
