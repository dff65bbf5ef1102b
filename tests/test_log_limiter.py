import json
from contextlib import suppress
from queue import Queue

import pytest
import structlog

from daybreak import telemetry
from daybreak.log_limiter import LogLimiter

LINE = {"event": "library", "words": "Invalid HTTP request received."}
MANY = 500


@pytest.fixture
def written() -> Queue:
    return Queue()


@pytest.fixture
def limiter(written) -> LogLimiter:
    return LogLimiter(lambda level, values: written.put((level, values)), seconds=0.2)


def test_equal_lines_are_counted_until_the_end_of_the_interval(limiter, written):
    assert limiter(None, "warning", {**LINE, "request": "1"}) == {**LINE, "request": "1"}
    for number in range(MANY):
        with pytest.raises(structlog.DropEvent):
            limiter(None, "warning", {**LINE, "request": str(number)})
    level, values = written.get(timeout=60)
    counted = values["repeated"]
    while counted < MANY:  # a busy machine needs several intervals
        counted += written.get(timeout=60)[1]["repeated"]
    assert (level, values | {"repeated": counted}) == ("warning", {**LINE, "repeated": MANY})


def test_line_is_written_at_once_after_an_interval_without_it(limiter, written):
    assert limiter(None, "error", dict(LINE))
    limiter._timer.join(60)
    assert limiter(None, "error", dict(LINE)) == LINE
    assert written.empty()


def test_line_with_its_count_is_not_limited(limiter):
    for _ in range(2):
        assert limiter(None, "warning", {**LINE, "repeated": 3}) == {**LINE, "repeated": 3}


def test_lines_of_ever_new_values_are_limited(written):
    limiter = LogLimiter(lambda _level, values: written.put(values), seconds=3600)
    passed = 0
    for number in range(5000):
        with suppress(structlog.DropEvent):
            limiter(None, "warning", {**LINE, "place": number})
            passed += 1
    limiter._report()
    assert passed <= 1001
    assert written.get_nowait() == {"event": "library", "repeated": 5000 - passed}
    limiter._timer.cancel()


def test_each_change_of_a_state_is_written(limiter):
    for _ in range(2):
        for event in ("db.lost", "db.restored"):
            assert limiter(None, "warning", {"event": event}) == {"event": event}


def test_other_warnings_and_information_are_written_each(capsys):
    telemetry.configure("info")
    for number in range(3):
        telemetry.log.warning("runs.attempt_failed", run=number)
        telemetry.log.warning("library", words="lost")
        telemetry.log.info("web.request")
    telemetry.structlog.reset_defaults()
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == [
        "runs.attempt_failed",
        "library",
        "web.request",
        *["runs.attempt_failed", "web.request"] * 2,
    ]
