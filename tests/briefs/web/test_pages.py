"""Test the pages Today and Briefs in a browser without scripts."""

import html
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from daybreak import briefs, clock, people, runs
from daybreak.agenda.parsed import ImportedTask
from daybreak.briefs import Edition
from daybreak.db import Database
from daybreak.people import BriefLength, QuietDay
from daybreak.runs import Run, Status, testing

from ..conftest import PlanFolder  # noqa: TID252 - tests are no package that could be named
from .sample_agenda import MARKET, NOW, SEEDS, SUNDAY, WATER

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
async def brief(plans: PlanFolder) -> PlanFolder:
    """Return Anna's plans, with a brief of today that she has not opened yet."""
    await plans.replace_items(WATER, SEEDS, MARKET)
    await briefs.compose(plans.database, plans.user.id, SUNDAY)
    return plans


async def find_latest_run(plans: PlanFolder) -> Run:
    async with plans.database.transaction([plans.user.id]) as tx:
        return (await runs.list_runs(tx, plans.user.id))[0]


async def run_latest(plans: PlanFolder) -> Run:
    """Run the latest run to its end, as a worker would."""
    return await testing.run_inline(plans.database, [briefs.COMPOSE], await find_latest_run(plans))


def words_of(page: str) -> str:
    """Return the words of a page, without its tags."""
    return " ".join(re.sub("<[^>]+>", "", page).split())


def title_of(page: str, task: str) -> str:
    return re.search(rf'<a href="/agenda/tasks/{task}"><bdi>([^<]+)<', page)[1]


def sentence_id(page: str, words: str) -> str:
    return re.search(rf'id="s-([0-9a-f]{{16}})"(?:(?!id="s-).)*?{re.escape(words)}', page, re.DOTALL)[1]


async def request_todays_brief(client) -> str:
    """Submit the form of today's page, as its script does, and return the page that follows."""
    form = re.search(r'action="([^"]+/compose)" data-send-at-once', (await client.get("/")).text)
    await client.post(form[1], regenerate="none")
    return (await client.get("/")).text


async def test_opening_today_starts_nothing_but_its_form_does(anna_client, plans):
    await plans.replace_items(WATER)
    opened = await anna_client.get("/")
    assert (opened.status_code, "No brief for today yet" in opened.text) == (200, True)
    async with plans.database.transaction([plans.user.id]) as tx:
        assert not await runs.list_runs(tx, plans.user.id)
    assert f'action="/briefs/{SUNDAY}/compose" data-send-at-once' in opened.text
    waiting = await request_todays_brief(anna_client)
    assert "Creating your brief…" in waiting
    assert '<meta http-equiv="refresh" content="2">' in waiting
    assert "data-send-at-once" not in waiting
    await anna_client.get("/")
    assert (await run_latest(plans)).status is Status.SUCCEEDED
    page = (await anna_client.get("/")).text
    assert "Water the plants" in page
    assert "refresh" not in page
    async with plans.database.transaction([plans.user.id]) as tx:
        assert len(await runs.list_runs(tx, plans.user.id)) == 1


async def test_an_empty_agenda_redirects_to_onboarding(anna_client):
    answer = await anna_client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")


async def test_a_brief_without_a_worker_shows_a_hint(anna_client, plans, admin_connection):
    await admin_connection.execute("DELETE FROM runs_workers")
    page = await request_todays_brief(anna_client)
    assert "The background worker isn’t running" in page
    assert "daybreak worker" in page


async def test_the_page_shows_next_actions_then_the_day_and_sources(anna_client, brief):
    page = (await anna_client.get("/")).text
    order = [
        page.index(words) for words in ("Sunday 29 March 2026", "Start here", "<svg", "<h2><bdi>Your day<")
    ]
    assert order == sorted(order)
    assert "Task Order seeds open, due Friday 27 March" in words_of(page)
    assert "plans: plan.md:2" in page


async def test_the_length_of_a_brief_is_chosen_on_its_page(anna_client, brief):
    page = (await anna_client.get("/")).text
    assert '<a href="/?length=standard" aria-current="true">Standard</a>' in page
    assert '<a href="/?length=full">Full</a>' in page
    assert "Without a project" not in words_of((await anna_client.get("/?length=glance")).text)
    full = (await anna_client.get("/?length=full")).text
    assert "Without a project" in words_of(full)
    assert '<a href="/?length=full" aria-current="true">Full</a>' in full
    assert (await anna_client.get("/?length=endless")).status_code == 422


