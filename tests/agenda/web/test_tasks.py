"""Tests of the task pages: lists, board, details, forms and decisions."""

import re

import pytest

from daybreak.agenda import Task

from ..workspace import UserWorkspace  # noqa: TID252 - tests are no package that could be named

TASKS = "/agenda/tasks"


async def follow_redirect(browser, answer) -> str:
    """Return the page to which a form redirects."""
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


def task_titles(page: str) -> list[str]:
    return re.findall(r'class="name[^"]*" href="[^"]*">([^<]*)</a>', page)


async def create_task(browser, title: str, **form) -> str:
    """Create a task and return the path of its page."""
    return (await browser.post(TASKS, title=title, **form)).headers["location"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/agenda", "Your agenda is empty."),
        ("/agenda?show=snoozed", "No snoozed tasks."),
        ("/agenda?show=ignored", "No hidden tasks."),
        ("/agenda?show=done", "Nothing done yet."),
        ("/agenda?q=door", "No matching tasks."),
        ("/agenda/board", "Nothing in progress"),
        ("/agenda/projects", "No projects yet."),
        ("/agenda/notes", "No notes yet."),
        ("/agenda/sources", "No sources yet."),
        ("/agenda/calendar?week=2026-03-29", "No events"),
    ],
)
async def test_empty_page_shows_a_hint(anna_client, path: str, sentence: str):
    page = await anna_client.get(path)
    assert (page.status_code, sentence in page.text) == (200, True)


async def test_created_task_is_listed_and_can_be_deleted_and_restored(anna_client):
    page = await follow_redirect(
        anna_client, await anna_client.post(TASKS, title="  Water   the plants ", due="2026-03-30")
    )
    assert "Water the plants" in page
    assert "due tomorrow" in (await anna_client.get("/agenda")).text
    removal = re.search(r'action="(/agenda/tasks/[^/]+/remove)"', page)
    page = await follow_redirect(anna_client, await anna_client.post(removal[1]))
    assert "Your agenda is empty" not in page
    assert task_titles(page) == []
    restored = re.search(r'action="(/agenda/tasks/[^/]+/restore)"', page)
    assert "Undone: task restored." in await follow_redirect(anna_client, await anna_client.post(restored[1]))


async def test_completed_task_moves_to_the_done_list_and_undo_restores_it(anna_client, overdue_task: Task):
    page = await follow_redirect(
        anna_client, await anna_client.post(f"{TASKS}/{overdue_task.id}/complete", next="/agenda")
    )
    assert "Call Berta" not in task_titles(page)
    assert "Marked as done." in page
    assert task_titles((await anna_client.get("/agenda?show=done")).text) == ["Call Berta"]
    assert "Call Berta" in (await anna_client.get("/agenda/board")).text
    undo = re.search(r'<form method="post" action="([^"]+/undo)">', page)
    assert "Call Berta" in task_titles(
        await follow_redirect(anna_client, await anna_client.post(undo[1], next="/agenda"))
    )


async def test_snoozed_task_is_listed_with_its_return_date(anna_client, overdue_task: Task):
    answer = await anna_client.post(
        f"{TASKS}/{overdue_task.id}/snooze", return_on="2026-04-03", next="/agenda"
    )
    page = await follow_redirect(anna_client, answer)
    assert "Snoozed until Friday 3 April." in page
    assert "Call Berta" not in task_titles(page)
    assert "snoozed until Friday 3 April" in (await anna_client.get("/agenda?show=snoozed")).text


@pytest.mark.parametrize("day", ["2026-03-29", "2020-01-01", "tomorrow", ""])
async def test_snooze_without_a_future_date_is_rejected_with_an_explanation(
    anna_client, overdue_task: Task, day: str
):
    refused = await anna_client.post(f"{TASKS}/{overdue_task.id}/snooze", return_on=day)
    assert refused.status_code == 422
    assert "snoozed until a date" in refused.text
    assert "Call Berta" in task_titles((await anna_client.get("/agenda")).text)


