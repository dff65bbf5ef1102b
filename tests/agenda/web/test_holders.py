"""Tests of holders and replies on the agenda's pages and in its API."""

import re

import pytest

from daybreak.agenda import Source

from ...web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named
from ..workspace import UserWorkspace  # noqa: TID252 - likewise

V1 = "/api/v1/agenda"
CALENDAR = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Test//EN",
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTART:20260331T080000Z",
    "DTEND:20260331T090000Z",
    "SUMMARY:Sales pitch",
    "END:VEVENT",
    "END:VCALENDAR",
)


@pytest.fixture
async def board(workspace: UserWorkspace) -> Source:
    """Return a source with a team's board: a task of Anna, one of Bob, and one without an assignee."""
    workspace.write_file(
        "board.csv",
        "Task,Project,Status,Due,Owner",
        f"Mine,Crane,open,2026-03-28,{workspace.reader.user.email}",
        "Bob's,Crane,open,2026-03-28,Bob <Miller>",
        "Ours,Crane,open,2026-03-28,",
    )
    workspace.write_file("work.ics", *CALENDAR)
    return (await workspace.import_folder()).source


def shown_holders(page: str) -> list[str]:
    return re.findall(r'<span class="holder">([^<]*)</span>', page)


async def test_pages_name_the_holder_of_a_task_of_another_person(anna_client, board):
    page = (await anna_client.get("/agenda?whose=all")).text
    assert shown_holders(page) == ["Bob &lt;Miller&gt;"]
    project = re.search(r'href="(/agenda/projects/[^"]+)"', page)
    for path in ("/agenda/board?whose=all", project[1]):
        assert shown_holders((await anna_client.get(path)).text) == ["Bob &lt;Miller&gt;"]
    of_anna = re.search(r'href="(/agenda/tasks/[^"]+)">Mine<', page)
    assert "(you)" in (await anna_client.get(of_anna[1])).text


async def test_the_choice_for_unassigned_tasks_is_made_on_the_page_of_the_source(anna_client, board):
    path = f"/agenda/sources/{board.id}"
    assert 'value="mine" checked' in (await anna_client.get(path)).text
    await anna_client.post(f"{path}/unassigned", unassigned="team")
    assert 'value="team" checked' in (await anna_client.get(path)).text
    assert sorted(shown_holders((await anna_client.get("/agenda?whose=all")).text)) == [
        "Bob &lt;Miller&gt;",
        "unassigned",
    ]
    assert (await anna_client.post(f"{path}/unassigned", unassigned="theirs")).status_code == 422


async def test_api_lists_all_tasks_with_assignee_and_holder(anna_client, board):
    async def holders() -> dict[str, tuple]:
        items = (await anna_client.get(f"{V1}/tasks")).json()["items"]
        return {one["title"]: (one["assignee"], one["holder"]) for one in items}

    me = (await anna_client.get("/api/v1/account/profile")).json()["email"]
    expected = {"Mine": (me, "mine"), "Bob's": ("Bob <Miller>", "other"), "Ours": (None, "mine")}
    assert await holders() == expected
    changed = await anna_client.client.patch(
        f"{V1}/sources/{board.id}", json={"unassigned": "team"}, headers=SAME_ORIGIN_HEADERS
    )
    assert (changed.status_code, changed.json()["unassigned"]) == (200, "team")
    assert await holders() == expected | {"Ours": (None, "unassigned")}
    wrong = await anna_client.client.patch(
        f"{V1}/sources/{board.id}", json={"unassigned": "theirs"}, headers=SAME_ORIGIN_HEADERS
    )
    assert wrong.status_code == 422


async def test_a_source_of_another_user_cannot_be_changed(bob_client, board):
    answer = await bob_client.client.patch(
        f"{V1}/sources/{board.id}", json={"unassigned": "team"}, headers=SAME_ORIGIN_HEADERS
    )
    assert answer.status_code == 404


