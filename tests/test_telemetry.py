import json
import logging

import pytest

from daybreak import telemetry


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]):
    def lines() -> list[dict]:
        captured = capsys.readouterr()
        assert captured.out == ""
        return [json.loads(line) for line in captured.err.splitlines()]

    yield lines
    telemetry.structlog.reset_defaults()


def test_log_line_is_json_on_standard_error(lines):
    telemetry.configure("info")
    telemetry.log.info("briefs.compose", facts=3)
    telemetry.log.debug("not.written")
    (line,) = lines()
    assert (line["event"], line["level"], line["facts"]) == ("briefs.compose", "info", 3)


def test_traceback_contains_no_values(lines):
    telemetry.configure("info")
    try:
        _fail_with("very-secret")
    except ValueError:
        telemetry.log.exception("agenda.import")
    (line,) = lines()
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert "very-secret" not in json.dumps(line)


def test_library_warning_is_a_log_line_without_its_values(lines):
    telemetry.configure("info")
    before = list(logging.getLogger().handlers)
    telemetry.capture_stdlib_logging()
    telemetry.capture_stdlib_logging()
    logging.getLogger("some.library").warning("lost %s", "very-secret")
    logging.getLogger().handlers[:] = before
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("library", "warning", "some.library")
    assert line["words"] == "lost %s"


def _fail_with(token: str) -> None:
    raise ValueError(len(token))
