"""What identifies an item: the properties by which a stored and a parsed row are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daybreak.agenda.comparison.native_ids import is_permanent, strip_file
from daybreak.agenda.comparison.titles import fold_title, split_words
from daybreak.agenda.model import TaskStatus

_CLOSED = {TaskStatus.DONE, TaskStatus.CANCELLED}
Day = date | datetime | None
_UNKNOWN = "\0"


@dataclass(slots=True, kw_only=True, eq=False)
class ComparedItem:
    """A stored or parsed item.

    Attributes:
        row_id: the id of its row; of a parsed item that derived from its external id.
        words: its folded title.
        project: its folded project, or empty.
        content: a hash of its details or body.
        when: its due date and start.
        before: the folded title of the item before it in its file; None at the beginning.
        after: that of the item after it.
        is_current: whether its row has not been removed.
    """

    row_id: UUID
    external_id: str
    words: str
    path: str
    project: str = ""
    section: str = ""
    content: str = ""
    native_id: str = ""
    recurrence: str | None = None
    closed: bool = False
    when: tuple[Day, Day] = (None, None)
    completed: Day = None
    tags: frozenset[str] = frozenset()
    priority: int = 0
    position: int = 0
    before: str | None = None
    after: str | None = None
    is_current: bool = True
    split: tuple[str, ...] | None = None

    @property
    def day(self) -> date | None:
        """The date on which it is due, else on which it starts."""
        moment = self.when[0] or self.when[1]
        return moment.date() if isinstance(moment, datetime) else moment

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words and symbols of its title."""
        if self.split is None:
            self.split = split_words(self.words)
        return self.split

    @property
    def permanent_id(self) -> str:
        """Its native id, if such an id is never used again; else empty."""
        return self.native_id if self.native_id and is_permanent(self.native_id) else ""


def build_task(row: Any, project: str | None, section: str | None, content: str) -> ComparedItem:  # noqa: ANN401
    """Build the item of a parsed or stored task from its row."""
    return ComparedItem(
        row_id=row["id"],
        external_id=row["external_id"],
        words=fold_title(row["title"]),
        path=row["path"],
        project=fold_title(project or ""),
        section=fold_title(section or ""),
        content=content,
        native_id=strip_file(row["native_id"] or ""),
        recurrence=row["recurrence"],
        closed=row["status"] in _CLOSED,
        when=(row["due_on"] or row["due_at"], row["start_on"] or row["start_at"]),
        completed=row["completed_on"] or row["completed_at"],
        tags=frozenset(row["tags"]),
        priority=row["priority"],
        position=row["position"],
    )


def set_neighbours(items: Iterable[ComparedItem], titles: dict[str, list[tuple[int, str]]]) -> None:
    """Set the titles before and after each item, from the titles of each file with their positions."""
    places: dict[str, dict[int, int]] = {}
    for path, listed in titles.items():
        listed.sort()
        places[path] = {position: index for index, (position, _) in enumerate(listed)}
    for item in items:
        index = places.get(item.path, {}).get(item.position)
        if index is None:
            continue
        listed = titles[item.path]
        if len(places[item.path]) < len(listed):
            # The rows of an earlier version have no positions.
            item.before = item.after = _UNKNOWN
            continue
        item.before = fold_title(listed[index - 1][1]) if index else None
        item.after = fold_title(listed[index + 1][1]) if index + 1 < len(listed) else None
