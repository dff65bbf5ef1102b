"""Tests of the agenda's API."""

import socket

import pytest

from daybreak.agenda import Task

from ...web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named
from ..workspace import UserWorkspace  # noqa: TID252 - likewise

V1 = "/api/v1/agenda"


@pytest.fixture
def api_request(anna_client):
    """Return a function that sends a request as Anna: method, path below the agenda, JSON body."""

    async def request(method: str, path: str, json=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await anna_client.client.request(
            method, V1 + path, json=json, headers=SAME_ORIGIN_HEADERS | named
        )

    return request


async def test_task_is_created_read_updated_deleted_and_restored(api_request):
    made = await api_request(
        "POST", "/tasks", {"title": "Water the plants", "due": "2026-03-30", "priority": "high"}
    )
    assert (made.status_code, made.json()["due"]) == (201, "2026-03-30")
    path = made.headers["location"].removeprefix(V1)
    assert (await api_request("GET", path)).json() == made.json()
    changed = await api_request(
        "PUT", path, {"title": "Water them", "due": "2026-03-30", "due_time": "14:30"}
    )
    assert changed.json()["due"] == "2026-03-30T12:30:00Z"
    assert (await api_request("DELETE", path)).status_code == 204
    assert (await api_request("GET", path)).status_code == 404
    assert (await api_request("POST", f"{path}/restore")).json()["title"] == "Water them"


async def test_stale_update_is_rejected_with_the_current_state(api_request):
    path = (await api_request("POST", "/tasks", {"title": "Water"})).headers["location"].removeprefix(V1)
    etag = (await api_request("GET", path)).headers["etag"]
    assert (await api_request("PUT", path, {"title": "Water now"}, If_Match=etag)).status_code == 200
    refused = await api_request("PUT", path, {"title": "Water later"}, If_Match=etag)
    assert (refused.status_code, refused.json()["current"]["title"]) == (412, "Water now")
    assert (await api_request("GET", path)).json()["title"] == "Water now"


async def test_repeated_request_with_the_same_key_creates_one_task(api_request):
    first = await api_request("POST", "/tasks", {"title": "Water"}, Idempotency_Key="1")
    again = await api_request("POST", "/tasks", {"title": "Water"}, Idempotency_Key="1")
    assert again.json() == first.json()
    assert len((await api_request("GET", "/tasks")).json()["items"]) == 1


async def test_decisions_are_recorded_listed_and_undone(api_request, overdue_task: Task):
    path = f"/tasks/{overdue_task.id}"
    done = (await api_request("POST", f"{path}/complete")).json()
    assert (done["status"], done["decision"]["kind"]) == ("done", "done")
    snoozed = (await api_request("POST", f"{path}/snooze", {"return_on": "2026-04-03"})).json()
    assert snoozed["decision"]["return_on"] == "2026-04-03"
    assert len((await api_request("GET", "/tasks?show=snoozed")).json()["items"]) == 1
    await api_request("POST", f"{path}/undo")
    history = (await api_request("GET", f"{path}/decisions")).json()["items"]
    assert {one["ended_as"] for one in history} == {None, "undone"}
    assert (await api_request("POST", f"{path}/snooze", {"return_on": "2026-03-29"})).status_code == 422
    assert (await api_request("PUT", path, {"title": "Mine"})).status_code == 409


async def test_pagination_reaches_every_task(api_request, workspace: UserWorkspace):
    workspace.write_file("todo.txt", *(f"Task {number}" for number in range(7)))
    await workspace.import_folder()
    titles, after = [], ""
    while after is not None:
        page = (await api_request("GET", f"/tasks?limit=3&after={after}")).json()
        titles += [one["title"] for one in page["items"]]
        after = page["next"]
    assert sorted(titles) == [f"Task {number}" for number in range(7)]


async def test_projects_phases_notes_and_events_are_created_and_listed(api_request):
    project = (await api_request("POST", "/projects", {"name": "Garden"})).json()
    phases = await api_request("POST", f"/projects/{project['id']}/phases", {"name": "Spring"})
    assert [one["name"] for one in phases.json()["items"]] == ["Spring"]
    note = {"title": "Soil", "body": "Heavy", "project_id": project["id"]}
    assert (await api_request("POST", "/notes", note)).json()["project"] == "Garden"
    assert [one["title"] for one in (await api_request("GET", "/notes?q=heavy")).json()["items"]] == ["Soil"]
    event = {"title": "Dentist", "day": "2026-03-31", "begins": "10:00", "ends": "10:45"}
    assert (await api_request("POST", "/events", event)).json()["start"] == "2026-03-31T08:00:00Z"
    listed = await api_request("GET", "/events?first=2026-03-31&until=2026-04-01")
    assert [one["title"] for one in listed.json()["items"]] == ["Dentist"]
    assert (await api_request("GET", "/projects")).json()["items"][0]["open"] == 0


async def test_uploaded_files_are_imported_by_a_run(anna_client, api_request, run_jobs, upload_files):
    uploads = await upload_files(("plans/todo.txt", b"Call Berta\n"), to=f"{V1}/sources/files")
    assert (uploads.status_code, uploads.json()["status"]) == (202, "queued")
    await run_jobs()
    (source,) = (await api_request("GET", "/sources")).json()["items"]
    assert (source["name"], source["kind"], source["tasks"]) == ("plans", "upload", 1)
    again = await api_request("POST", f"/sources/{source['id']}/refresh", Idempotency_Key="x")
    assert again.headers["location"] == f"/api/v1/runs/{again.json()['run']}"
    assert (await api_request("GET", f"/sources/{source['id']}/warnings")).json()["items"] == []
    assert (await api_request("DELETE", f"/sources/{source['id']}")).status_code == 204


async def test_repeated_upload_with_the_same_key_is_stored_once(anna_client):
    async def upload(content: bytes):
        return await anna_client.client.post(  # with a new boundary each time
            f"{V1}/sources/files",
            files=[("files", ("todo.txt", content, "text/plain"))],
            headers={**SAME_ORIGIN_HEADERS, "Idempotency-Key": "files"},
        )

    answers = [await upload(b"Call Berta\n") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].json() == answers[0].json()
    other = await upload(b"Call Bob\n")
    assert (other.status_code, "already used for another request" in other.text) == (422, True)


@pytest.mark.parametrize("address", ["http://127.0.0.1/x.ics", "gopher://x", "\x00"])
async def test_forbidden_url_is_rejected(api_request, address: str):
    assert (await api_request("POST", "/sources", {"address": address})).status_code == 422
    assert (await api_request("GET", "/sources")).json()["items"] == []


@pytest.mark.parametrize(("number", "status"), [(socket.EAI_NONAME, 422), (socket.EAI_AGAIN, 503)])
async def test_unknown_host_is_a_client_error_and_a_resolver_failure_is_not(
    api_request, monkeypatch: pytest.MonkeyPatch, number: int, status: int
):
    found = socket.getaddrinfo

    def resolve(host, *arguments, **options):
        if host == "calender.example":
            raise socket.gaierror(number, "cannot")
        return found(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    refused = await api_request("POST", "/sources", {"address": "https://calender.example/my.ics"})
    assert (refused.status_code, "calender.example" in refused.json()["detail"]) == (status, True)
    assert (await api_request("GET", "/sources")).json()["items"] == []


async def test_entries_of_other_users_are_not_found(bob_client, api_request, overdue_task: Task):
    things = {
        "tasks": {"title": "Mine"},
        "projects": {"name": "Mine"},
        "notes": {"title": "Mine"},
        "events": {"title": "Mine", "day": "2026-03-31"},
    }
    for name, order in things.items():
        path = (await api_request("POST", f"/{name}", order)).headers["location"]
        for method in ("GET", "PUT", "DELETE"):
            answer = await bob_client.client.request(method, path, json=order, headers=SAME_ORIGIN_HEADERS)
            assert (method, answer.status_code) == (method, 404)
    refused = await bob_client.client.post(
        f"{V1}/tasks/{overdue_task.id}/complete", headers=SAME_ORIGIN_HEADERS
    )
    assert refused.status_code == 404


async def test_absent_items_are_removed_through_the_api(api_request, workspace: UserWorkspace, overdue_task):
    source = (await workspace.load_agenda()).sources[0]
    (workspace.folder / "plan.md").write_text("")
    await workspace.import_folder()
    assert (await api_request("GET", f"/sources/{source.id}")).json()["absent"] == 2
    confirmed = (await api_request("POST", f"/sources/{source.id}/accept-absence")).json()
    assert (confirmed["absent"], confirmed["tasks"], confirmed["warnings"]) == (0, 0, 0)
    assert await workspace.titles() == set()
