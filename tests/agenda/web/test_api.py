"""Tests of the agenda's API."""

import socket

import pytest

from daybreak.agenda import Task

from ...web.browser_client import FROM_OUR_PAGE  # noqa: TID252 - tests are no package that could be named
from ..workspace import Desk  # noqa: TID252 - likewise

V1 = "/api/v1/agenda"


@pytest.fixture
def ask(annas):
    """Return a function that sends a request as Anna: method, path below the agenda, JSON body."""

    async def ask(method: str, path: str, json=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await annas.client.request(method, V1 + path, json=json, headers=FROM_OUR_PAGE | named)

    return ask


async def test_task_is_created_read_updated_deleted_and_restored(ask):
    made = await ask("POST", "/tasks", {"title": "Water the plants", "due": "2026-03-30", "priority": "high"})
    assert (made.status_code, made.json()["due"]) == (201, "2026-03-30")
    path = made.headers["location"].removeprefix(V1)
    assert (await ask("GET", path)).json() == made.json()
    changed = await ask("PUT", path, {"title": "Water them", "due": "2026-03-30", "due_time": "14:30"})
    assert changed.json()["due"] == "2026-03-30T12:30:00Z"
    assert (await ask("DELETE", path)).status_code == 204
    assert (await ask("GET", path)).status_code == 404
    assert (await ask("POST", f"{path}/restore")).json()["title"] == "Water them"


async def test_stale_update_is_rejected_with_the_current_state(ask):
    path = (await ask("POST", "/tasks", {"title": "Water"})).headers["location"].removeprefix(V1)
    etag = (await ask("GET", path)).headers["etag"]
    assert (await ask("PUT", path, {"title": "Water now"}, If_Match=etag)).status_code == 200
    refused = await ask("PUT", path, {"title": "Water later"}, If_Match=etag)
    assert (refused.status_code, refused.json()["current"]["title"]) == (412, "Water now")
    assert (await ask("GET", path)).json()["title"] == "Water now"


async def test_repeated_request_with_the_same_key_creates_one_task(ask):
    first = await ask("POST", "/tasks", {"title": "Water"}, Idempotency_Key="1")
    again = await ask("POST", "/tasks", {"title": "Water"}, Idempotency_Key="1")
    assert again.json() == first.json()
    assert len((await ask("GET", "/tasks")).json()["items"]) == 1


async def test_decisions_are_recorded_listed_and_undone(ask, berta: Task):
    path = f"/tasks/{berta.id}"
    done = (await ask("POST", f"{path}/complete")).json()
    assert (done["status"], done["decision"]["verdict"]) == ("done", "done")
    snoozed = (await ask("POST", f"{path}/snooze", {"return_on": "2026-04-03"})).json()
    assert snoozed["decision"]["return_on"] == "2026-04-03"
    assert len((await ask("GET", "/tasks?show=snoozed")).json()["items"]) == 1
    await ask("POST", f"{path}/undo")
    history = (await ask("GET", f"{path}/decisions")).json()["items"]
    assert {one["ended_as"] for one in history} == {None, "undone"}
    assert (await ask("POST", f"{path}/snooze", {"return_on": "2026-03-29"})).status_code == 422
    assert (await ask("PUT", path, {"title": "Mine"})).status_code == 409


async def test_pagination_reaches_every_task(ask, desk: Desk):
    desk.put("todo.txt", *(f"Task {number}" for number in range(7)))
    await desk.read()
    titles, after = [], ""
    while after is not None:
        page = (await ask("GET", f"/tasks?limit=3&after={after}")).json()
        titles += [one["title"] for one in page["items"]]
        after = page["next"]
    assert sorted(titles) == [f"Task {number}" for number in range(7)]


async def test_projects_phases_notes_and_events_are_created_and_listed(ask):
    project = (await ask("POST", "/projects", {"name": "Garden"})).json()
    phases = await ask("POST", f"/projects/{project['id']}/phases", {"name": "Spring"})
    assert [one["name"] for one in phases.json()["items"]] == ["Spring"]
    note = {"title": "Soil", "body": "Heavy", "project_id": project["id"]}
    assert (await ask("POST", "/notes", note)).json()["project"] == "Garden"
    assert [one["title"] for one in (await ask("GET", "/notes?q=heavy")).json()["items"]] == ["Soil"]
    event = {"title": "Dentist", "day": "2026-03-31", "begins": "10:00", "ends": "10:45"}
    assert (await ask("POST", "/events", event)).json()["start"] == "2026-03-31T08:00:00Z"
    listed = await ask("GET", "/events?first=2026-03-31&until=2026-04-01")
    assert [one["title"] for one in listed.json()["items"]] == ["Dentist"]
    assert (await ask("GET", "/projects")).json()["items"][0]["open"] == 0


async def test_uploaded_files_are_imported_by_a_run(annas, ask, work, send):
    sent = await send(("plans/todo.txt", b"Call Berta\n"), to=f"{V1}/sources/files")
    assert (sent.status_code, sent.json()["status"]) == (202, "queued")
    await work()
    (source,) = (await ask("GET", "/sources")).json()["items"]
    assert (source["name"], source["kind"], source["tasks"]) == ("plans", "upload", 1)
    again = await ask("POST", f"/sources/{source['id']}/refresh", Idempotency_Key="x")
    assert again.headers["location"] == f"/api/v1/runs/{again.json()['run']}"
    assert (await ask("GET", f"/sources/{source['id']}/warnings")).json()["items"] == []
    assert (await ask("DELETE", f"/sources/{source['id']}")).status_code == 204


async def test_repeated_upload_with_the_same_key_is_stored_once(annas):
    parts = [("files", ("todo.txt", b"Call Berta\n", "text/plain"))]
    request = annas.client.build_request("POST", f"{V1}/sources/files", files=parts)
    content = await request.aread()
    headers = {**request.headers, **FROM_OUR_PAGE, "Idempotency-Key": "files"}
    answers = [
        await annas.client.post(f"{V1}/sources/files", content=content, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("address", ["http://127.0.0.1/x.ics", "gopher://x", "\x00"])
async def test_forbidden_url_is_rejected(ask, address: str):
    assert (await ask("POST", "/sources", {"address": address})).status_code == 422
    assert (await ask("GET", "/sources")).json()["items"] == []


@pytest.mark.parametrize(("number", "status"), [(socket.EAI_NONAME, 422), (socket.EAI_AGAIN, 503)])
async def test_unknown_host_is_a_client_error_and_a_resolver_failure_is_not(
    ask, monkeypatch: pytest.MonkeyPatch, number: int, status: int
):
    found = socket.getaddrinfo

    def resolve(host, *arguments, **options):
        if host == "calender.example":
            raise socket.gaierror(number, "cannot")
        return found(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    refused = await ask("POST", "/sources", {"address": "https://calender.example/my.ics"})
    assert (refused.status_code, "calender.example" in refused.json()["detail"]) == (status, True)
    assert (await ask("GET", "/sources")).json()["items"] == []


async def test_entries_of_other_users_are_not_found(bobs, ask, berta: Task):
    things = {
        "tasks": {"title": "Mine"},
        "projects": {"name": "Mine"},
        "notes": {"title": "Mine"},
        "events": {"title": "Mine", "day": "2026-03-31"},
    }
    for name, order in things.items():
        path = (await ask("POST", f"/{name}", order)).headers["location"]
        for method in ("GET", "PUT", "DELETE"):
            answer = await bobs.client.request(method, path, json=order, headers=FROM_OUR_PAGE)
            assert (method, answer.status_code) == (method, 404)
    refused = await bobs.client.post(f"{V1}/tasks/{berta.id}/complete", headers=FROM_OUR_PAGE)
    assert refused.status_code == 404
