"""Test that methods which OpenAPI does not declare are rejected."""

import re
from uuid import UUID

import pytest

from daybreak import server, wiring
from daybreak.web import WebSettings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PARAMETER = re.compile(r"{(\w+)}")
VALUES = {"day": "2026-03-29"}

DOCUMENT = server.build_app(WebSettings(), wiring.DatabaseUrls("nowhere", None, embedded=False)).openapi()
DECLARED = {path: {verb.upper() for verb in operations} for path, operations in DOCUMENT["paths"].items()}


@pytest.mark.parametrize("path", DECLARED)
async def test_undeclared_method_is_rejected_with_the_allowed_methods(anonymous_client, path: str):
    address = PARAMETER.sub(lambda match: VALUES.get(match[1], str(UUID(int=1))), path)
    for method in sorted(set(METHODS) - DECLARED[path]):
        answer = await anonymous_client.client.request(method, address)
        allowed = set(answer.headers.get("Allow", "").split(", "))
        assert (method, answer.status_code, allowed) == (method, 405, DECLARED[path])


@pytest.mark.parametrize("path", [path for path in DECLARED if "_id}" in path])
async def test_malformed_id_is_not_found(anna_client, path: str):
    for method in DECLARED[path]:
        answer = await anna_client.client.request(
            method, PARAMETER.sub("no-id", path), headers=anna_client.same_origin_headers
        )
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no resource at this address.")
