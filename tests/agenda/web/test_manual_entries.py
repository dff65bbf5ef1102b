"""Tests of manually entered projects, notes and events, and of the calendar."""

import re

import pytest

from ..workspace import UserWorkspace  # noqa: TID252 - tests are no package that could be named


async def submit(browser, path: str, **form) -> str:
    answer = await browser.post(path, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_project_page_shows_its_phases_tasks_and_notes(anna_client):
    project = await submit(anna_client, "/agenda/projects", name="Garden", description="Behind the house")
    row_id = project.rpartition("/")[2]
    await submit(anna_client, f"{project}/phases", name="Spring", start_on="2026-03-01", end_on="2026-05-31")
    await submit(anna_client, "/agenda/tasks", title="Sow beans", project_id=row_id)
    await submit(anna_client, "/agenda/notes", title="Soil", body="It is heavy.", project_id=row_id)
    page = (await anna_client.get(project)).text
    assert [word in page for word in ("Behind the house", "Spring", ", now", "Sow beans", "Soil")] == [
        True
    ] * 5
    assert "1 open" in (await anna_client.get("/agenda/projects")).text


async def test_deleted_project_leaves_its_tasks_and_can_be_restored(anna_client):
    project = await submit(anna_client, "/agenda/projects", name="Garden")
    task = await submit(
        anna_client, "/agenda/tasks", title="Sow beans", project_id=project.rpartition("/")[2]
    )
    await submit(anna_client, f"{project}/remove")
    assert (await anna_client.get(project)).status_code == 404
    assert "Garden" not in (await anna_client.get(task)).text
    await submit(anna_client, f"{project}/restore")
    assert "Garden" in (await anna_client.get(task)).text


async def test_phase_that_ends_before_its_start_is_rejected(anna_client):
    project = await submit(anna_client, "/agenda/projects", name="Garden")
    refused = await anna_client.post(
        f"{project}/phases", name="Spring", start_on="2026-05-01", end_on="2026-03-01"
    )
    assert (refused.status_code, "ends before it starts" in refused.text) == (422, True)


async def test_note_is_created_found_updated_deleted_and_restored(anna_client):
    note = await submit(anna_client, "/agenda/notes", title="Soil", body="It is <i>heavy</i>.")
    assert "&lt;i&gt;heavy" in (await anna_client.get(note)).text
    assert "Soil" in (await anna_client.get("/agenda/notes?q=HEAVY")).text
    await submit(anna_client, f"{note}/edit", title="Earth", body="It is light.")
    assert "Earth" in (await anna_client.get("/agenda/notes")).text
    await submit(anna_client, f"{note}/remove")
    assert (await anna_client.get(note)).status_code == 404
    await submit(anna_client, f"{note}/restore")
    assert (await anna_client.get(note)).status_code == 200


async def test_event_is_shown_in_week_and_month_at_its_time(anna_client):
    form = {"title": "Dentist", "day": "2026-03-31", "begins": "10:00", "ends": "10:45", "location": "Mitte"}
    week = (await anna_client.get(await submit(anna_client, "/agenda/events", **form))).text
    assert "10:00\N{EN DASH}10:45" in week
    assert "Mitte" in week
    month = (await anna_client.get("/agenda/calendar?month=2026-03")).text
    event = re.search(r'href="(/agenda/events/[0-9a-f-]{36})">10:00 Dentist', month)[1]
    await submit(anna_client, f"{event}/edit", **form | {"begins": "", "ends": "", "last_day": "2026-04-01"})
    page = (await anna_client.get(event)).text
    assert "Tuesday 31 March 2026 to Wednesday 1 April 2026, all day" in page


async def test_event_that_ends_before_its_start_is_rejected(anna_client):
    form = {"title": "Dentist", "day": "2026-03-31", "begins": "10:00", "ends": "09:00"}
    refused = await anna_client.post("/agenda/events", **form)
    assert (refused.status_code, "ends before it starts" in refused.text) == (422, True)


async def test_due_task_is_shown_in_the_calendar(anna_client, workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta due:2026-03-31")
    await workspace.import_folder()
    assert "Call Berta" in (await anna_client.get("/agenda/calendar?month=2026-03")).text
    assert "Call Berta" in (await anna_client.get("/agenda/calendar?week=2026-04-02")).text
    assert "Call Berta" not in (await anna_client.get("/agenda/calendar?week=2026-04-06")).text


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=march", "week=2026-02-30", "month=0001-01", "week=9999-12-31"]
)
async def test_invalid_date_is_rejected(anna_client, query: str):
    assert (await anna_client.get(f"/agenda/calendar?{query}")).status_code == 422


@pytest.mark.parametrize("thing", ["projects", "notes", "events"])
async def test_entries_of_other_users_are_not_found(anna_client, bob_client, thing: str):
    form = {"name": "Mine", "title": "Mine", "day": "2026-03-31"}
    where = (await anna_client.post(f"/agenda/{thing}", **form)).headers["location"]
    if thing == "events":
        page = (await anna_client.get(where)).text
        where = re.search(r"/agenda/events/[0-9a-f-]{36}", page)[0]
    assert (await anna_client.get(where)).status_code == 200
    for verb in ("", "/edit"):
        assert (await bob_client.get(where + verb)).status_code == 404
    for verb in ("edit", "remove", "restore", *(["phases"] if thing == "projects" else [])):
        assert (await bob_client.post(f"{where}/{verb}", **form)).status_code == 404
