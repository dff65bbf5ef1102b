"""Samples of the long proofs of the engine; `make prove` disturbs 40,000 runs and kills 200 times."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PROOF = Path(__file__).parents[2] / "prove/engine_proof.py"


def proven(postgres, part: str, runs: int) -> subprocess.CompletedProcess[str]:
    server = ("--server", postgres.admin, postgres.owner, postgres.app)
    return subprocess.run(
        [sys.executable, PROOF, part, "--quick", "--check", "--runs", f"{runs}", "--seed", "7", *server],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_whatever_happens_to_workers_every_run_ends_once_and_none_is_lost(postgres):
    done = proven(postgres, "chaos", 300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"runs": 300' in done.stdout


def test_a_brief_whose_composer_is_killed_anywhere_is_written_once_by_another(postgres):
    done = proven(postgres, "composing", 12)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"after commit": 2' in done.stdout
