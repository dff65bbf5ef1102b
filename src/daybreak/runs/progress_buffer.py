"""What a handler has reported and is not written yet."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class News:
    """Reported progress and events that are not written yet.

    Attributes:
        after_event: number of the last event that is known to be written. It prevents duplicate events, even
            if the answer to a commit was lost.
    """

    after_event: int | None = None
    progress: dict[str, int | str] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    untold: bool = True

    def take(self) -> "News":
        """Return the content and empty the buffer."""
        taken = News(self.after_event, self.progress, self.events, self.untold)
        self.progress, self.events, self.untold = {}, [], False
        return taken

    def put_back(self, taken: "News") -> None:
        """Undo `drain` after a failed write, which may have been committed or not."""
        self.progress = taken.progress | self.progress
        self.events = taken.events + self.events
        self.untold = True

    def written(self, taken: "News") -> None:
        """Record that the drained content is written."""
        if self.after_event is not None:
            self.after_event += len(taken.events)
