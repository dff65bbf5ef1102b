"""The inventory of all routes, and factories of owned resources for their path parameters."""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from daybreak import briefs, clock, people
from daybreak.agenda import manual_entries
from daybreak.people import ClientInfo, LinkPurpose, Scope, User

_PARAMETER = re.compile(r"{(\w+)(:\w+)?}")
CreateOwned = Callable[[asyncpg.Connection, User], Awaitable[str]]


async def _create_session(tx: asyncpg.Connection, user: User) -> str:
    await people.create_session(tx, user.id, ClientInfo(address="192.0.2.1"))
    return str((await people.list_sessions(tx, user.id))[0].id)


async def _create_token(tx: asyncpg.Connection, user: User) -> str:
    token, _ = await people.create_token(tx, user.id, "test", Scope.READ, None)
    return str(token.id)


async def _create_identity(tx: asyncpg.Connection, user: User) -> str:
    return str((await people.add_identity(tx, user.id, "Anna Berg")).id)


async def _create_run(tx: asyncpg.Connection, user: User) -> str:
    return str(
        (await briefs.enqueue_compose(tx, user.id, briefs.ComposeParameters(date=date(2026, 3, 29)))).id
    )


async def _create_source(tx: asyncpg.Connection, user: User) -> str:
    source_id = uuid4()
    await tx.execute(ADD_SOURCE, user.id, source_id)
    return str(source_id)


async def _create_task(tx: asyncpg.Connection, user: User) -> str:
    return str(
        await manual_entries.save_task(tx, user.id, manual_entries.TaskInput(title="Call Berta"), user.tz)
    )


async def _create_project(tx: asyncpg.Connection, user: User) -> str:
    return str(await manual_entries.save_project(tx, user.id, "House"))


async def _create_note(tx: asyncpg.Connection, user: User) -> str:
    return str(await manual_entries.save_note(tx, user.id, manual_entries.NoteInput(title="Keys")))


async def _create_event(tx: asyncpg.Connection, user: User) -> str:
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    draft = manual_entries.EventInput(title="Tea", start=noon, end=noon + timedelta(hours=1))
    return str(await manual_entries.save_event(tx, user.id, draft, user.tz))


ADD_SOURCE = """
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256)
VALUES ($1, $2, 'upload', 'Plans', 'plans', uuid_send($2))
"""
# A factory of an owned resource for every path parameter. A new slice adds its own.
OWNED_BY_PARAMETER: dict[str, CreateOwned] = {
    "event_id": _create_event,
    "identity_id": _create_identity,
    "note_id": _create_note,
    "project_id": _create_project,
    "run_id": _create_run,
    "session_id": _create_session,
    "source_id": _create_source,
    "task_id": _create_task,
    "token_id": _create_token,
}
# Parameters without an owner: secrets, names of public files, days.
PUBLIC_PARAMETERS = {"secret", "name", "day"}
IN_THREE_DAYS = (clock.now() + timedelta(days=3)).date().isoformat()
# Request bodies that are validated before the owner is checked: a form, or JSON below /api.
REQUEST_BODIES: dict[str, dict[str, str]] = {
    "/agenda/tasks/{task_id}/snooze": {"return_on": IN_THREE_DAYS},
    "/api/v1/agenda/tasks/{task_id}": {"title": "Call Berta"},
    "/api/v1/agenda/tasks/{task_id}/snooze": {"return_on": IN_THREE_DAYS},
    "/api/v1/agenda/projects/{project_id}": {"name": "House"},
    "/api/v1/agenda/projects/{project_id}/phases": {"name": "Spring"},
    "/api/v1/agenda/projects/{project_id}/merge": {"into": "00000000-0000-0000-0000-000000000001"},
    "/agenda/projects/{project_id}/merge": {"into": "00000000-0000-0000-0000-000000000001"},
    "/api/v1/agenda/notes/{note_id}": {"title": "Keys"},
    "/api/v1/agenda/sources/{source_id}": {"unassigned": "team"},
    "/agenda/sources/{source_id}/unassigned": {"unassigned": "team"},
    "/api/v1/agenda/sources/{source_id}/credentials": {"user_name": "anna", "password": "pw"},
    "/agenda/sources/{source_id}/credentials": {"user_name": "anna", "password": "pw"},
    "/api/v1/agenda/events/{event_id}": {"title": "Tea", "day": "2026-03-29"},
}
# Endless streams.
ENDLESS = {"/api/v1/events", "/runs/stream"}
# Routes that need no sign-in.
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/theme"),
    ("GET", "/static/{name:path}"),
    ("GET", "/api/v1/openapi.json"),
    *((method, f"{LinkPurpose.SIGN_IN.path('{secret}')}") for method in ("GET", "POST")),
    *((method, f"{LinkPurpose.RESET.path('{secret}')}") for method in ("GET", "POST")),
    *((method, f"{LinkPurpose.INVITATION.path('{secret}')}") for method in ("GET", "POST")),
}


@dataclass(frozen=True)
class RouteMethod:
    """One method of one route."""

    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        return [name for name, _ in _PARAMETER.findall(self.path)]

    @property
    def is_public(self) -> bool:
        return (self.method, self.path) in PUBLIC

    @property
    def request_body(self) -> dict[str, dict[str, str]]:
        """The request body, as keyword arguments of the client."""
        return {"json" if self.path.startswith("/api/") else "data": REQUEST_BODIES.get(self.path, {})}

    def fill_path(self, values: Mapping[str, str]) -> str:
        """Return the address with these values."""
        return _PARAMETER.sub(lambda match: values[match[1]], self.path)


async def read_all_rows(
    tx: asyncpg.Connection, user: User, without: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return all rows of a user as JSON, in a fixed order, except those of some tables."""
    pages = await tx.fetch("SELECT table_name, content FROM account_export($1)", user.id)
    return sorted(
        (page["table_name"], json.dumps(row, sort_keys=True))
        for page in pages
        if page["table_name"] not in without
        for row in json.loads(page["content"])
    )


def list_route_methods(app: FastAPI) -> Iterator[RouteMethod]:
    """Return every route with each of its methods."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            if method != "HEAD":
                yield RouteMethod(method, str(route.path).replace(":uuid}", "}"))
