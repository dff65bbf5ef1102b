"""The holder of a task, and the reader's attendance of an event; pure.

1. A task that is assigned to its reader, alone or with others, is the reader's.
2. A task that is assigned to other people only is theirs.
3. An unassigned task is the reader's, unless it is on a team board whose unassigned tasks are the team's.

A team board is a file in which tasks are assigned to at least two different people, the reader included. The
view ``agenda_team_boards`` lists those of the sources for which the reader chose “team”.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from daybreak.agenda.model import Event, Holder, Task
from daybreak.people import Identities, User, abbreviates_profile, resembles_profile

_READER = frozenset({"me", "myself", "self", "ich", "everyone", "everybody", "all", "alle"})
_BETWEEN_PEOPLE = re.compile(r"[,;/&+|]|\s(?:and|und)\s")


@dataclass(frozen=True, slots=True)
class Ownership:
    """The input of these rules.

    Attributes:
        reader: the user.
        identities: the names and addresses of the reader.
        team_boards: the source and path of each file whose unassigned tasks are the team's.
    """

    reader: User
    identities: Identities
    team_boards: frozenset[tuple[UUID | None, str]] = frozenset()
    _holders: dict[str, Holder] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_rows(
        cls, identities: Sequence[Mapping[str, Any]], boards: Iterable[Mapping[str, Any]], user: User
    ) -> "Ownership":
        """Build the ownership of a user from its rows."""
        known = frozenset((board["source_id"], board["path"]) for board in boards)
        return cls(user, Identities.from_rows(identities, user), known)

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

    def find_others(self, assignees: Iterable[str]) -> list[str]:
        """Return the assignees whose tasks are not the reader's."""
        return [assignee for assignee in assignees if not self._includes_reader([assignee])]

    def find_unanswered(self, tasks: Iterable[Task]) -> tuple[str, ...]:
        """Return the assignees of open tasks who may be the reader, until the reader has answered.

        In a source that assigns a task to the reader by another name, namesakes are other people; so are, in
        a file that does so, short forms of the reader's name.
        """
        assigned = [task for task in tasks if task.assignee]
        sources = {task.source_id for task in assigned if task.is_mine}
        files = {(task.source_id, task.path) for task in assigned if task.is_mine}
        names = dict.fromkeys(
            task.assignee
            for task in assigned
            if task.is_open
            and not task.is_mine
            and task.assignee
            and (
                task.source_id not in sources
                or ((task.source_id, task.path) not in files and self._is_short_form(task.assignee))
            )
        )
        return tuple(filter(self._may_be_reader, names))

    def _is_short_form(self, assignee: str) -> bool:
        return abbreviates_profile(assignee, self.reader)

    def _may_be_reader(self, assignee: str) -> bool:
        return resembles_profile(assignee, self.reader) and not self.identities.rejects(assignee)

    def _find_holder(self, task: Task) -> Holder:
        if not task.assignee:
            is_of_team = (task.source_id, task.path) in self.team_boards
            return Holder.UNASSIGNED if is_of_team else Holder.MINE
        known = self._holders.get(task.assignee)
        if known is None:
            known = Holder.MINE if self._includes_reader([task.assignee]) else Holder.OTHER
            self._holders[task.assignee] = known
        return known

    def _includes_reader(self, texts: Iterable[str]) -> bool:
        return any(_names_every_reader(text) or self.identities.matches(text) for text in texts)


def _names_every_reader(text: str) -> bool:
    return any(one.strip().casefold() in _READER for one in _BETWEEN_PEOPLE.split(text))