async def test_the_preferred_length_is_shown_unless_another_is_chosen(anna_client, brief):
    preferences = replace(brief.user.preferences, length=BriefLength.GLANCE)
    await people.update_user_with(
        brief.database, brief.user.id, lambda user: replace(user, preferences=preferences)
    )
    assert 'aria-current="true">Glance</a>' in (await anna_client.get("/")).text
    assert 'aria-current="true">Standard</a>' in (await anna_client.get("/?length=standard")).text


async def test_links_and_actions_of_a_page_keep_its_edition_and_length(anna_client, brief):
    await briefs.compose(brief.database, brief.user.id, SUNDAY, edition=Edition.WEEKLY)
    here = f"/briefs/{SUNDAY}?edition=weekly&length=full"
    page = html.unescape((await anna_client.get(here)).text)
    assert f'<a href="{here}" aria-current="true">Full</a>' in page
    assert f'<a href="/briefs/{SUNDAY}?edition=weekly&length=glance">Glance</a>' in page
    assert '<a href="/?length=full">Daily brief</a>' in page
    judge = f"/briefs/{SUNDAY}/feedback?edition=weekly&length=full"
    assert f'action="{judge}"' in page
    claim = sentence_id(page, "Order seeds")
    answer = await anna_client.post(judge, wrong=claim)
    assert answer.headers["location"] == f"{here}#s-{claim}"


async def test_feedback_is_recorded_for_sentences_of_every_length(anna_client, brief):
    for length in BriefLength:
        page = (await anna_client.get(f"/?length={length}")).text
        claims = set(re.findall(r'name="useful" value="([0-9a-f]{16})"', page))
        assert claims
        for claim in claims:
            answer = await anna_client.post(f"/briefs/{SUNDAY}/feedback?length={length}", useful=claim)
            assert answer.headers["location"].endswith(f"#s-{claim}")
        marked = (await anna_client.get(f"/?length={length}")).text
        assert set(re.findall(r'name="nothing" value="([0-9a-f]{16})"', marked)) == claims
        for claim in claims:
            await anna_client.post(f"/briefs/{SUNDAY}/feedback", nothing=claim)


async def test_a_brief_of_an_empty_agenda_invites_to_add_something(
    anna_client, bob_client, brief, other_user
):
    await briefs.compose(brief.database, other_user.id, SUNDAY)
    page = (await bob_client.get("/")).text
    links = re.findall(r'<a href="([^"]+)" role="button"[^>]*>([^<]+)</a>', page)
    assert links == [
        ("/agenda/sources#send-files", "Upload files"),
        ("/agenda/sources#add-address", "Add a calendar"),
        ("/welcome#sample", "Try the sample"),
    ]
    for path in ("/agenda/sources#send-files", "/agenda/sources#add-address", "/welcome#sample"):
        address, _, anchor = path.partition("#")
        assert f'id="{anchor}"' in (await bob_client.get(address)).text
    assert "Try the sample" not in (await anna_client.get("/")).text


async def test_opening_a_brief_marks_it_as_received(anna_client, brief):
    await anna_client.get("/")
    await brief.replace_items(
        WATER, SEEDS, MARKET, ImportedTask(external_id="9", title="Mow", source_ref="plan.md:9")
    )
    monday = SUNDAY + timedelta(days=1)
    since_last = (await briefs.compose(brief.database, brief.user.id, monday)).document.since_last
    assert (since_last.date, [entry.text for entry in since_last.entries if entry.kind == "came_in"]) == (
        SUNDAY,
        ["“Mow” came in."],
    )


async def test_a_brief_stays_readable_while_it_is_composed_again(anna_client, brief):
    await brief.replace_items(
        WATER, ImportedTask(external_id="9", title="Mow the lawn", source_ref="plan.md:9", due=SUNDAY)
    )
    answer = await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="changed")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = (await anna_client.get("/")).text
    assert "Updating…" in page
    assert "Water the plants" in page
    await run_latest(brief)
    assert "Mow the lawn" in (await anna_client.get("/")).text