async def test_task_page_shows_its_decisions_and_its_source(anna_client, overdue_task: Task):
    await anna_client.post(f"{TASKS}/{overdue_task.id}/ignore")
    await anna_client.post(f"{TASKS}/{overdue_task.id}/complete")
    page = (await anna_client.get(f"{TASKS}/{overdue_task.id}")).text
    assert "plan.md:2" in page
    assert re.search(r"you\s+marked it done", page)
    assert re.search(r"you\s+hid it from briefs; replaced", page)
    assert "29 Mar 2026, 08:30" in page


async def test_decision_redirects_only_to_local_paths(anna_client, overdue_task: Task):
    answer = await anna_client.post(f"{TASKS}/{overdue_task.id}/complete", next="https://elsewhere.example/")
    assert answer.headers["location"] == "/"


async def test_completed_manual_task_can_be_reopened(anna_client):
    empty = dict.fromkeys(("details", "project_id", "start", "due", "due_time", "estimate_minutes"), "")
    path = await create_task(anna_client, "Water the plants", status="in_progress", **empty)
    await anna_client.post(f"{path}/complete")
    assert "Reopen" in (await anna_client.get(path)).text
    await anna_client.post(f"{path}/undo")
    assert "<dd>in progress" in (await anna_client.get(path)).text


async def test_manual_task_is_updated_and_an_invalid_field_is_named(anna_client):
    path = await create_task(anna_client, "Water the plants")
    refused = await anna_client.post(f"{path}/edit", title="Water", due="someday")
    assert refused.status_code == 422
    assert 'aria-describedby="due-note"' in refused.text
    refused = await anna_client.post(f"{path}/edit", title="Water", due_time="10:00")
    assert "Enter a due date" in refused.text
    page = await follow_redirect(
        anna_client,
        await anna_client.post(
            f"{path}/edit", title="Water", due="2026-03-29", due_time="14:30", priority="5"
        ),
    )
    assert "due today, 14:30" in (await anna_client.get("/agenda")).text
    assert "highest" in page


async def test_update_of_a_task_of_a_source_is_rejected(anna_client, overdue_task: Task):
    refused = await anna_client.post(f"{TASKS}/{overdue_task.id}/edit", title="Call Bob")
    assert refused.status_code == 409
    assert "comes from a source" in refused.text
    assert (await anna_client.post(f"{TASKS}/{overdue_task.id}/remove")).status_code == 409


async def test_text_of_files_is_escaped(anna_client, overdue_task: Task):
    page = (await anna_client.get("/agenda")).text
    assert "<b>door</b>" not in page
    assert "&lt;b&gt;door" in page


async def test_next_page_continues_after_the_last_task(anna_client, workspace: UserWorkspace):
    workspace.write_file(
        "todo.txt", *(f"Task {number:03} due:2026-04-{number % 28 + 1:02}" for number in range(70))
    )
    await workspace.import_folder()
    first = (await anna_client.get("/agenda")).text
    more = re.search(r'href="(/agenda\?[^"]*after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = (await anna_client.get(more)).text
    assert len(task_titles(first)) == 50
    assert sorted(task_titles(first) + task_titles(second)) == [f"Task {number:03}" for number in range(70)]


async def test_invalid_cursor_is_rejected(anna_client):
    assert (await anna_client.get("/agenda?after=nonsense")).status_code == 422


async def test_tasks_are_filtered_by_title_and_project(anna_client, overdue_task: Task):
    assert task_titles((await anna_client.get("/agenda?q=BERT&project=")).text) == ["Call Berta"]
    assert len(task_titles((await anna_client.get(f"/agenda?project={overdue_task.project_id}")).text)) == 2


@pytest.mark.parametrize("verb", ["complete", "snooze", "ignore", "undo", "remove", "restore", "edit"])
async def test_tasks_of_other_users_are_not_found(bob_client, anna_client, overdue_task: Task, verb: str):
    path = await create_task(anna_client, "Water the plants")
    for one in (f"{TASKS}/{overdue_task.id}", path):
        answer = await bob_client.post(f"{one}/{verb}", return_on="2026-04-03", title="Mine")
        assert (answer.status_code, (await bob_client.get(one)).status_code) == (404, 404)
