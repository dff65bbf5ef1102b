"""How often a folder that changes all the time is read."""

from dataclasses import dataclass, field

_SHORTEST_SECONDS = 5.0
_LONGEST_SECONDS = 30.0


@dataclass(slots=True)
class Pace:
    """The pace of one folder: the first change is read at once, a stream of changes less and less often.

    All times are those of one monotonic clock, in seconds.
    """

    _last: float | None = None
    _interval: float = field(default_factory=lambda: _SHORTEST_SECONDS)

    def due_at(self, changed_at: float) -> float:
        """Return when a change is to be read."""
        return changed_at if self._last is None else max(changed_at, self._last + self._interval)

    def record(self, now: float) -> None:
        """Record that the folder is read now."""
        is_stream = self._last is not None and now - self._last < 2 * self._interval
        self._interval = min(_LONGEST_SECONDS, self._interval * 2) if is_stream else _SHORTEST_SECONDS
        self._last = now
