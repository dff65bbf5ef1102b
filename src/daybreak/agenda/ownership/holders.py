"""The holder of a task, and the reader's attendance of an event; pure.

1. A task that is assigned to its reader, alone or with others, is the reader's.
2. A task that is assigned to other people only is theirs.
3. An unassigned task is the reader's, unless it is on a team board whose unassigned tasks are the team's.

A team board is a file in which tasks are assigned to at least two different people, the reader included. The
view ``agenda_team_boards`` lists those of the sources for which the reader chose “team”.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from daybreak.agenda.model import Event, Holder, Task
from daybreak.people import Identities, User

_READER = frozenset({"me", "myself", "self", "ich", "everyone", "everybody", "all", "alle"})
_BETWEEN_PEOPLE = re.compile(r"\s*[,;/&+|]\s*|\s+(?:and|und)\s+")


@dataclass(frozen=True, slots=True)
class Ownership:
    """The input of these rules.

    Attributes:
        identities: the names and addresses of the reader.
        team_boards: the source and path of each file whose unassigned tasks are the team's.
    """

    identities: Identities
    team_boards: frozenset[tuple[UUID | None, str]] = frozenset()

    @classmethod
    def from_rows(
        cls, identities: Sequence[Mapping[str, Any]], boards: Iterable[Mapping[str, Any]], user: User
    ) -> "Ownership":
        """Build the ownership of a user from its rows."""
        known = frozenset((board["source_id"], board["path"]) for board in boards)
        return cls(Identities.from_rows(identities, user), known)

    def with_holder(self, task: Task) -> Task:
        """Return the task with its holder."""
        holder = self._find_holder(task)
        return task if holder is task.holder else replace(task, holder=holder)

    def with_attendance(self, event: Event) -> Event:
        """Return the event with the reader's reply."""
        if not (event.declined_by or event.tentative_by):
            return event
        declined = self._includes_reader(event.declined_by)
        tentative = event.tentative or self._includes_reader(event.tentative_by)
        return replace(event, declined=declined, tentative=tentative)

    def _find_holder(self, task: Task) -> Holder:
        if not task.assignee:
            is_of_team = (task.source_id, task.path) in self.team_boards
            return Holder.UNASSIGNED if is_of_team else Holder.MINE
        # The whole text, too: “Miller, Anna” is one person.
        people = (task.assignee, *_BETWEEN_PEOPLE.split(task.assignee))
        return Holder.MINE if self._includes_reader(filter(None, people)) else Holder.OTHER

    def _includes_reader(self, people: Iterable[str]) -> bool:
        return any(one.casefold() in _READER or self.identities.matches(one) for one in people)
