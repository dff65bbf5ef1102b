"""What a handler has reported and is not written yet."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ProgressBuffer:
    """Reported progress and events that are not written yet.

    Attributes:
        after_event: number of the last event that is known to be written. It prevents duplicate events, even
            if the answer to a commit was lost.
    """

    after_event: int | None = None
    progress: dict[str, int | str] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    is_dirty: bool = True

    def drain(self) -> "ProgressBuffer":
        """Return the content and empty the buffer."""
        drained = ProgressBuffer(self.after_event, self.progress, self.events, self.is_dirty)
        self.progress, self.events, self.is_dirty = {}, [], False
        return drained

    def restore(self, drained: "ProgressBuffer") -> None:
        """Undo `drain` after a failed write, which may have been committed or not."""
        self.progress = drained.progress | self.progress
        self.events = drained.events + self.events
        self.is_dirty = True

    def mark_written(self, drained: "ProgressBuffer") -> None:
        """Record that the drained content is written."""
        if self.after_event is not None:
            self.after_event += len(drained.events)
