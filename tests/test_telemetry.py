import json
import logging
import sys

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


@pytest.fixture
def library():
    """Return the logger of a library whose warnings are captured."""
    before = list(logging.getLogger().handlers)
    telemetry.capture_stdlib_logging()
    telemetry.capture_stdlib_logging()
    yield logging.getLogger("some.library")
    logging.getLogger().handlers[:] = before


def test_library_warning_is_one_formatted_log_line(lines, library):
    telemetry.configure("info")
    try:
        _fail_with("lost")
    except ValueError:
        library.exception("Flush failed, requeuing %d items", 3)
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("library", "error", "some.library")
    assert (line["message"], line["error"]) == ("Flush failed, requeuing 3 items", "ValueError")


def test_library_warning_contains_neither_passwords_nor_rejected_values(lines, library):
    telemetry.configure("info")
    library.warning("no answer of %s", "postgresql://app:very-secret@host/daybreak")
    library.warning("failed: %s", ValueError("duplicate key\nDETAIL: Key (email)=(very-secret) exists"))
    assert [line["message"] for line in lines()] == [
        "no answer of postgresql://…@host/daybreak",
        "failed: duplicate key",
    ]


def test_library_message_that_does_not_fit_its_values_is_written_as_it_is(lines, library):
    telemetry.configure("info")
    record = library.makeRecord(library.name, logging.WARNING, __file__, 1, "lost %d", ("all",), None)
    (handler,) = [one for one in logging.getLogger().handlers if one.__module__ == telemetry.__name__]
    handler.handle(record)  # pytest's own handler would raise
    assert [line["message"] for line in lines()] == ["lost %d"]


def test_log_line_on_a_terminal_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    telemetry.configure("warning")
    telemetry.log.warning("db.restored", message="PostgreSQL is back after 12 s.", path="/\x1b[2J\n")
    try:
        _fail_with("very-secret")
    except ValueError:
        telemetry.log.exception("runs.commit_failed")
    telemetry.structlog.reset_defaults()
    first, second, *traceback = capsys.readouterr().err.splitlines()
    assert first[8:] == " warning  PostgreSQL is back after 12 s. (db.restored, path=/\\x1b[2J\\n)"
    assert second[8:] == " error    runs.commit_failed"
    assert (traceback[0].split(" in ")[1], traceback[-1]) == (
        "test_log_line_on_a_terminal_is_a_sentence",
        "    ValueError: 11",
    )


def _fail_with(token: str) -> None:
    raise ValueError(len(token))
