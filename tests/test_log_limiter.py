import json
import time

import pytest

from daybreak import telemetry
from daybreak.log_limiter import LogLimiter


@pytest.fixture
def lines(capsys, monkeypatch):
    monkeypatch.setattr(telemetry, "LogLimiter", lambda write: LogLimiter(write, seconds=0.3))

    def lines() -> list[dict]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield lines
    telemetry.structlog.reset_defaults()


def wait_for_lines(lines, count: int) -> list[dict]:
    found, until = [], time.monotonic() + 60
    while len(found) < count and time.monotonic() < until:
        found += lines()
        time.sleep(0.01)
    return found


def test_equal_warnings_are_one_line_and_then_a_count(lines):
    telemetry.configure("info")
    for number in range(500):
        with telemetry.structlog.contextvars.bound_contextvars(request=str(number)):
            telemetry.log.warning("library", words="Invalid HTTP request received.")
    first, summary = wait_for_lines(lines, 2)
    assert (first["request"], first.get("repeated")) == ("0", None)
    assert (summary["words"], summary["level"], summary["repeated"]) == (first["words"], "warning", 499)


def test_warning_is_written_again_after_the_interval(lines):
    telemetry.configure("info")
    telemetry.log.warning("library", words="lost")
    assert len(lines()) == 1
    until = time.monotonic() + 60
    again = []
    while not again and time.monotonic() < until:
        telemetry.log.warning("library", words="lost")
        again = [line for line in lines() if "repeated" not in line]
        time.sleep(0.7)  # longer than the interval
    assert again


def test_different_warnings_and_information_are_written_each(lines):
    telemetry.configure("info")
    for number in range(3):
        telemetry.log.warning("runs.attempt_failed", run=number)
        telemetry.log.info("web.request")
    assert len(lines()) == 6
