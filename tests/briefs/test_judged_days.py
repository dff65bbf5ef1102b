"""Test how briefs read: days that people judged, and five days of a busy folder (`bench/reading.py`)."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
BENCH = Path(__file__).parents[2] / "bench/reading.py"
BARS = 12


def test_briefs_of_judged_and_busy_days_hold_every_bar():
    done = subprocess.run([sys.executable, BENCH], capture_output=True, text=True, check=True, timeout=600)
    bars = [line for line in done.stdout.splitlines() if line.startswith("bar ")]
    assert len(bars) == BARS
    assert [bar for bar in bars if not bar.endswith(" held")] == [], done.stdout