async def test_regenerate_none_does_not_compose_an_existing_brief(anna_client, brief):
    answer = await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="none")
    assert answer.status_code == 303
    assert "There is a brief already" in (await anna_client.get("/")).text
    async with brief.database.transaction([brief.user.id]) as tx:
        assert await runs.list_runs(tx, brief.user.id) == []


async def test_a_brief_of_unchanged_facts_is_not_composed_again(anna_client, brief):
    await anna_client.get("/")
    await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="changed")
    assert "Already up to date." in (await anna_client.get("/")).text
    async with brief.database.transaction([brief.user.id]) as tx:
        assert await runs.list_runs(tx, brief.user.id) == []


async def test_every_edition_of_a_day_has_a_page_with_links_to_the_others(anna_client, brief):
    await briefs.compose(brief.database, brief.user.id, SUNDAY, edition=Edition.WEEKLY)
    here = f"/briefs/{SUNDAY}?edition=weekly"
    assert f'<a href="{here}">Weekly review</a>' in (await anna_client.get("/")).text
    page = (await anna_client.get(here)).text
    assert "<title>Weekly review, Sunday 29 March 2026" in page
    assert "Week of 23 to 29 March 2026" in page
    assert '<a href="/">Daily brief</a>' in page
    claim = sentence_id(page, "Order seeds")
    judged = await anna_client.post(f"/briefs/{SUNDAY}/feedback?edition=weekly", wrong=claim)
    assert judged.headers["location"] == f"{here}#s-{claim}"
    page = (await anna_client.get(here)).text
    assert 'aria-pressed="true">Wrong' in page
    assert f'action="/briefs/{SUNDAY}/feedback?edition=weekly"' in page
    assert 'aria-pressed="true">Wrong' not in (await anna_client.get("/")).text
    archive = (await anna_client.get("/briefs?q=seeds")).text
    assert f'<a href="{here}">Sunday 29 March 2026: Weekly review</a>' in archive


async def test_a_weekly_brief_is_composed_from_its_page(anna_client, brief):
    here = f"/briefs/{SUNDAY}?edition=weekly"
    assert (await anna_client.get(here)).status_code == 404
    answer = await anna_client.post(f"/briefs/{SUNDAY}/compose?edition=weekly", regenerate="none")
    assert answer.headers["location"] == here
    assert "Creating your brief…" in (await anna_client.get(here)).text
    await run_latest(brief)
    page = (await anna_client.get(here)).text
    task = re.search(r'name="done" value="([0-9a-f-]{36})"', page)[1]
    decided = await anna_client.post(f"/briefs/{SUNDAY}/tasks?edition=weekly", done=task)
    assert decided.headers["location"] == here
    await run_latest(brief)
    assert re.search(r"Task [A-Z][a-z ]+ done, ", words_of((await anna_client.get(here)).text))


async def test_a_skipped_brief_can_be_composed_on_request(anna_client, plans, monkeypatch):
    preferences = replace(plans.user.preferences, quiet_day=QuietDay.SKIP)
    await people.update_user_with(
        plans.database, plans.user.id, lambda _: replace(plans.user, preferences=preferences)
    )
    await plans.replace_items(
        ImportedTask(external_id="1", title="Later", source_ref="plan.md:1", due=date(2026, 4, 20))
    )
    async with plans.database.transaction([plans.user.id]) as tx:
        await tx.execute(
            "INSERT INTO schedule_outcomes"
            " (owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
            " VALUES ($1, $2, 'standard', 'skipped', 'quiet', now(), now())",
            plans.user.id,
            SUNDAY,
        )
    page = await anna_client.get("/")
    assert (page.status_code, "No brief today: nothing is due" in page.text) == (200, True)
    await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="none")
    await run_latest(plans)
    assert "A quiet day: nothing is due" in (await anna_client.get("/")).text
    assert "No brief today" not in (await anna_client.get("/")).text


async def test_a_reengagement_note_cannot_be_requested(anna_client, brief):
    answer = await anna_client.post(f"/briefs/{SUNDAY}/compose?edition=reengagement", regenerate="all")
    assert (answer.status_code, "by the schedule alone" in answer.text) == (422, True)


