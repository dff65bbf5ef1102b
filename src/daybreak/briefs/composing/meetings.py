"""The project of a meeting: by its name or an alias in the title of the meeting, or by words of the title."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from daybreak.agenda import Agenda, Event, Project
from daybreak.briefs.facts.snapshot import fold_title


class MeetingProject(NamedTuple):
    """A meeting, its project, and the words of the title that name it."""

    event: Event
    project: Project
    reason: str


def find_meeting_projects(events: Iterable[Event], agenda: Agenda) -> Iterator[MeetingProject]:
    """Yield the project of each event that has one."""
    for event in events:
        title = f" {fold_title(event.title)} "
        for project in agenda.projects:
            names = (project.name, *project.other_names)
            reason = next((name for name in names if f" {fold_title(name)} " in title), None)
            if reason is not None:
                yield MeetingProject(event, project, reason)
                break
