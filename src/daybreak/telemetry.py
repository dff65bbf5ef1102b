"""Logging as JSON lines on standard error: an event and its values, never mail bodies, prompts or secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from daybreak.log_limiter import LogLimiter

# Local variables may contain addresses, tokens and mail.
_exception_transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
log: Any = structlog.get_logger("daybreak")


def configure(level: str) -> None:
    """Write log lines of this level and above to standard error; standard output is for results only."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            LogLimiter(_write_repeated),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_exception_transformer),
            _drop_row_values,
            structlog.processors.JSONRenderer(),
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


def capture_stdlib_logging() -> None:
    """Write warnings of libraries as log lines: the message template without values, which may be secret."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StdlibHandler) for handler in root.handlers):
        root.addHandler(_StdlibHandler(logging.WARNING))


class _StdlibHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(record.levelno, "library", logger=record.name, words=str(record.msg), error=error)
