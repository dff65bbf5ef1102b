"""A sample of the proof that ``kill -9`` at any moment costs nothing; `make prove` makes hundreds of runs."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PROOF = Path(__file__).parents[2] / "prove/crash.py"


def test_next_command_works_after_a_kill_at_any_time():
    done = subprocess.run(
        [sys.executable, PROOF, "--quick", "--check", "--runs", "5", "--seed", "7"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"runs": 5' in done.stdout
