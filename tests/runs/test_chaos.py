"""Samples of the long proofs; `make prove` disturbs 40,000 runs and kills 200 workers."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PROOF = Path(__file__).parents[2] / "prove/engine_proof.py"


def run_proof(postgres, part: str, runs: int) -> subprocess.CompletedProcess[str]:
    server = ("--server", postgres.admin, postgres.owner, postgres.app)
    return subprocess.run(
        [sys.executable, PROOF, part, "--quick", "--check", "--runs", f"{runs}", "--seed", "7", *server],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_every_run_ends_exactly_once_under_worker_failures(postgres):
    done = run_proof(postgres, "chaos", 300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"runs": 300' in done.stdout


def test_brief_is_written_once_when_its_worker_is_killed_at_any_point(postgres):
    done = run_proof(postgres, "composing", 12)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"after commit": 2' in done.stdout
