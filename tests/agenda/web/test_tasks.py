"""Tasks in the browser: what stands where, and what becomes of it."""

import re

import pytest

from daybreak.agenda import Task

from ..desk import Desk  # noqa: TID252 - tests are no package that could be named

TASKS = "/agenda/tasks"


async def follow(browser, answer) -> str:
    """The page that a form leads to."""
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


def rows(page: str) -> list[str]:
    return re.findall(r'class="name[^"]*" href="[^"]*">([^<]*)</a>', page)


async def enter(browser, title: str, **form) -> str:
    """Enter a task; gives the address of its page."""
    return (await browser.post(TASKS, title=title, **form)).headers["location"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/agenda", "Your agenda is empty."),
        ("/agenda?show=snoozed", "Nothing is snoozed."),
        ("/agenda?show=ignored", "Nothing is ignored."),
        ("/agenda?show=done", "Nothing is done yet."),
        ("/agenda?q=door", "No task fits."),
        ("/agenda/board", "Nothing is in progress."),
        ("/agenda/projects", "There are no projects yet."),
        ("/agenda/notes", "There are no notes yet."),
        ("/agenda/sources", "There are no sources yet."),
        ("/agenda/calendar?week=2026-03-29", "Nothing is on."),
    ],
)
async def test_an_empty_page_says_so_and_what_to_do_next(annas, path: str, sentence: str):
    page = await annas.get(path)
    assert (page.status_code, sentence in page.text) == (200, True)


async def test_a_task_that_is_typed_stands_in_the_list_and_can_be_taken_back(annas):
    page = await follow(annas, await annas.post(TASKS, title="  Water   the plants ", due="2026-03-30"))
    assert "Water the plants" in page
    assert "due tomorrow" in (await annas.get("/agenda")).text
    removal = re.search(r'action="(/agenda/tasks/[^/]+/remove)"', page)
    page = await follow(annas, await annas.post(removal[1]))
    assert "Your agenda is empty" not in page
    assert rows(page) == []
    restored = re.search(r'action="(/agenda/tasks/[^/]+/restore)"', page)
    assert "The task is back." in await follow(annas, await annas.post(restored[1]))


async def test_done_in_the_list_it_is_among_the_done_and_undone_it_is_back(annas, berta: Task):
    page = await follow(annas, await annas.post(f"{TASKS}/{berta.id}/complete", next="/agenda"))
    assert "Call Berta" not in rows(page)
    assert "Done." in page
    assert rows((await annas.get("/agenda?show=done")).text) == ["Call Berta"]
    assert "Call Berta" in (await annas.get("/agenda/board")).text
    undo = re.search(r'<form method="post" action="([^"]+/undo)">', page)
    assert "Call Berta" in rows(await follow(annas, await annas.post(undo[1], next="/agenda")))


async def test_a_snoozed_task_waits_among_the_snoozed_with_its_day(annas, berta: Task):
    answer = await annas.post(f"{TASKS}/{berta.id}/snooze", return_on="2026-04-03", next="/agenda")
    page = await follow(annas, answer)
    assert "the task is back Friday 3 April" in page
    assert "Call Berta" not in rows(page)
    assert "snoozed until Friday 3 April" in (await annas.get("/agenda?show=snoozed")).text


@pytest.mark.parametrize("day", ["2026-03-29", "2020-01-01", "tomorrow", ""])
async def test_a_snooze_until_no_day_ahead_is_refused_in_a_sentence(annas, berta: Task, day: str):
    refused = await annas.post(f"{TASKS}/{berta.id}/snooze", return_on=day)
    assert refused.status_code == 422
    assert "snoozed until a day" in refused.text
    assert "Call Berta" in rows((await annas.get("/agenda")).text)


async def test_the_page_of_a_task_tells_who_decided_what_and_where_it_came_from(annas, berta: Task):
    await annas.post(f"{TASKS}/{berta.id}/ignore")
    await annas.post(f"{TASKS}/{berta.id}/complete")
    page = (await annas.get(f"{TASKS}/{berta.id}")).text
    assert "plan.md:2" in page
    assert re.search(r"you\s+said that it is done", page)
    assert re.search(r"you\s+ignored it; then decided otherwise", page)
    assert "29 Mar 2026, 08:30" in page


async def test_a_decision_leads_back_to_pages_of_ours_only(annas, berta: Task):
    answer = await annas.post(f"{TASKS}/{berta.id}/complete", next="https://elsewhere.example/")
    assert answer.headers["location"] == "/"


async def test_what_is_done_of_ones_own_is_done_and_can_be_taken_back(annas):
    empty = dict.fromkeys(("details", "project_id", "start", "due", "due_time", "estimate_minutes"), "")
    path = await enter(annas, "Water the plants", status="in_progress", **empty)
    await annas.post(f"{path}/complete")
    assert "Not done after all" in (await annas.get(path)).text
    await annas.post(f"{path}/undo")
    assert "<dd>in progress" in (await annas.get(path)).text


async def test_a_task_of_ones_own_is_changed_and_a_wrong_field_is_named(annas):
    path = await enter(annas, "Water the plants")
    refused = await annas.post(f"{path}/edit", title="Water", due="someday")
    assert refused.status_code == 422
    assert 'aria-describedby="due-note"' in refused.text
    refused = await annas.post(f"{path}/edit", title="Water", due_time="10:00")
    assert "A time needs a date" in refused.text
    page = await follow(
        annas,
        await annas.post(f"{path}/edit", title="Water", due="2026-03-29", due_time="14:30", priority="4"),
    )
    assert "due today, 14:30" in (await annas.get("/agenda")).text
    assert "highest" in page


async def test_what_came_from_a_file_is_changed_there(annas, berta: Task):
    refused = await annas.post(f"{TASKS}/{berta.id}/edit", title="Call Bob")
    assert refused.status_code == 409
    assert "came from a source" in refused.text
    assert (await annas.post(f"{TASKS}/{berta.id}/remove")).status_code == 409


async def test_the_words_of_files_are_text_and_nothing_else(annas, berta: Task):
    page = (await annas.get("/agenda")).text
    assert "<b>door</b>" not in page
    assert "&lt;b&gt;door" in page


async def test_a_long_list_goes_on_where_it_was_left(annas, desk: Desk):
    desk.put("todo.txt", *(f"Task {number:03} due:2026-04-{number % 28 + 1:02}" for number in range(70)))
    await desk.read()
    first = (await annas.get("/agenda")).text
    more = re.search(r'href="(/agenda\?[^"]*after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = (await annas.get(more)).text
    assert len(rows(first)) == 50
    assert sorted(rows(first) + rows(second)) == [f"Task {number:03}" for number in range(70)]


async def test_a_place_that_was_made_up_is_refused(annas):
    assert (await annas.get("/agenda?after=nonsense")).status_code == 422


async def test_a_word_and_a_project_choose_among_the_tasks(annas, berta: Task):
    assert rows((await annas.get("/agenda?q=BERT&project=")).text) == ["Call Berta"]
    assert len(rows((await annas.get(f"/agenda?project={berta.project_id}")).text)) == 2


@pytest.mark.parametrize("verb", ["complete", "snooze", "ignore", "undo", "remove", "restore", "edit"])
async def test_nobody_touches_tasks_of_others(bobs, annas, berta: Task, verb: str):
    path = await enter(annas, "Water the plants")
    for one in (f"{TASKS}/{berta.id}", path):
        answer = await bobs.post(f"{one}/{verb}", return_on="2026-04-03", title="Mine")
        assert (answer.status_code, (await bobs.get(one)).status_code) == (404, 404)
