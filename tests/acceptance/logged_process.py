"""Processes whose log lines are read while they run."""

import json
import subprocess
import threading
import urllib.request

from .waiting import BOUND_SECONDS


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
        code = self.process.wait(BOUND_SECONDS)
        self._reading.join(BOUND_SECONDS)
        return code


def is_listening(port: str) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
    except OSError:
        return False
    return True