async def test_a_failed_brief_shows_the_reason_and_can_be_retried(anna_client, plans, monkeypatch):
    await request_todays_brief(anna_client)
    async with plans.database.transaction([plans.user.id]) as tx:
        await runs.cancel(tx, plans.user.id, (await find_latest_run_in(tx, plans)).id)
    page = (await anna_client.get("/")).text
    assert "couldn’t be created" in page
    assert "It was cancelled" in page
    await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="changed")
    assert "Creating your brief…" in (await anna_client.get("/")).text


async def find_latest_run_in(tx, plans: PlanFolder) -> Run:
    return (await runs.list_runs(tx, plans.user.id))[0]


async def test_a_task_can_be_done_and_undone_from_the_brief(anna_client, brief):
    page = (await anna_client.get("/")).text
    task = re.search(r'name="done" value="([0-9a-f-]{36})"', page)[1]
    title = title_of(page, task)
    await anna_client.post(f"/briefs/{SUNDAY}/tasks", done=task)
    after = (await anna_client.get("/")).text
    assert f"“{title}” is done." in after
    assert f'name="undo" value="{task}"' in after
    await run_latest(brief)
    assert f"Task {title} done, " in words_of((await anna_client.get("/?length=full")).text)
    await anna_client.post(f"/briefs/{SUNDAY}/tasks", undo=task)
    await run_latest(brief)
    assert f"Task {title} done, " not in words_of((await anna_client.get("/?length=full")).text)


@pytest.mark.parametrize("verb", ["snooze", "ignore"])
async def test_a_snoozed_or_ignored_task_leaves_the_brief(anna_client, brief, verb: str):
    page = (await anna_client.get("/")).text
    chosen = re.search(rf'name="{verb}" value="([^"]+)"', page)[1]
    title = title_of(page, chosen[:36])
    await anna_client.post(f"/briefs/{SUNDAY}/tasks", **{verb: chosen})
    await run_latest(brief)
    await anna_client.get("/")
    assert f"Task {title}" not in words_of((await anna_client.get("/")).text)


async def test_a_task_cannot_be_snoozed_until_yesterday(anna_client, brief):
    page = (await anna_client.get("/")).text
    task = re.search(r'name="done" value="([0-9a-f-]{36})"', page)[1]
    answer = await anna_client.post(f"/briefs/{SUNDAY}/tasks", snooze=f"{task}/2026-03-28")
    assert (answer.status_code, "from tomorrow on" in answer.text) == (422, True)


async def test_feedback_on_a_sentence_is_recorded_and_can_be_removed(anna_client, brief):
    claim = sentence_id((await anna_client.get("/")).text, "Order seeds")
    answer = await anna_client.post(f"/briefs/{SUNDAY}/feedback", wrong=claim)
    assert answer.headers["location"] == f"/#s-{claim}"
    page = (await anna_client.get("/")).text
    assert f'name="nothing" value="{claim}" aria-pressed="true">Wrong' in page
    await briefs.compose(brief.database, brief.user.id, SUNDAY)
    assert 'aria-pressed="true">Wrong' in (await anna_client.get("/")).text
    await anna_client.post(f"/briefs/{SUNDAY}/feedback", nothing=claim)
    assert 'aria-pressed="true">Wrong' not in (await anna_client.get("/")).text


async def test_feedback_on_a_sentence_that_is_gone_leads_back_to_the_brief(anna_client, brief):
    answer = await anna_client.post(f"/briefs/{SUNDAY}/feedback", useful="0" * 16)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "The brief has changed and no longer says this." in (await anna_client.get("/")).text
    gone = await anna_client.post("/briefs/2026-03-02/feedback", useful="0" * 16)
    assert gone.status_code == 404


async def test_the_archive_links_every_brief_and_briefs_link_their_neighbours(anna_client, brief):
    await briefs.compose(brief.database, brief.user.id, SUNDAY - timedelta(days=1))
    archive = (await anna_client.get("/briefs")).text
    assert archive.index("Sunday 29 March 2026") < archive.index("Saturday 28 March 2026")
    saturday = (await anna_client.get("/briefs/2026-03-28")).text
    assert '<a href="/" rel="next">Next</a>' in saturday
    assert '<a href="/briefs/2026-03-28" rel="prev">Previous</a>' in (await anna_client.get("/")).text


