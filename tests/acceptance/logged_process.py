"""Processes whose log lines are read while they run."""

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable

PATIENCE = 120


class LoggedProcess:
    """A process and its lines on standard error, read while it runs."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        with self.process.stderr as lines:
            for line in lines:
                self.lines.append(line.decode().rstrip("\n"))

    def count(self, words: str) -> int:
        """Return how many lines contain these words."""
        return sum(words in line for line in list(self.lines))

    def events(self) -> list[dict]:
        """Return the log lines."""
        return [json.loads(line) for line in list(self.lines)]

    def wait(self) -> int:
        """Wait for the end of the process, and return its exit code."""
        code = self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return code


def wait_until(condition: Callable[[], object], every: float = 0.05) -> None:
    """Poll until the condition holds; the interval is in seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(every)


def is_listening(port: str) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
    except OSError:
        return False
    return True
