"""Bounded waits for what other processes do."""

import time
from collections.abc import Callable

BOUND_SECONDS = 120


def wait_until(condition: Callable[[], object], every: float = 0.05) -> None:
    """Poll until the condition holds; the interval is in seconds."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(every)
