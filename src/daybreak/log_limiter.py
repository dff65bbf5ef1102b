"""The limit on repeated log lines, whose number a client may decide: one a minute, with a count."""

import threading
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import structlog

_SECONDS = 60.0
_MAX_LINES = 1000
_LIMITED_LEVELS = frozenset({"warning", "error", "critical"})
_VARYING = frozenset({"request", "exc_info"})
_KIND = frozenset({"event", "logger"})
# The latest of these lines is the present state, and no client decides their number.
_STATE_CHANGES = frozenset(
    {"db.lost", "db.restored", "web.not_ready", "web.ready_again", "clock.deviates", "clock.agrees"}
)

Values = MutableMapping[str, Any]


@dataclass(slots=True)
class _RepeatedLine:
    level: str
    values: Values
    count: int = field(default=0)


class LogLimiter:
    """A structlog processor that drops equal warnings and errors within a minute and counts them.

    Lines are equal if all their values are, except those of one request. The first line is written at once.
    At the end of the minute one line with `repeated` has the number of the others. After 1,000 different
    lines in a minute, all of one event count as equal: a client may decide values, too. Changes of state are
    all written.
    """

    def __init__(self, write: Callable[[str, Values], None], seconds: float = _SECONDS) -> None:
        """Create the processor.

        Args:
            write: writes a line of that level with these values.
            seconds: the time for which equal lines are counted.
        """
        self._write = write
        self._seconds = seconds
        self._lines: dict[str, _RepeatedLine] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __call__(self, _logger: object, level: str, values: Values) -> Values:
        """Return the values of a new line.

        Raises:
            DropEvent: an equal line was written less than a minute ago.
        """
        if level not in _LIMITED_LEVELS or "repeated" in values or values.get("event") in _STATE_CHANGES:
            return values
        kept = {name: value for name, value in values.items() if name not in _VARYING}
        with self._lock:
            key = repr(sorted(kept.items()))
            if key not in self._lines and len(self._lines) >= _MAX_LINES:
                kept = {name: value for name, value in kept.items() if name in _KIND}
                key = repr(sorted(kept.items()))
            if line := self._lines.get(key):
                line.count += 1
                raise structlog.DropEvent
            self._lines[key] = _RepeatedLine(level, kept)
            self._start_timer()
        return values

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._report)
            self._timer.daemon = True
            self._timer.start()

    def _report(self) -> None:
        with self._lock:
            repeated = {key: line for key, line in self._lines.items() if line.count}
            # A line that is still repeated stays counted, so that its next one is not written at once.
            self._lines = {key: _RepeatedLine(line.level, line.values) for key, line in repeated.items()}
            self._timer = None
            if repeated:
                self._start_timer()
        for line in repeated.values():
            self._write(line.level, {**line.values, "repeated": line.count})
