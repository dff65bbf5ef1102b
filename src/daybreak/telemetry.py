"""Logging on standard error: an event and its values, never mail bodies, prompts or secrets.

A line is JSON, or a sentence where a person reads it: on a terminal.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from daybreak.log_limiter import LogLimiter

# Local variables may contain addresses, tokens and mail.
_exception_transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
_PASSWORD = re.compile(r"//[^/@\s]+@")
log: Any = structlog.get_logger("daybreak")


def configure(level: str) -> None:
    """Write log lines of this level and above to standard error; standard output is for results only."""
    render = _render_for_people if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            LogLimiter(_write_repeated),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_exception_transformer),
            _drop_row_values,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _write_repeated(level: str, values: MutableMapping[str, Any]) -> None:
    getattr(log, level)(**values)


def _drop_row_values(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 - structlog's own types
    """Reduce error messages to their first line: PostgreSQL and pydantic append the rejected values."""
    for error in event.get("exception") or ():
        error["exc_value"] = str(error["exc_value"]).partition("\n")[0]
    return event


def _render_for_people(_logger: Any, _method: str, event: Any) -> str:  # noqa: ANN401 - structlog's own types
    """Return a line such as “21:04:05 warning  PostgreSQL is back after 12 s. (db.restored)”."""
    name, level, time = event.pop("event"), event.pop("level"), event.pop("timestamp")
    message, tracebacks = event.pop("message", ""), event.pop("exception", None) or ()
    details = ", ".join([name, *(f"{key}={value}" for key, value in event.items())])
    lines = [f"{time[11:19]} {level:<8} " + (f"{message} ({details})" if message else details)]
    for error in tracebacks:
        frames = error["frames"]
        lines += [f"    {frame['filename']}:{frame['lineno']} in {frame['name']}" for frame in frames]
        lines.append(f"    {error['exc_type']}: {error['exc_value']}")
    return "\n".join(map(_escape_control_characters, lines))


def _escape_control_characters(text: str) -> str:
    """Return the text without sequences that could change what the terminal shows."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def capture_stdlib_logging() -> None:
    """Write warnings of libraries as log lines, without the secrets that their values may contain."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StdlibHandler) for handler in root.handlers):
        root.addHandler(_StdlibHandler(logging.WARNING))


class _StdlibHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(record.levelno, "library", logger=record.name, message=_format(record), error=error)


def _format(record: logging.LogRecord) -> str:
    """Return the first line of a library's message: PostgreSQL appends rejected values in later ones."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):  # a template that its values do not fit
        text = str(record.msg)
    return _PASSWORD.sub("//…@", text.partition("\n")[0])
