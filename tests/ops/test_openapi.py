"""Test responses against the served OpenAPI document: examples, generated and invalid values, chains."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

EXCLUDED = (
    "agenda.add_address",  # fetches from another server
    "onboarding.create_onboarding",  # likewise
    "account.revoke_token",  # would revoke the token of the test
)
ENDLESS = r"/stream$|/api/v1/events$"
# Cursors and used idempotency keys have a valid format, but are rejected.
UNSAID = "positive_data_acceptance"
COMMAND = (
    *("run", "--no-color", "--max-time=25", "--max-examples=12", "--request-timeout=60", "--warnings=off"),
    *("--generation-database=none", "--seed=1", "--no-shrink", "--workers=1", "--continue-on-failure"),
)


async def test_every_response_matches_the_openapi_document(
    server_url, api_client, run_workspace, tmp_path: Path
):
    await run_workspace.run_to_end("x", items={"page 1": "always", "page 2": ""})
    await run_workspace.enqueue("y")
    st = Path(sys.executable).with_name("st")
    headers = [
        "-H",
        f"Authorization: {api_client.headers['Authorization']}",
        f"--exclude-path-regex={ENDLESS}",
    ]
    headers += [f"--exclude-checks={UNSAID}", *(f"--exclude-operation-id={one}" for one in EXCLUDED)]
    command = [st, *COMMAND, *headers, f"{server_url}/api/v1/openapi.json"]
    answer = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120
    )
    assert answer.returncode == 0, answer.stdout[-8000:]


async def test_every_operation_has_a_description_and_an_example(api_client):
    document = (await api_client.get("/api/v1/openapi.json")).json()
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            assert operation.get("description"), f"{verb} {path} says nothing"
            assert operation["security"], f"{verb} {path} is open"