async def test_a_declined_event_is_marked_in_the_calendar(anna_client, board, database, user):
    async with database.transaction([user.id]) as tx:
        await tx.execute("UPDATE agenda_events SET declined_by = ARRAY[$1]", user.email)
    for path in ("/agenda/calendar?week=2026-03-31", "/agenda/calendar?month=2026-03"):
        assert "declined" in (await anna_client.get(path)).text
    listed = await anna_client.get(f"{V1}/events?first=2026-03-31&until=2026-04-01")
    (event,) = listed.json()["items"]
    assert (event["title"], event["declined"], event["tentative"]) == ("Sales pitch", True, False)
    assert "declined" in (await anna_client.get(f"/agenda/events/{event['id']}")).text
    assert (await anna_client.get(f"{V1}/events/{event['id']}")).json()["declined"]


TITLE = re.compile(r'<a class="name[^>]*>([^<]*)</a>')


@pytest.mark.parametrize(
    ("unassigned", "mine"),
    [
        pytest.param("mine", {"Mine", "Ours"}, id="unassigned-tasks-are-mine"),
        pytest.param("team", {"Mine"}, id="unassigned-tasks-are-the-teams"),
    ],
)
async def test_lists_and_counts_have_the_readers_tasks_only(anna_client, board, unassigned, mine):
    await anna_client.post(f"/agenda/sources/{board.id}/unassigned", unassigned=unassigned)
    for path in ("/agenda", "/agenda?show=open&q=&project=", "/agenda/board"):
        page = (await anna_client.get(path)).text
        assert set(TITLE.findall(page)) == mine
        assert "Everybody’s" in page
    tasks, columns = [(await anna_client.get(path)).text for path in ("/agenda", "/agenda/board")]
    assert f"Overdue <small>{len(mine)}</small>" in tasks
    assert f"To do · {len(mine)}" in columns
    projects = (await anna_client.get("/agenda/projects")).text
    assert f"<p>{len(mine)} open" in projects
    assert f'">{len(mine)} overdue</span>, {3 - len(mine)} of others' in projects
    (crane,) = (await anna_client.get(f"{V1}/projects")).json()["items"]
    assert (crane["open"], crane["overdue"]) == (len(mine), len(mine))
    for path in ("/agenda?whose=all", "/agenda/board?whose=all"):
        everything = (await anna_client.get(path)).text
        assert set(TITLE.findall(everything)) == {"Mine", "Bob&#39;s", "Ours"}


async def test_finished_tasks_of_other_people_are_not_the_readers(anna_client, workspace):
    email = workspace.reader.user.email
    workspace.write_file(
        "b.csv", "Task,Status,Owner", f"Mine,done,{email}", "Bob's,done,Bob", "Eve's,open,Eve"
    )
    await workspace.import_folder()
    done = (await anna_client.get("/agenda?show=done")).text
    assert set(TITLE.findall(done)) == {"Mine"}
    assert set(TITLE.findall((await anna_client.get("/agenda/board")).text)) == {"Mine"}
    everybody = (await anna_client.get("/agenda?show=done&whose=all")).text
    assert set(TITLE.findall(everybody)) == {"Mine", "Bob&#39;s"}


async def test_the_readers_tasks_stand_first_on_the_page_of_a_project(anna_client, workspace):
    email = workspace.reader.user.email
    rows = [f"Bob's {number},Crane,open,2026-03-0{number},Bob" for number in range(1, 6)]
    workspace.write_file(
        "b.csv", "Task,Project,Status,Due,Owner", *rows, f"Mine,Crane,open,2026-12-01,{email}"
    )
    await workspace.import_folder()
    page = (await anna_client.get("/agenda")).text
    project = re.search(r'href="(/agenda/projects/[^"]+)"', page)
    assert TITLE.findall((await anna_client.get(project[1])).text)[0] == "Mine"


async def test_pages_do_not_ask_whose_tasks_without_tasks_of_others(anna_client, workspace):
    workspace.write_file("todo.txt", "Water the plants")
    await workspace.import_folder()
    for path in ("/agenda", "/agenda/board"):
        assert "Everybody’s" not in (await anna_client.get(path)).text
