"""Tests of the task pages: lists, board, details, forms and decisions."""

import re

import pytest

from daybreak.agenda import Task

from ..workspace import Desk  # noqa: TID252 - tests are no package that could be named

TASKS = "/agenda/tasks"


async def follow(browser, answer) -> str:
    """Return the page to which a form redirects."""
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


def rows(page: str) -> list[str]:
    return re.findall(r'class="name[^"]*" href="[^"]*">([^<]*)</a>', page)


async def enter(browser, title: str, **form) -> str:
    """Create a task and return the path of its page."""
    return (await browser.post(TASKS, title=title, **form)).headers["location"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/agenda", "Your agenda is empty."),
        ("/agenda?show=snoozed", "No snoozed tasks."),
        ("/agenda?show=ignored", "No ignored tasks."),
        ("/agenda?show=done", "Nothing done yet."),
        ("/agenda?q=door", "No matching tasks."),
        ("/agenda/board", "Nothing in progress"),
        ("/agenda/projects", "No projects yet."),
        ("/agenda/notes", "No notes yet."),
        ("/agenda/sources", "No sources yet."),
        ("/agenda/calendar?week=2026-03-29", "No events"),
    ],
)
async def test_empty_page_shows_a_hint(annas, path: str, sentence: str):
    page = await annas.get(path)
    assert (page.status_code, sentence in page.text) == (200, True)


async def test_created_task_is_listed_and_can_be_deleted_and_restored(annas):
    page = await follow(annas, await annas.post(TASKS, title="  Water   the plants ", due="2026-03-30"))
    assert "Water the plants" in page
    assert "due tomorrow" in (await annas.get("/agenda")).text
    removal = re.search(r'action="(/agenda/tasks/[^/]+/remove)"', page)
    page = await follow(annas, await annas.post(removal[1]))
    assert "Your agenda is empty" not in page
    assert rows(page) == []
    restored = re.search(r'action="(/agenda/tasks/[^/]+/restore)"', page)
    assert "Undone: task restored." in await follow(annas, await annas.post(restored[1]))


async def test_completed_task_moves_to_the_done_list_and_undo_restores_it(annas, berta: Task):
    page = await follow(annas, await annas.post(f"{TASKS}/{berta.id}/complete", next="/agenda"))
    assert "Call Berta" not in rows(page)
    assert "Marked as done." in page
    assert rows((await annas.get("/agenda?show=done")).text) == ["Call Berta"]
    assert "Call Berta" in (await annas.get("/agenda/board")).text
    undo = re.search(r'<form method="post" action="([^"]+/undo)">', page)
    assert "Call Berta" in rows(await follow(annas, await annas.post(undo[1], next="/agenda")))


async def test_snoozed_task_is_listed_with_its_return_date(annas, berta: Task):
    answer = await annas.post(f"{TASKS}/{berta.id}/snooze", return_on="2026-04-03", next="/agenda")
    page = await follow(annas, answer)
    assert "Snoozed until Friday 3 April." in page
    assert "Call Berta" not in rows(page)
    assert "snoozed until Friday 3 April" in (await annas.get("/agenda?show=snoozed")).text


@pytest.mark.parametrize("day", ["2026-03-29", "2020-01-01", "tomorrow", ""])
async def test_snooze_without_a_future_date_is_rejected_with_an_explanation(annas, berta: Task, day: str):
    refused = await annas.post(f"{TASKS}/{berta.id}/snooze", return_on=day)
    assert refused.status_code == 422
    assert "snoozed until a date" in refused.text
    assert "Call Berta" in rows((await annas.get("/agenda")).text)


async def test_task_page_shows_its_decisions_and_its_source(annas, berta: Task):
    await annas.post(f"{TASKS}/{berta.id}/ignore")
    await annas.post(f"{TASKS}/{berta.id}/complete")
    page = (await annas.get(f"{TASKS}/{berta.id}")).text
    assert "plan.md:2" in page
    assert re.search(r"you\s+marked it done", page)
    assert re.search(r"you\s+ignored it; replaced", page)
    assert "29 Mar 2026, 08:30" in page


async def test_decision_redirects_only_to_local_paths(annas, berta: Task):
    answer = await annas.post(f"{TASKS}/{berta.id}/complete", next="https://elsewhere.example/")
    assert answer.headers["location"] == "/"


async def test_completed_manual_task_can_be_reopened(annas):
    empty = dict.fromkeys(("details", "project_id", "start", "due", "due_time", "estimate_minutes"), "")
    path = await enter(annas, "Water the plants", status="in_progress", **empty)
    await annas.post(f"{path}/complete")
    assert "Reopen" in (await annas.get(path)).text
    await annas.post(f"{path}/undo")
    assert "<dd>in progress" in (await annas.get(path)).text


async def test_manual_task_is_updated_and_an_invalid_field_is_named(annas):
    path = await enter(annas, "Water the plants")
    refused = await annas.post(f"{path}/edit", title="Water", due="someday")
    assert refused.status_code == 422
    assert 'aria-describedby="due-note"' in refused.text
    refused = await annas.post(f"{path}/edit", title="Water", due_time="10:00")
    assert "Enter a due date" in refused.text
    page = await follow(
        annas,
        await annas.post(f"{path}/edit", title="Water", due="2026-03-29", due_time="14:30", priority="4"),
    )
    assert "due today, 14:30" in (await annas.get("/agenda")).text
    assert "highest" in page


async def test_update_of_a_task_of_a_source_is_rejected(annas, berta: Task):
    refused = await annas.post(f"{TASKS}/{berta.id}/edit", title="Call Bob")
    assert refused.status_code == 409
    assert "comes from a source" in refused.text
    assert (await annas.post(f"{TASKS}/{berta.id}/remove")).status_code == 409


async def test_text_of_files_is_escaped(annas, berta: Task):
    page = (await annas.get("/agenda")).text
    assert "<b>door</b>" not in page
    assert "&lt;b&gt;door" in page


async def test_next_page_continues_after_the_last_task(annas, desk: Desk):
    desk.put("todo.txt", *(f"Task {number:03} due:2026-04-{number % 28 + 1:02}" for number in range(70)))
    await desk.read()
    first = (await annas.get("/agenda")).text
    more = re.search(r'href="(/agenda\?[^"]*after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = (await annas.get(more)).text
    assert len(rows(first)) == 50
    assert sorted(rows(first) + rows(second)) == [f"Task {number:03}" for number in range(70)]


async def test_invalid_cursor_is_rejected(annas):
    assert (await annas.get("/agenda?after=nonsense")).status_code == 422


async def test_tasks_are_filtered_by_title_and_project(annas, berta: Task):
    assert rows((await annas.get("/agenda?q=BERT&project=")).text) == ["Call Berta"]
    assert len(rows((await annas.get(f"/agenda?project={berta.project_id}")).text)) == 2


@pytest.mark.parametrize("verb", ["complete", "snooze", "ignore", "undo", "remove", "restore", "edit"])
async def test_tasks_of_other_users_are_not_found(bobs, annas, berta: Task, verb: str):
    path = await enter(annas, "Water the plants")
    for one in (f"{TASKS}/{berta.id}", path):
        answer = await bobs.post(f"{one}/{verb}", return_on="2026-04-03", title="Mine")
        assert (answer.status_code, (await bobs.get(one)).status_code) == (404, 404)
