"""Test ids of another user's rows in bodies, forms and queries: each is treated like an unknown id."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from daybreak import server, wiring
from daybreak.web import WebSettings

from .route_inventory import OWNED_BY_PARAMETER, read_all_rows

_PARAMETER = re.compile(r"{(\w+)}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
TODAY = "2026-03-29"
NOBODYS = "00000000-0000-0000-0000-000000000001"
# Operations for administrators, who may name any user.
FOR_ADMINS = {("post", "/api/v1/operations/schedule/retry", "user")}


@dataclass(frozen=True)
class IdField:
    """A field of a request that takes the id of one of the user's rows.

    Attributes:
        method: the method of the request.
        path: its path, in which ``{own}`` is a row of the sender.
        owned_by: the path parameter that names such a row, for its factory.
        form: fields of a form, in which ``ID`` is the id.
        body: the same as JSON.
        query: the same as a query.
    """

    method: str
    path: str
    owned_by: str
    form: Mapping[str, str] | None = None
    body: Mapping[str, str] | None = None
    query: Mapping[str, str] | None = None

    def arguments(self, row_id: str) -> dict[str, Any]:
        """Return the arguments of the client for this id."""
        given = {"data": self.form, "json": self.body, "params": self.query}
        return {name: _fill(values, row_id) for name, values in given.items() if values}


def _fill(values: Mapping[str, str], row_id: str) -> dict[str, str]:
    return {name: value.replace("ID", row_id) for name, value in values.items()}


API_FIELDS = [
    IdField("get", "/api/v1/agenda/tasks", "project_id", query={"project": "ID"}),
    IdField("post", "/api/v1/agenda/tasks", "project_id", body={"title": "Tea", "project_id": "ID"}),
    IdField("put", "/api/v1/agenda/tasks/{task_id}", "project_id", body={"title": "T", "project_id": "ID"}),
    IdField("get", "/api/v1/agenda/notes", "project_id", query={"project": "ID"}),
    IdField("post", "/api/v1/agenda/notes", "project_id", body={"title": "Tea", "project_id": "ID"}),
    IdField("put", "/api/v1/agenda/notes/{note_id}", "project_id", body={"title": "T", "project_id": "ID"}),
    IdField("post", "/api/v1/agenda/projects/{project_id}/merge", "project_id", body={"into": "ID"}),
]
PAGE_FIELDS = [
    IdField("post", "/agenda/tasks", "project_id", form={"title": "Tea", "project_id": "ID"}),
    IdField("post", "/agenda/notes", "project_id", form={"title": "Tea", "project_id": "ID"}),
    IdField("post", "/agenda/projects/{project_id}/merge", "project_id", form={"into": "ID"}),
    IdField("get", "/agenda/sources", "run_id", query={"run": "ID"}),
    IdField("get", "/agenda", "project_id", query={"project": "ID"}),
    *(
        IdField("post", f"/briefs/{TODAY}/tasks", "task_id", form={action: value})
        for action, value in (
            ("done", "ID"),
            ("ignore", "ID"),
            ("undo", "ID"),
            ("snooze", "ID/2026-04-05"),
        )
    ),
]


def name_of(field: IdField) -> str:
    return f"{field.method} {field.path} {next(iter(field.arguments('')))}"


@pytest.mark.parametrize("field", [*API_FIELDS, *PAGE_FIELDS], ids=name_of)
async def test_ids_of_other_users_are_treated_as_unknown(bob_client, user, other_user, database, field):
    async with database.transaction([user.id]) as tx:
        annas = await OWNED_BY_PARAMETER[field.owned_by](tx, user)
        before = await read_all_rows(tx, user)
    async with database.transaction([other_user.id]) as tx:
        own = {
            name: await OWNED_BY_PARAMETER[name](tx, other_user) for name in _PARAMETER.findall(field.path)
        }
    headers = bob_client.same_origin_headers | {"If-Match": "*"}
    others, nobodys = [
        await bob_client.client.request(
            field.method, field.path.format(**own), headers=headers, **field.arguments(row_id)
        )
        for row_id in (annas, NOBODYS)
    ]
    assert others.status_code == nobodys.status_code
    assert others.status_code in {200, 404, 422}
    assert _without_ids(others.text, annas) == _without_ids(nobodys.text, NOBODYS)
    async with database.transaction([user.id]) as tx:
        assert await read_all_rows(tx, user) == before


def _without_ids(text: str, row_id: str) -> str:
    return _REQUEST_ID.sub("", text).replace(row_id, "")


def test_every_id_in_the_api_is_listed():
    app = server.build_app(WebSettings(), wiring.DatabaseUrls("nowhere", None, embedded=False))
    listed = {(one.method, one.path, name) for one in API_FIELDS for name in _names_of_ids(one)}
    assert set(_id_fields(app.openapi())) == listed | FOR_ADMINS


def _names_of_ids(field: IdField) -> list[str]:
    return [name for name, value in {**(field.body or {}), **(field.query or {})}.items() if value == "ID"]


def _id_fields(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            fields = {
                one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"
            }
            for content in operation.get("requestBody", {}).get("content", {}).values():
                fields |= _properties(document, content["schema"])
            yield from ((method, path, name) for name, schema in fields.items() if "'uuid'" in str(schema))


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found = document["components"]["schemas"][name] if name else schema
    return dict(found.get("properties", {}))
