"""Test that every form of every page has an API operation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from starlette.routing import compile_path

from daybreak import people, server, wiring
from daybreak.agenda.sources import parser_pool
from daybreak.people import LinkPurpose, Role
from daybreak.runs.testing import run_all_due
from daybreak.web import WebSettings

from ..agenda.conftest import InProcessPool  # noqa: TID252 - tests are no package that could be named
from .browser_client import SAME_ORIGIN_HEADERS, BrowserClient
from .html_forms import HtmlForm, HtmlPage
from .route_inventory import ENDLESS, RouteMethod, list_route_methods

Operations = tuple[str, ...]
APP = server.build_app(WebSettings(), wiring.DatabaseUrls("nowhere", None, embedded=False))
OF_A_KIND = 8  # pages that differ in their parameters only
PAGES = [route for route in list_route_methods(APP) if not route.path.startswith(("/api/", "/static/"))]
# The operations that do what a form does; where one address has several verbs, by the name of its button or
# hidden field, or by what is chosen.
OPERATIONS: dict[str, Operations | Mapping[str, Operations]] = {
    "GET /agenda": ("agenda.list_tasks",),
    "GET /agenda/board": ("agenda.list_tasks",),
    "GET /agenda/notes": ("agenda.list_notes",),
    "GET /briefs": ("briefs.list_briefs",),
    "GET /runs": ("runs.list_runs",),
    "POST /agenda/events": ("agenda.create_event",),
    "POST /agenda/events/{event_id}/edit": ("agenda.update_event",),
    "POST /agenda/events/{event_id}/remove": ("agenda.delete_event",),
    "POST /agenda/events/{event_id}/restore": ("agenda.restore_event",),
    "POST /agenda/notes": ("agenda.create_note",),
    "POST /agenda/notes/{note_id}/edit": ("agenda.update_note",),
    "POST /agenda/notes/{note_id}/remove": ("agenda.delete_note",),
    "POST /agenda/notes/{note_id}/restore": ("agenda.restore_note",),
    "POST /agenda/projects": ("agenda.create_project",),
    "POST /agenda/projects/{project_id}/edit": ("agenda.update_project",),
    "POST /agenda/projects/{project_id}/phases": ("agenda.add_phase",),
    "POST /agenda/projects/{project_id}/merge": ("agenda.merge_project",),
    "POST /agenda/projects/{project_id}/separate": ("agenda.separate_project",),
    "POST /agenda/projects/{project_id}/remove": ("agenda.delete_project",),
    "POST /agenda/projects/{project_id}/restore": ("agenda.restore_project",),
    "POST /agenda/sources/address": ("agenda.add_address",),
    "POST /agenda/sources/folders": ("agenda.add_folder",),
    "POST /agenda/sources/files": ("agenda.upload_files",),
    "POST /agenda/sources/refresh": ("agenda.refresh_sources",),
    "POST /agenda/sources/{source_id}/refresh": ("agenda.refresh_source",),
    "POST /agenda/sources/{source_id}/accept": ("agenda.accept_absence",),
    "POST /agenda/sources/{source_id}/credentials": ("agenda.set_credentials",),
    "POST /agenda/sources/{source_id}/remove": ("agenda.delete_source",),
    "POST /agenda/sources/{source_id}/unassigned": ("agenda.update_source",),
    "POST /agenda/tasks": ("agenda.create_task",),
    "POST /agenda/tasks/{task_id}/complete": ("agenda.complete_task",),
    "POST /agenda/tasks/{task_id}/edit": ("agenda.update_task",),
    "POST /agenda/tasks/{task_id}/ignore": ("agenda.ignore_task",),
    "POST /agenda/tasks/{task_id}/remove": ("agenda.delete_task",),
    "POST /agenda/tasks/{task_id}/restore": ("agenda.restore_task",),
    "POST /agenda/tasks/{task_id}/snooze": ("agenda.snooze_task",),
    "POST /agenda/tasks/{task_id}/undo": ("agenda.undo_decision",),
    "POST /briefs/{day}/feedback": dict.fromkeys(("useful", "wrong", "nothing"), ("briefs.record_feedback",)),
    # The page marks the brief as received in the same request.
    "POST /briefs/{day}/tasks": {
        "done": ("agenda.complete_task", "briefs.compose_brief"),
        "snooze": ("agenda.snooze_task", "briefs.compose_brief"),
        "ignore": ("agenda.ignore_task", "briefs.compose_brief"),
        "undo": ("agenda.undo_decision", "briefs.compose_brief"),
    },
    "POST /briefs/{day}/compose": ("briefs.compose_brief",),
    "POST /operations/schedule/retry": ("schedule.retry_errors",),
    "POST /runs/{run_id}/cancel": ("runs.cancel_run",),
    "POST /runs/{run_id}/retry": ("runs.retry_run",),
    "POST /settings": ("account.update_profile",),
    "POST /settings/access/password": ("account.change_password",),
    "POST /settings/access/sessions/end": ("account.revoke_other_sessions",),
    "POST /settings/access/sessions/{session_id}/end": ("account.revoke_session",),
    "POST /settings/data/delete": ("account.request_deletion",),
    "POST /settings/data/cancel-deletion": ("account.cancel_deletion",),
    "POST /settings/members": {
        "what=invite": ("account.invite_member",),
        "what=invite-admin": ("account.invite_member",),
        "what=reset": ("account.create_password_reset",),
    },
    "POST /settings/identities": ("account.add_identity",),
    "POST /settings/identities/{identity_id}/confirm": ("account.confirm_identity",),
    "POST /settings/identities/{identity_id}/reject": ("account.reject_identity",),
    "POST /settings/identities/{identity_id}/remove": ("account.remove_identity",),
    "GET /settings/members/events": ("account.list_member_security_events",),
    "GET /settings/schedule": ("schedule.preview_schedule",),
    "POST /settings/schedule": ("schedule.update_schedule",),
    "POST /settings/schedule/pause": ("schedule.pause_schedule",),
    "POST /settings/schedule/resume": ("schedule.resume_schedule",),
    "POST /settings/schedule/retry": ("schedule.retry_schedule",),
    "POST /settings/tokens": ("account.create_token",),
    "POST /settings/tokens/{token_id}/revoke": ("account.revoke_token",),
    "POST /welcome": ("onboarding.create_onboarding",),
}
ADD_ADDRESS = """
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256)
VALUES ($1, $2, 'address', 'Team', 'https://calendar.example/…', uuid_send($2))
"""
# What makes no sense for a program, and why.
FOR_USERS_ONLY = {
    "POST /sign-in": "a program shows a token with each request",
    "POST /sign-in/link/{secret}": "likewise",
    "POST /sign-out": "likewise; a token is revoked",
    "POST /invitation/{secret}": "a person chooses a password, and is signed in",
    "POST /reset/{secret}": "likewise",
    "POST /theme": "it is kept in the browser",
}


@dataclass
class Tour:
    """A crawler that records the forms of every page."""

    browser: BrowserClient
    forms: list[tuple[str, HtmlForm]] = field(default_factory=list)

    async def open_page(self, path: str) -> list[str]:
        """Record the forms of a page, and return its links; none if it is no page."""
        answer = await self.browser.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return []
        return self._read(path, answer.text)

    async def press(self, path: str, **form: str) -> str:
        """Submit a form, record the forms of the resulting page, and return its path."""
        answer = await self.browser.post(path, **form)
        assert answer.status_code == 303, (path, answer.text)
        await self.open_page(answer.headers["location"])
        return answer.headers["location"]

    async def crawl(self) -> None:
        """Visit all pages without parameters, and some linked pages of each other route."""
        ahead = [page.path for page in PAGES if page.method == "GET" and not page.parameters]
        visited, seen = dict.fromkeys(ENDLESS, OF_A_KIND), set(ahead)
        while ahead:
            path = ahead.pop(0)
            route = route_of("GET", path.partition("?")[0])
            if route is None or visited.setdefault(route.path, 0) >= OF_A_KIND:
                continue
            visited[route.path] += 1
            links = {urljoin(path, link.partition("#")[0]) for link in await self.open_page(path)}
            ahead += sorted(links - seen)
            seen |= links

    def _read(self, path: str, text: str) -> list[str]:
        page = HtmlPage(path, text)
        for form in page.forms:
            route = route_of(form.method, form.action)
            assert route, f"{path}: no route for {form}"
            self.forms.append((f"{form.method} {route.path}", form))
        return page.links


def route_of(method: str, path: str) -> RouteMethod | None:
    """Return the page route of an address, or None."""
    return next(
        (one for one in PAGES if one.method == method and compile_path(one.path)[0].match(path)), None
    )


@pytest.fixture
async def tour(anna_client, database, user, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Tour:
    """Return a tour as Anna, an administrator with data of every kind, after all due runs."""
    monkeypatch.setattr(parser_pool, "BoundedPool", InProcessPool)
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", str(tmp_path))
    await people.set_role(database, user, Role.ADMIN)
    tour = Tour(anna_client)
    plan = "# House\n- [ ] Call Berta 📅 2026-03-28\n- [ ] Paint 📅 2026-03-29\n- [ ] Sweep\n".encode()
    sent = {"files": ("plans/plan.md", plan, "text/markdown")}
    await anna_client.client.post("/agenda/sources/files", files=sent, headers=SAME_ORIGIN_HEADERS)
    await run_all_due(database, wiring.kinds(), user.id)
    await anna_client.post("/briefs/2026-03-29/compose", regenerate="none")
    await run_all_due(database, wiring.kinds(), user.id)
    return tour


async def create_states(tour: Tour, database, user) -> None:
    """Create states that can be undone, retried, revoked or cancelled."""
    for thing, form in {
        "tasks": {"title": "Water the plants"},
        "projects": {"name": "Garden"},
        "notes": {"title": "Soil"},
        "events": {"title": "Tea", "day": "2026-03-29"},
    }.items():
        for _ in range(2):
            await tour.press(f"/agenda/{thing}", **form)
        await tour.press(next(form.action for _, form in tour.forms[::-1] if form.action.endswith("/remove")))
    ids = {}
    for name in ("Tree house", "Tree-house", "Shed"):
        path = await tour.press("/agenda/projects", name=name)
        ids[name] = path.rpartition("/")[2]
    await tour.open_page("/agenda/projects")
    await tour.press(f"/agenda/projects/{ids['Shed']}/merge", into=ids["Tree house"])
    tasks = await database_tasks(database, user)
    async with database.transaction([user.id]) as tx:
        await tx.execute("UPDATE agenda_tasks SET absence = 'emptied' WHERE title = 'Paint'")
        await tx.execute(ADD_ADDRESS, user.id, uuid4())
    await tour.press(f"/agenda/tasks/{tasks['Sweep']}/complete", next="/agenda")
    await tour.press("/briefs/2026-03-29/tasks", done=tasks["Call Berta"])
    claim = re.search(r'name="useful" value="([^"]+)"', (await tour.browser.get("/")).text)
    await tour.press("/briefs/2026-03-29/feedback", useful=claim[1])
    await tour.browser.post("/settings/tokens", name="Widget", scope="read", days="30")
    await propose_identities(tour, database, user)
    await tour.press("/briefs/2026-03-30/compose", regenerate="none")
    run = (await tour.browser.get("/api/v1/runs?about=2026-03-30")).json()["items"][0]["id"]
    await tour.press(f"/runs/{run}/cancel")
    async with database.transaction([user.id]) as tx:
        await people.create_session(tx, user.id, people.ClientInfo(address="192.0.2.1"))


async def propose_identities(tour: Tour, database, user) -> None:
    """Add an identity, reject one of the profile, and propose one of a file."""
    await tour.press("/settings/identities", value="Anna Berg")
    async with database.transaction([user.id]) as tx:
        await people.propose_identities(tx, user, uuid4(), [people.Sighting("Bergmann", "plan.md", 2)])
        known = {one.kind: one.id for one in await people.list_identities(tx, user.id) if one.counts}
    await tour.press(f"/settings/identities/{known['handle']}/reject")


async def set_schedule_error(tour: Tour, admin_connection, user) -> None:
    """Visit the schedule page while paused, and with a schedule error."""
    await tour.press("/settings/schedule/pause")
    await tour.press("/settings/schedule/resume")
    await admin_connection.execute(
        "UPDATE schedule_entries SET error = 'x', start_at = NULL, is_stale = FALSE WHERE owner_id = $1",
        user.id,
    )


async def database_tasks(database, user) -> dict[str, str]:
    """The ids of the tasks by title."""
    async with database.transaction([user.id]) as tx:
        return {row["title"]: str(row["id"]) for row in await tx.fetch("SELECT title, id FROM agenda_tasks")}


async def open_public_pages(anonymous_client: Tour, database, user) -> None:
    """Visit the pages for signed-out users."""
    await anonymous_client.open_page("/sign-in")
    for purpose in LinkPurpose:
        await anonymous_client.open_page(purpose.path(await people.create_link(database, user, purpose)))


def verbs_of(form: HtmlForm, known: Mapping[str, Operations]) -> Iterator[str]:
    """What a form may be sent for, where one address has several verbs: its buttons, or what it carries."""
    yield from (form.buttons - {""}) or (form.choices or form.hidden) & known.keys() or {"default"}


async def test_forms_and_operations_match(
    tour, anonymous_client, database, user, admin_connection, reset_throttle
):
    public = Tour(anonymous_client)
    await open_public_pages(public, database, user)
    await create_states(tour, database, user)
    await set_schedule_error(tour, admin_connection, user)
    await tour.crawl()
    await tour.press("/settings/data/delete", email=user.email)
    seen: dict[str, set[str]] = {}
    for name, form in [*public.forms, *tour.forms]:
        known = OPERATIONS.get(name, ())
        found = verbs_of(form, known) if isinstance(known, Mapping) else form.buttons
        seen.setdefault(name, set()).update(found)
    assert seen.keys() == OPERATIONS.keys() | FOR_USERS_ONLY.keys()
    for name, known in OPERATIONS.items():
        if isinstance(known, Mapping):
            assert (name, seen[name]) == (name, set(known))
        else:
            assert len(seen[name] - {""}) <= 1, f"{name} has several verbs: {seen[name]}"


def test_every_form_address_is_listed():
    taking = {f"{one.method} {one.path}" for one in PAGES if one.method != "GET"}
    posts = {name for name in OPERATIONS | FOR_USERS_ONLY if not name.startswith("GET ")}
    assert taking == posts


def test_every_listed_operation_exists():
    document = APP.openapi()
    there = {one["operationId"] for operations in document["paths"].values() for one in operations.values()}
    known = [OPERATIONS[name] for name in OPERATIONS]
    named = {
        one
        for entry in known
        for names in (entry.values() if isinstance(entry, Mapping) else [entry])
        for one in names
    }
    assert named <= there
