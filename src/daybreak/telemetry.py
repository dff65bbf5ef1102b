"""Logs: JSON lines on standard error, an event and its values; never mail bodies, prompts or secrets."""

import logging
import sys
from typing import Any

import structlog

# Local variables hold addresses, tokens and mail.
_traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
log: Any = structlog.get_logger("daybreak")


def configure(level: str) -> None:
    """Write log lines of that level and above; standard output stays free for what was asked for."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_traceback),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
