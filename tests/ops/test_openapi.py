"""Test responses against the served OpenAPI document: examples, generated and invalid values, chains."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

EXCLUDED = (
    "agenda.add_address",  # asks another machine
    "welcome.begin_first_visit",  # likewise
    "account.revoke_token",  # shuts its own door
)
ENDLESS = r"/stream$|/api/v1/events$"
# Cursors and used idempotency keys have a valid format, but are rejected.
UNSAID = "positive_data_acceptance"
COMMAND = (
    *("run", "--no-color", "--max-time=25", "--max-examples=12", "--request-timeout=60", "--warnings=off"),
    *("--generation-database=none", "--seed=1", "--no-shrink", "--workers=1", "--continue-on-failure"),
)


async def test_every_response_matches_the_openapi_document(address, program, desk, tmp_path: Path):
    await desk.done("x", items={"page 1": "always", "page 2": ""})
    await desk.start("y")
    st = Path(sys.executable).with_name("st")
    headers = ["-H", f"Authorization: {program.headers['Authorization']}", f"--exclude-path-regex={ENDLESS}"]
    headers += [f"--exclude-checks={UNSAID}", *(f"--exclude-operation-id={one}" for one in EXCLUDED)]
    command = [st, *COMMAND, *headers, f"{address}/api/v1/openapi.json"]
    answer = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120
    )
    assert answer.returncode == 0, answer.stdout[-8000:]


async def test_every_operation_has_a_description_and_an_example(program):
    document = (await program.get("/api/v1/openapi.json")).json()
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            assert operation.get("description"), f"{verb} {path} says nothing"
            assert operation["security"], f"{verb} {path} is open"
