"""Tests of the pages and operations that merge projects and separate them again."""

import re

import pytest

from ..workspace import UserWorkspace  # noqa: TID252 - tests are no package that could be named
from .test_manual_entries import submit

API = "/api/v1/agenda/projects"
UNDO = re.compile(r'action="([^"]+/separate)">\s*<input type="hidden" name="members" value="([^"]*)">')


@pytest.fixture
async def projects(workspace: UserWorkspace, anna_client) -> dict[str, str]:
    """Return the ids of two projects with similar names and of one other, by name."""
    workspace.write_file("todo.txt", "Buy a domain +Web_site", "Rest +Garden")
    workspace.write_file("site.md", "# Web site", "", "Live in May.", "", "- [ ] Draft")
    await workspace.import_folder()
    items = (await anna_client.get(API)).json()["items"]
    return {one["name"]: one["id"] for one in items}


async def test_similar_names_are_suggested_merged_and_separated_on_pages(anna_client, projects):
    hint = "“Web_site” in papers may be the same as “Web site” in papers."
    assert hint in (await anna_client.get("/agenda/projects")).text
    alias, canonical = (f"/agenda/projects/{projects[name]}" for name in ("Web_site", "Web site"))
    assert await submit(anna_client, f"{alias}/merge", into=projects["Web site"]) == canonical
    page = (await anna_client.get(canonical)).text
    assert f'<form method="post" action="{alias}/separate">' in page
    assert ("Both names are one project now." in page, "Undo" in page) == (True, True)
    assert [word in page for word in ("Buy a domain", "Draft", "Web_site", "todo.txt:1")] == [True] * 4
    assert (await anna_client.get(alias)).headers["location"] == canonical
    listed = (await anna_client.get("/agenda/projects")).text
    assert ("2 open" in listed, "Web_site" in listed) == (True, False)
    assert await submit(anna_client, f"{alias}/separate") == alias
    assert "Draft" not in (await anna_client.get(alias)).text
    assert hint in (await anna_client.get("/agenda/projects")).text


async def test_undo_of_a_merge_restores_earlier_merges(anna_client, projects):
    async def merge(name: str, into: str) -> str:
        return await submit(anna_client, f"/agenda/projects/{projects[name]}/merge", into=projects[into])

    await merge("Web_site", "Web site")
    page = (await anna_client.get(await merge("Web site", "Garden"))).text
    action, members = UNDO.search(page).groups()
    await submit(anna_client, action, members=members)
    items = (await anna_client.get(API)).json()["items"]
    assert {one["name"]: [merged["name"] for merged in one["merged"]] for one in items} == {
        "Garden": [],
        "Web site": ["Web_site"],
    }
    malformed = await anna_client.post(action, members="x")
    assert (malformed.status_code, "reload the page" in malformed.text) == (422, True)


async def test_form_without_a_project_is_rejected(anna_client, projects):
    answer = await anna_client.post(f"/agenda/projects/{projects['Garden']}/merge", into="")
    assert (answer.status_code, "Select the project" in answer.text) == (422, True)


async def test_projects_are_merged_and_separated_by_the_api(anna_client, projects):
    headers = anna_client.same_origin_headers
    path = f"{API}/{projects['Web_site']}"
    merged = await anna_client.client.post(
        f"{path}/merge", json={"into": projects["Web site"]}, headers=headers
    )
    assert (merged.status_code, merged.json()["id"]) == (200, projects["Web site"])
    assert merged.json()["merged"] == [{"id": projects["Web_site"], "name": "Web_site", "source": "papers"}]
    assert (await anna_client.get(path)).json()["merged_into"] == projects["Web site"]
    listed = {one["name"]: one for one in (await anna_client.get(API)).json()["items"]}
    assert [one["name"] for one in listed["Web site"]["merged"]] == ["Web_site"]
    tasks = (await anna_client.get(f"/api/v1/agenda/tasks?project={projects['Web site']}")).json()["items"]
    assert {one["title"] for one in tasks} == {"Buy a domain", "Draft"}
    again = await anna_client.client.post(
        f"{path}/merge", json={"into": projects["Web site"]}, headers=headers
    )
    assert (again.status_code, "one project already" in again.text) == (422, True)
    separated = await anna_client.client.post(f"{path}/separate", headers=headers)
    assert (separated.status_code, separated.json()["merged_into"]) == (200, None)
    assert (await anna_client.client.post(f"{path}/separate", headers=headers)).status_code == 422