async def test_the_search_matches_any_form_of_a_word(anna_client, brief, monkeypatch):
    found = (await anna_client.get("/briefs?q=seed+ordering")).text
    assert "<mark>Order</mark> <mark>seeds</mark> was due" in found
    assert "No results for “tractor”" in (await anna_client.get("/briefs?q=tractor")).text
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    await brief.replace_items(
        ImportedTask(external_id="8", title="Repair the TRÄCTOR", source_ref="plan.md:8")
    )
    await briefs.compose(brief.database, brief.user.id, SUNDAY)
    assert "<mark>TRÄCTOR</mark>" in (await anna_client.get("/briefs?q=träctor")).text
    entry = (await anna_client.get('/briefs?q="no+due+date"')).text
    assert "Repair the TRÄCTOR has" in words_of(entry)


async def test_the_archive_is_paged(anna_client, plans):
    days = [SUNDAY - timedelta(days=number) for number in range(22)]
    for day in days:
        await briefs.compose(plans.database, plans.user.id, day)
    first = (await anna_client.get("/briefs")).text
    older = re.search(r'href="(/briefs\?[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = (await anna_client.get(older)).text
    shown = [re.findall(r"/briefs/(\d{4}-\d\d-\d\d)", page) for page in (first, second)]
    assert sorted({*shown[0], *shown[1], SUNDAY.isoformat()}) == sorted(day.isoformat() for day in days)
    assert not set(shown[0]) & set(shown[1])


async def test_foreign_titles_are_escaped(anna_client, plans):
    await plans.replace_items(ImportedTask(external_id="1", title=EVIL, source_ref=EVIL, due=SUNDAY))
    await briefs.compose(plans.database, plans.user.id, SUNDAY)
    for path in ("/", "/briefs", "/briefs?q=script", f"/briefs?q={EVIL}"):
        page = (await anna_client.get(path)).text
        assert "<script>alert" not in page
        assert "<img" not in page.replace('<img src="/static', "")


async def test_a_brief_is_not_accessible_to_other_users(anna_client, bob_client, brief):
    claim = sentence_id((await anna_client.get("/")).text, "Order seeds")
    task = re.search(r'name="done" value="([0-9a-f-]{36})"', (await anna_client.get("/")).text)[1]
    await anna_client.post(f"/briefs/{SUNDAY}/compose", regenerate="all")
    run = await find_latest_run(brief)
    assert "seeds" not in (await bob_client.get("/")).text
    assert "No results for “seeds”" in (await bob_client.get("/briefs?q=seeds")).text
    assert (await bob_client.get(f"/briefs/runs/{run.id}/stream")).status_code == 404
    assert (await bob_client.post(f"/briefs/{SUNDAY}/feedback", useful=claim)).status_code == 404
    assert (await bob_client.post(f"/briefs/{SUNDAY}/tasks", done=task)).status_code == 404


async def test_a_day_without_a_brief_offers_to_compose_one(anna_client, plans):
    page = await anna_client.get("/briefs/2026-03-02")
    assert (page.status_code, "No brief for this day." in page.text) == (404, True)
    answer = await anna_client.post("/briefs/2026-03-02/compose", regenerate="none")
    assert answer.headers["location"] == "/briefs/2026-03-02"
    assert "Creating your brief…" in (await anna_client.get("/briefs/2026-03-02")).text


async def test_no_page_executes_more_than_eight_statements(anna_client, brief, monkeypatch):
    asked: list[str] = []
    plain = Database.without_owner

    @asynccontextmanager
    async def logged(database):
        async with plain(database) as connection:
            with connection.query_logger(lambda record: asked.append(record.query)):
                yield connection

    monkeypatch.setattr(Database, "without_owner", logged)
    for path in ("/", "/", "/briefs", "/briefs?q=seeds", "/briefs?q=seeds", f"/briefs/{SUNDAY}"):
        asked.clear()
        assert (await anna_client.get(path)).status_code == 200
        statements = [query for query in asked if not query.startswith(("BEGIN", "COMMIT"))]
        assert 1 < len(statements) <= 8, (path, statements)


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(9999, 12, 31), "tomorrow"])
async def test_a_date_too_far_away_is_rejected(anna_client, plans, day):
    answer = await anna_client.post(f"/briefs/{day}/compose", regenerate="none")
    assert answer.status_code in {404, 422}
